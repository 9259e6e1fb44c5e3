/** Reads `Retry-After` however it is spelt (RFC 9110 10.2.3), and never believes more than a minute. */
import type { DurationMs, EpochMs } from "#core/time.ts";

const MOST: DurationMs = 60_000;

/** Null: nothing that can be read as a wait. Seconds may have a fraction; a date in the past means at once. */
export const parseRetryAfter = (header: string | undefined, now: EpochMs): DurationMs | null => {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  const wait = /^[+]?\d*\.?\d+(e[+]?\d+)?$/i.test(text) ? Number(text) * 1_000 : parseDate(text) - now;
  return Number.isNaN(wait) ? null : Math.min(MOST, Math.max(0, Math.ceil(wait)));
};

/** The three forms of an HTTP date; a bare or negative number is none, whatever `Date.parse` makes of it. */
const parseDate = (text: string): number => (/^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN);
