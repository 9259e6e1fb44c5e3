/** Folds roll-ups in time order into points of one width, packed as numbers. */
import type { DurationMs, EpochMs } from "#core/time.ts";
import type { Minute } from "./minute.ts";
import { POINT } from "./wire.ts";

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
