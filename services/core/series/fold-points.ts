/** Folds roll-ups in time order into points of one width, packed as numbers. */
import type { DurationMs, EpochMs } from "#core/time.ts";
import type { Minute } from "./minute.ts";

/** Numbers a point: t, min, max, mean, last, n. */
export const POINT = 6;

export interface PointFold {
  /** `t` picks the bucket; calls come in the order of time. */
  add(t: EpochMs, rollUp: Minute): void;
  /** t, min, max, mean, last, n of every bucket that has samples. */
  points(): Float64Array;
}

/** `width` 0: every roll-up is a point of its own. A bucket begins at a multiple of the width, the first not before `from`. */
export const createPointFold = (from: EpochMs, width: DurationMs, expected: number): PointFold => {
  const packed = new Float64Array(expected * POINT);
  let at = -POINT;
  let bucket = Number.NaN;
  let lastT = -Infinity;
  return {
    add(t, { n, low, high, total, last, lastT: newest }) {
      const own = width === 0 ? Number.NaN : Math.floor(t / width);
      if (own !== bucket) {
        bucket = own;
        at += POINT;
        packed[at] = width === 0 ? t : Math.max(own * width, from);
        packed[at + 1] = Infinity;
        packed[at + 2] = -Infinity;
        lastT = -Infinity;
      }
      packed[at + 1] = Math.min(packed[at + 1] ?? Infinity, low);
      packed[at + 2] = Math.max(packed[at + 2] ?? -Infinity, high);
      packed[at + 3] = (packed[at + 3] ?? 0) + total;
      packed[at + 5] = (packed[at + 5] ?? 0) + n;
      if (newest >= lastT) {
        packed[at + 4] = last;
        lastT = newest;
      }
    },
    points() {
      const used = packed.slice(0, at + POINT);
      for (let point = 0; point < used.length; point += POINT) {
        const mean = (used[point + 3] ?? 0) / (used[point + 5] ?? 1);
        // A mean of equal values may leave them by one rounding.
        used[point + 3] = Math.min(Math.max(mean, used[point + 1] ?? mean), used[point + 2] ?? mean);
      }
      return used;
    },
  };
};

/** One point of a chart; `quality` only where the point is one sample and that was doubtful. */
export interface ChartPoint {
  readonly t: EpochMs;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly last: number;
  readonly n: number;
  readonly quality?: "degraded";
}

/** Packed points as objects; `degraded`: times of the points whose one sample was doubtful. */
export const unpackPoints = (points: Float64Array, degraded: readonly EpochMs[]): ChartPoint[] => {
  const doubtful = new Set(degraded);
  const at = (index: number): number => points[index] ?? Number.NaN;
  return Array.from({ length: points.length / POINT }, (_, index) => {
    const first = index * POINT;
    const point: ChartPoint = {
      t: at(first),
      min: at(first + 1),
      max: at(first + 2),
      mean: at(first + 3),
      last: at(first + 4),
      n: at(first + 5),
    };
    return doubtful.has(point.t) ? { ...point, quality: "degraded" } : point;
  });
};
