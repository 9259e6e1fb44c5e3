/** A person's own range: median of 14 days, two robust deviations to each side; nothing before ten days have data (domain 4.3). */
import type { Series } from "./wire.ts";

const LEAST_DAYS = 10;
const DAY = 86_400_000;
/** Deviations below these are rounding, not steadiness. */
const LEAST_DEVIATION: Readonly<Record<string, number>> = { spo2: 1, pulse_rate: 3, heart_rate: 3, resp_rate: 1, pef: 10 };

export interface OwnRange {
  readonly low: number;
  readonly high: number;
  readonly days: number;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

export const ownRangeOf = (metric: string, { points }: Pick<Series, "points">): OwnRange | null => {
  const least = LEAST_DEVIATION[metric];
  if (least === undefined) return null;
  const days = new Set(points.map(({ t }) => Math.floor(t / DAY))).size;
  if (days < LEAST_DAYS) return null;
  const means = points.map(({ mean }) => mean);
  const middle = median(means);
  const deviation = Math.max(least, 1.4826 * median(means.map((mean) => Math.abs(mean - middle))));
  return { low: middle - 2 * deviation, high: middle + 2 * deviation, days };
};
