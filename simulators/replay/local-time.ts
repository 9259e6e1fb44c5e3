/** Local time without a zone, as devices write it, read in a named zone. */

/** `2024-10-17T22:18:49.000` in an IANA zone → ms since 1970 UTC; null when it is not such a text. */
export const localTime = (text: string, zone: string): number | null => {
  const match = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "0"] = match;
  const asUtc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, "0")),
  );
  // Twice: the offset of the first guess may be that of the other side of a clock change.
  const guess = asUtc - offsetAt(asUtc, zone);
  return asUtc - offsetAt(guess, zone);
};

const formats = new Map<string, Intl.DateTimeFormat>();

const offsetAt = (instant: number, zone: string): number => {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(part["year"] as number, (part["month"] as number) - 1, part["day"], part["hour"], part["minute"], part["second"]);
  return shown - Math.floor(instant / 1_000) * 1_000;
};
