/** How far, how often and how fast a knee moves, from its angle at 50 Hz. */
import { mean, median, quantile } from "./signal-statistics.ts";

const HZ = 50;
/** A cycle crosses the middle by this share of the range, so that a tremor is none. */
const BEYOND = 0.15;

export interface KneeCourse {
  /** Degrees. */
  readonly range: number;
  /** Seconds from one bend to the next, the middle one. */
  readonly cycle: number;
  /** °/s that is exceeded in a twentieth of the time. */
  readonly speed: number;
  /** How much cycles differ from the middle one (mean share). */
  readonly uneven: number;
}

/** The middle of several recordings. */
export const cyclesOf = (courses: readonly (readonly number[])[]): KneeCourse => {
  if (courses.length === 0) throw new Error("no recording of this movement");
  const each = courses.map(ofOne);
  const middle = (name: keyof KneeCourse): number => median(each.map((one) => one[name]));
  return { range: middle("range"), cycle: middle("cycle"), speed: middle("speed"), uneven: middle("uneven") };
};

const ofOne = (angles: readonly number[]): KneeCourse => {
  const [low, high] = [quantile(angles, 0.01), quantile(angles, 0.99)];
  const middle = (low + high) / 2;
  const beyond = BEYOND * (high - low);
  const risesAt: number[] = [];
  let isUp = (angles[0] ?? 0) > middle;
  for (const [index, angle] of angles.entries()) {
    if (!isUp && angle > middle + beyond) {
      isUp = true;
      risesAt.push(index / HZ);
    } else if (isUp && angle < middle - beyond) isUp = false;
  }
  const cycles = risesAt.slice(1).map((at, index) => at - (risesAt[index] as number));
  const cycle = median(cycles);
  // Rests between sets are no cycles.
  const going = cycles.filter((seconds) => seconds < 2 * cycle);
  return {
    range: high - low,
    cycle,
    speed: quantile(
      angles.slice(1).map((angle, index) => Math.abs(angle - (angles[index] as number)) * HZ),
      0.95,
    ),
    uneven: mean(going.map((seconds) => Math.abs(seconds - cycle) / cycle)),
  };
};

export const kneeTable = (rows: readonly (readonly [string, KneeCourse, KneeCourse])[]): string =>
  [
    "| knee, recorded → simulated | range, ° | cycle, s | speed (95 %), °/s | cycles differ by |",
    "|---|---|---|---|---|",
    ...rows.map(
      ([name, was, is]) =>
        `| ${name} | ${was.range.toFixed(0)} → ${is.range.toFixed(0)} | ${was.cycle.toFixed(1)} → ${is.cycle.toFixed(1)} | ${was.speed.toFixed(0)} → ${is.speed.toFixed(0)} | ${percent(was.uneven)} → ${percent(is.uneven)} |`,
    ),
  ].join("\n");

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
