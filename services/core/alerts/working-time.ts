/** Local hours of a time zone, and working hours counted in them (domain 3.6; Monday to Friday 08:00–17:00 is a default, D). */
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE } from "#core/time.ts";

const OPENS: DurationMs = 8 * HOUR;
const CLOSES: DurationMs = 17 * HOUR;
export const WORKING_DAY: DurationMs = CLOSES - OPENS;

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const options = { hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    try {
      format = new Intl.DateTimeFormat("en-US", { ...options, timeZone });
    } catch {
      // A zone this platform does not know must not stop an alert.
      format = new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" });
    }
    formats.set(timeZone, format);
  }
  return format;
};

/** What to add to UTC to get local time at that instant. */
export const zoneOffset = (at: EpochMs, timeZone: string): DurationMs => {
  const whole = Math.floor(at / MINUTE) * MINUTE;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(whole)) parts[type] = Number(value);
  return Date.UTC(parts["year"] ?? 1970, (parts["month"] ?? 1) - 1, parts["day"] ?? 1, parts["hour"] ?? 0, parts["minute"] ?? 0) - whole;
};

/** Local time of day, in ms since midnight. */
export const timeOfDay = (at: EpochMs, timeZone: string): DurationMs => {
  const local = at + zoneOffset(at, timeZone);
  return ((local % DAY) + DAY) % DAY;
};

/** 1970-01-01 was a Thursday. */
const isWorkday = (localDay: number): boolean => {
  const weekday = (((localDay + 4) % 7) + 7) % 7;
  return weekday >= 1 && weekday <= 5;
};

/** The instant at which so many working hours have passed. */
export const afterWorkingTime = (from: EpochMs, hours: DurationMs, timeZone: string): EpochMs => {
  const shift = zoneOffset(from, timeZone);
  let day = Math.floor((from + shift) / DAY);
  let left = hours;
  let at = from + shift;
  for (;;) {
    const opens = day * DAY + OPENS;
    const closes = day * DAY + CLOSES;
    if (isWorkday(day) && at < closes) {
      const start = Math.max(at, opens);
      if (closes - start >= left) return start + left - shift;
      left -= closes - start;
    }
    day++;
    at = day * DAY;
  }
};
