/** The usual distance between samples of a series, for devices that never declared one (semantics 4.1). */
import type { DurationMs, EpochMs } from "#core/time.ts";

const median = (values: number[]): number | null => {
  if (values.length === 0) return null;
  values.sort((left, right) => left - right);
  const middle = values.length >> 1;
  const upper = values[middle] ?? 0;
  return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? upper) + upper) / 2;
};

/** Median spacing of points in time order: of the samples inside a bucket where it holds several, else of the points themselves. Null: too few. */
export const medianSpacing = (
  points: readonly { readonly t: EpochMs; readonly n: number }[],
  resolutionMs: DurationMs,
): DurationMs | null => {
  const spacings: number[] = [];
  points.forEach((point, index) => {
    if (resolutionMs > 0 && point.n > 1) spacings.push(resolutionMs / point.n);
    else if (index > 0) spacings.push(point.t - (points[index - 1]?.t ?? point.t));
  });
  return median(spacings.filter((spacing) => spacing > 0));
};
