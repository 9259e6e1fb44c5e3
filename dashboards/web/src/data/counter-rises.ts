/** A counter that runs up through the day, as what was added in each stretch: nobody reads a staircase of steps. */
import type { Series } from "./wire.ts";

/** Count on and begin again at midnight, or when the device begins again (domain 1.3, row 46). */
export const COUNTERS: ReadonlySet<string> = new Set(["step_count"]);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WIDTHS = [1, 5, 15, 30, 60, 180, 360, 1_440].map((minutes) => minutes * MINUTE);
/** About so many bars over what was read. */
const BARS = 100;
/** After a longer silence nobody knows when the steps were made. */
const LONGEST_REST = 2 * HOUR;

/** Wide enough that bars over this stretch can be told apart. */
export const barWidth = ({ points, resolutionMs }: Pick<Series, "points" | "resolutionMs">): number => {
  const least = Math.max(resolutionMs, ((points.at(-1)?.t ?? 0) - (points[0]?.t ?? 0)) / BARS);
  return WIDTHS.find((each) => each >= least) ?? 24 * HOUR;
};

/** Drawn in the middle of their stretch; a stretch with nothing added has no point. */
export const risesOf = (series: Series, width: number): Series => {
  const { points } = series;
  const sums = new Map<number, number>();
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before === undefined || (point.t - before.t > LONGEST_REST && point.last >= before.last)) return;
    const rise = point.last >= before.last ? point.last - before.last : point.last;
    const start = Math.floor(point.t / width) * width;
    sums.set(start, (sums.get(start) ?? 0) + rise);
  });
  return {
    ...series,
    resolutionMs: width,
    points: [...sums].flatMap(([start, sum]) =>
      sum === 0 ? [] : [{ t: start + width / 2, min: sum, max: sum, mean: sum, last: sum, n: 1 }],
    ),
  };
};
