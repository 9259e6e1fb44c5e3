/** Chooses how wide the buckets of a chart are: the narrowest aligned width that keeps within the number of points allowed. */
import { DAY, HOUR, MINUTE, SECOND } from "#core/time.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";

/** Widths people read off an axis; each of a minute or more is a whole number of minutes, so that buckets are made of whole roll-ups. */
const WIDTHS: readonly DurationMs[] = [
  ...[1, 2, 5, 10, 15, 20, 30].map((count) => count * SECOND),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * HOUR),
  ...[1, 2, 3, 5, 7, 14, 28].map((count) => count * DAY),
];

/** How many aligned buckets of this width `[from, to)` touches. */
export const bucketsTouched = (from: EpochMs, to: EpochMs, width: DurationMs): number =>
  to <= from ? 0 : Math.floor((to - 1) / width) - Math.floor(from / width) + 1;

/** The narrowest width, at least `least`, with which `[from, to)` touches no more than `maxPoints` buckets. */
export const chooseBucketWidth = (from: EpochMs, to: EpochMs, maxPoints: number, least: DurationMs): DurationMs => {
  const fits = (width: DurationMs): boolean => bucketsTouched(from, to, width) <= Math.max(1, maxPoints);
  const known = WIDTHS.find((width) => width >= least && fits(width));
  if (known !== undefined) return known;
  let width = 56 * DAY;
  // Ends: a width beyond `to` makes one bucket of everything since 1970.
  while (!fits(width)) width *= 2;
  return width;
};
