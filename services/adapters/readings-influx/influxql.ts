/** Pieces of InfluxQL statements. */
import type { EpochMs } from "#core/time.ts";

/** Inside what InfluxDB can name, and far beyond any sample. */
const LAST_TIME = 9_200_000_000_000;

/** A string literal. */
export const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;

/** `[from, to)` as a condition. */
export const during = (from: EpochMs, to: EpochMs): string => `time >= ${time(from)} AND time < ${time(to)}`;

export const isOneOf = (tag: string, values: readonly string[]): string =>
  `(${values.map((value) => `"${tag}" = ${quote(value)}`).join(" OR ")})`;

const time = (t: EpochMs): string => `${Math.min(Math.max(Math.ceil(t), 0), LAST_TIME)}ms`;
