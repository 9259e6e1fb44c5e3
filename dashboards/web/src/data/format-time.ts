/** Ages, countdowns and times of day in words (screen rules: s to 90 s, then min, h, d; 24 h clock; dates 11-20). */
import type { Words } from "../i18n/en.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 s`, `14 min`, `3 h`, `2 d`: rounded down, never negative. */
export const formatAge = (ageMs: number, words: Words): string => {
  const age = Math.max(0, ageMs);
  if (age < 90 * SECOND) return words.seconds(Math.floor(age / SECOND));
  if (age < 90 * MINUTE) return words.minutes(Math.floor(age / MINUTE));
  if (age < 48 * HOUR) return words.hours(Math.floor(age / HOUR));
  return words.days(Math.floor(age / DAY));
};

/** `m:ss`; over it `+m:ss`; from 100 minutes `h:mm h`. */
export const formatCountdown = (remainingMs: number): string => {
  const over = remainingMs < 0;
  const seconds = over ? Math.floor(-remainingMs / SECOND) : Math.ceil(remainingMs / SECOND);
  const sign = over && seconds > 0 ? "+" : "";
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 100) return `${sign}${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
  return `${sign}${minutes}:${two(seconds % 60)}`;
};

export interface LocalTime {
  /** 10:42:18 */
  clock(t: number): string;
  /** 10:42 */
  minute(t: number): string;
  /** 11-20 10:42 when not today, else 10:42 */
  moment(t: number, now: number): string;
  /** 11-20 */
  day(t: number): string;
  /** UTC+8 */
  zone(t: number): string;
}

/** Times of day in the institution's zone. */
export const createLocalTime = (timeZone: string): LocalTime => {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const zoneFormat = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "shortOffset" });
  const parts = (t: number): Readonly<Record<string, string>> =>
    Object.fromEntries(format.formatToParts(t).map(({ type, value }) => [type, value]));
  const minute = (t: number): string => {
    const { hour, minute } = parts(t);
    return `${hour}:${minute}`;
  };
  const day = (t: number): string => {
    const { month, day } = parts(t);
    return `${month}-${day}`;
  };
  return {
    clock: (t) => {
      const { hour, minute, second } = parts(t);
      return `${hour}:${minute}:${second}`;
    },
    minute,
    day,
    moment: (t, now) => (day(t) === day(now) ? minute(t) : `${day(t)} ${minute(t)}`),
    zone: (t) => (zoneFormat.formatToParts(t).find(({ type }) => type === "timeZoneName")?.value ?? "UTC").replace("GMT", "UTC"),
  };
};
