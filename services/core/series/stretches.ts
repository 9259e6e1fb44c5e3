/** Arithmetic on half-open stretches of time `[from, to)`. */
import type { EpochMs } from "#core/time.ts";

export interface Stretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** The same time as disjoint stretches in time order; empty ones vanish. */
export const cover = (stretches: readonly Stretch[]): Stretch[] => {
  const result: Stretch[] = [];
  for (const { from, to } of stretches.toSorted((left, right) => left.from - right.from)) {
    const previous = result.at(-1);
    if (to <= from) continue;
    if (previous !== undefined && from <= previous.to) result[result.length - 1] = { from: previous.from, to: Math.max(previous.to, to) };
    else result.push({ from, to });
  }
  return result;
};

/** What lies in both. `within` is disjoint and in order (as `cover` gives it). */
export const intersect = (stretches: readonly Stretch[], within: readonly Stretch[]): Stretch[] =>
  stretches.flatMap((stretch) =>
    within.flatMap((other) => {
      const from = Math.max(stretch.from, other.from);
      const to = Math.min(stretch.to, other.to);
      return to > from ? [{ from, to }] : [];
    }),
  );

/** What of the first is not in the second. */
export const subtract = (stretches: readonly Stretch[], removed: readonly Stretch[]): Stretch[] => {
  const holes = cover(removed);
  return stretches.flatMap((stretch) => {
    const result: Stretch[] = [];
    let from = stretch.from;
    for (const hole of holes) {
      if (hole.to <= from || hole.from >= stretch.to) continue;
      if (hole.from > from) result.push({ from, to: hole.from });
      from = Math.max(from, hole.to);
    }
    if (from < stretch.to) result.push({ from, to: stretch.to });
    return result;
  });
};
