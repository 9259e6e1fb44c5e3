/** What happens to a body on top of its habits: a labelled course with an onset, a height and an end. */
import type { Deed } from "./body.ts";

/** Signals an episode may move; each is added to the persona's own, unless its name ends in `Factor`. */
export interface Offsets {
  readonly spo2?: number;
  readonly pulse?: number;
  readonly respRate?: number;
  readonly coreTemp?: number;
  readonly systolic?: number;
  readonly etco2?: number;
  readonly symptoms?: number;
  readonly painRest?: number;
  /** Degrees. */
  readonly kneeFlexion?: number;
  /** L/s, while a mask is on. */
  readonly maskLeak?: number;
  /** L/min, while oxygen is on. */
  readonly oxygenFlow?: number;
  /** Desaturations an hour, added to the persona's. */
  readonly desaturations?: number;
  /** Share of the own value at the height of the episode: 0.6 = 60 %. */
  readonly pefFactor?: number;
  readonly stepsFactor?: number;
  readonly coughFactor?: number;
  /** Multiplies how often the reliever is needed. */
  readonly rescueFactor?: number;
}

/** Minutes since the story's start; negative: it has begun before. Rises to the peak, stays half of the rest, then ebbs. */
export interface Episode {
  readonly kind: string;
  readonly onsetMin: number;
  readonly peakMin: number;
  readonly endMin: number;
  readonly offsets: Offsets;
  /** A course of its own instead: [minute, share], minutes rising from the onset to the end; straight in between. */
  readonly course?: readonly (readonly [minute: number, share: number])[];
  /** Planned deeds left undone between onset and end. */
  readonly skips?: readonly Deed[];
  /** Nobody sleeps through it: awake between onset and end. */
  readonly awake?: boolean;
  /** A fall at the onset. */
  readonly fall?: { readonly impactG: number; readonly stillS: number };
}

/** Share of the episode's height, 0–1, at `minute`. */
export const shareOf = ({ onsetMin, peakMin, endMin, course }: Episode, minute: number): number => {
  if (minute <= onsetMin || minute >= endMin) return 0;
  if (course !== undefined) return shareOfCourse(course, minute);
  if (minute < peakMin) return (minute - onsetMin) / (peakMin - onsetMin);
  const plateauEnd = peakMin + (endMin - peakMin) / 2;
  return minute < plateauEnd ? 1 : 1 - (minute - plateauEnd) / (endMin - plateauEnd);
};

const shareOfCourse = (course: readonly (readonly [number, number])[], minute: number): number => {
  let [before, low] = course[0] ?? [0, 0];
  for (const [at, share] of course) {
    if (minute <= at) return at === before ? share : low + ((share - low) * (minute - before)) / (at - before);
    [before, low] = [at, share];
  }
  return low;
};
