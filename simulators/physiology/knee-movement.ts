/** How a knee moves in prescribed exercises and in walking, and how hard the thigh works for it (domain 5.7). */
import type { Gait, Knee } from "../people/body.ts";

/** Angle and muscle effort (share of a full contraction) at one moment. */
export interface KneeMoment {
  readonly angle: number;
  readonly effort: number;
}

/** A repetition from the resting angle to the far one and back. */
export interface Repetition {
  readonly rest: number;
  readonly far: number;
  readonly holdS: number;
  /** When the thigh works: going there, or coming back. */
  readonly works: "out" | "back";
  readonly effort: number;
}

const OUT_S = 2.5;
const PAUSE_S = 1.5;
export const REPS_A_SET = 10;
const BETWEEN_SETS_S = 40;

/** Null: this exercise does not ask the knee to bend and straighten on command. */
export const repetitionOf = (exercise: string, { flexionMax, extensionDeficit }: Knee): Repetition | null => {
  switch (exercise) {
    case "heel_slide":
      return { rest: extensionDeficit, far: flexionMax, holdS: 1, works: "back", effort: 0.35 };
    case "quad_set":
      return { rest: extensionDeficit + 9, far: extensionDeficit, holdS: 5, works: "out", effort: 0.6 };
    case "seated_knee_extension":
      return { rest: Math.min(88, flexionMax), far: extensionDeficit, holdS: 2, works: "out", effort: 0.55 };
    case "sit_to_stand":
      return { rest: Math.min(90, flexionMax), far: extensionDeficit + 2, holdS: 0.5, works: "out", effort: 0.5 };
    default:
      return null;
  }
};

/** Exercises on foot are named so. */
export const isWalk = (exercise: string | null): boolean => exercise?.endsWith("walk") === true;
export const isCycle = (exercise: string): boolean => exercise.endsWith("cycle");

export const repetitionSeconds = ({ holdS }: Repetition): number => 2 * OUT_S + holdS + PAUSE_S;
/** One set with the rest after it. */
export const setSeconds = (repetition: Repetition): number => REPS_A_SET * repetitionSeconds(repetition) + BETWEEN_SETS_S;

/** Raised cosine there, a hold, raised cosine back; `reach`: share of the way that is made, `s`: seconds into the repetition. */
export const momentOfRepetition = ({ rest, far, holdS, works, effort }: Repetition, reach: number, s: number): KneeMoment => {
  const there = rest + (far - rest) * reach;
  const back = s - OUT_S - holdS;
  if (s < OUT_S) return { angle: eased(rest, there, s / OUT_S), effort: works === "out" ? effort : 0.12 };
  if (back < 0) return { angle: there, effort: works === "out" ? effort : 0.2 };
  if (back < OUT_S) return { angle: eased(there, rest, back / OUT_S), effort: works === "back" ? effort : 0.15 };
  return { angle: rest, effort: 0.02 };
};

const eased = (from: number, to: number, share: number): number => from + ((to - from) * (1 - Math.cos(Math.PI * share))) / 2;

/** Stance and swing of one gait cycle at phase 0–1; a stiff knee bends less in both. */
export const momentOfStride = (phase: number, { flexionMax, extensionDeficit }: Knee): KneeMoment => {
  const supple = Math.min(1, Math.max(0.3, (flexionMax - 40) / 80));
  const bump = (centre: number, width: number, height: number): number => {
    const distance = phase - centre - Math.round(phase - centre);
    return height * Math.exp(-((distance / width) ** 2));
  };
  const angle = Math.max(4, extensionDeficit) + bump(0.13, 0.075, 14 * supple) + bump(0.72, 0.115, 56 * supple);
  return { angle, effort: phase < 0.2 || phase > 0.85 ? 0.3 : 0.04 };
};

/** Seconds of one stride: two steps. */
export const strideSeconds = ({ cadence }: Gait): number => 120 / Math.max(20, cadence);

/** One turn of the pedals a second. */
export const momentOfPedalling = (s: number, { flexionMax }: Knee): KneeMoment => {
  const top = Math.min(105, flexionMax);
  const turn = Math.cos(2 * Math.PI * s);
  return { angle: 25 + ((top - 25) * (1 - turn)) / 2, effort: Math.sin(2 * Math.PI * s) < 0 ? 0.3 : 0.08 };
};
