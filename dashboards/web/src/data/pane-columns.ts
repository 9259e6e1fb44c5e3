/** A series as columns for the chart: holes where the line must break, live readings appended, the point under the crosshair. */
import type { Reading, Series } from "./wire.ts";

export interface Columns {
  readonly t: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  /** Points whose one sample was doubtful. */
  readonly rough: ReadonlySet<number>;
  /** Usual distance between points. */
  readonly spacingMs: number;
}

const LEAST_SPACING_MS = 1_000;
/** A device may change its pace; a rest longer than this is not a pace. */
const SLOWEST_PACE_MS = 90_000;
const MISSING = 3;

const median = (values: number[]): number => {
  values.sort((left, right) => left - right);
  return values[values.length >> 1] ?? 0;
};

/** Never joined over a named gap, nor over more than three missing points. */
export const columnsOf = ({ points, gaps, resolutionMs }: Series): Columns => {
  const spacings = points.flatMap(({ t }, index) => (index === 0 ? [] : [t - (points[index - 1]?.t ?? t)]));
  const spacingMs = Math.max(LEAST_SPACING_MS, resolutionMs, median([...spacings]));
  const t: number[] = [];
  const mean: (number | null)[] = [];
  const min: (number | null)[] = [];
  const max: (number | null)[] = [];
  let gap = 0;
  points.forEach((point, index) => {
    const before = points[index - 1]?.t;
    if (before !== undefined) {
      const pace = Math.max(
        spacingMs,
        Math.min(spacings[index - 2] ?? 0, SLOWEST_PACE_MS),
        Math.min(spacings[index] ?? 0, SLOWEST_PACE_MS),
      );
      while (gap < gaps.length && (gaps[gap]?.to ?? 0) <= before + 1) gap += 1;
      const named = (gaps[gap]?.from ?? Infinity) < point.t;
      if (named || point.t - before > (MISSING + 1) * pace) {
        t.push(before + 1);
        mean.push(null);
        min.push(null);
        max.push(null);
      }
    }
    t.push(point.t);
    mean.push(point.mean);
    min.push(point.min);
    max.push(point.max);
  });
  const rough = new Set(points.flatMap((point) => (point.quality === "degraded" ? [point.t] : [])));
  return { t, mean, min, max, rough, spacingMs };
};

/** The series with a live reading at its end: a point of its own, or part of the last bucket. The same object when it adds nothing. */
export const extendSeries = (series: Series, { t, value, quality }: Pick<Reading, "t" | "value" | "quality">): Series => {
  const last = series.points.at(-1);
  if (typeof value !== "number" || quality === "bad" || (last !== undefined && t <= last.t)) return series;
  if (last !== undefined && series.resolutionMs > 0 && t < last.t + series.resolutionMs) {
    const n = last.n + 1;
    const merged = {
      t: last.t,
      n,
      min: Math.min(last.min, value),
      max: Math.max(last.max, value),
      mean: (last.mean * last.n + value) / n,
      last: value,
    };
    return { ...series, points: [...series.points.slice(0, -1), merged] };
  }
  const at = series.resolutionMs > 0 ? t - (t % series.resolutionMs) : t;
  const point = { t: last === undefined ? at : Math.max(at, last.t + 1), n: 1, min: value, max: value, mean: value, last: value };
  const doubtful = quality === "degraded" && series.resolutionMs === 0 ? { quality } : {};
  // What was silent until now has ended.
  const gaps = series.gaps.map((gap) => (gap.from < point.t && point.t < gap.to ? { ...gap, to: point.t } : gap));
  return { ...series, points: [...series.points, { ...point, ...doubtful }], gaps };
};

export type Found =
  | { readonly kind: "point"; readonly point: Series["points"][number] }
  | { readonly kind: "gap"; readonly gap: Series["gaps"][number] }
  | { readonly kind: "none" };

/** What stands at a moment: the nearest point within reach, else why there is none. */
export const seriesAt = ({ points, gaps }: Series, t: number, reachMs: number): Found => {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.t ?? Infinity) < t) low = middle + 1;
    else high = middle;
  }
  const near = [points[low - 1], points[low]]
    .filter((point) => point !== undefined)
    .toSorted((left, right) => Math.abs(left.t - t) - Math.abs(right.t - t))[0];
  const gap = gaps.find(({ from, to }) => from <= t && t < to);
  if (near !== undefined && Math.abs(near.t - t) <= reachMs && gap === undefined) return { kind: "point", point: near };
  return gap === undefined ? { kind: "none" } : { kind: "gap", gap };
};
