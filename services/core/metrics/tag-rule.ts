/** Which values a tag may have, and whether it tells two measurements of one instant apart (semantics 1.1). */
export interface TagRule {
  readonly values?: readonly string[];
  readonly pattern?: RegExp;
  /** Identity tags separate samples; the others only describe one. */
  readonly identity: boolean;
}

/** Allowed on every metric. */
export const UNIVERSAL_TAGS = {
  context: { values: ["rest", "sleep", "exercise", "recovery", "unknown"], identity: false },
  posture: { values: ["supine", "sitting", "standing"], identity: false },
  oxygen: { values: ["air", "o2"], identity: false },
} as const satisfies Readonly<Record<string, TagRule>>;

const LABEL = /^[A-Za-z0-9_-]{1,64}$/;
const AMOUNT = /^\d{1,6}(?:\.\d{1,3})?$/;

export const SIDE: TagRule = { values: ["left", "right", "both"], identity: true };
/** Tells events and spot values of one instant apart: 1, 2, … */
export const N: TagRule = { pattern: /^[1-9]\d{0,5}$/, identity: true };
export const EXERCISE_ID: TagRule = { pattern: LABEL, identity: true };
/** Where a body temperature was taken. */
export const TEMPERATURE_SITE: TagRule = { values: ["oral", "axillary", "ear", "forehead"], identity: true };
/** Which muscle an electrode lies on. */
export const MUSCLE_SITE: TagRule = { pattern: LABEL, identity: true };
/** Two joints of one instant are two measurements, so it separates as `side` does. */
export const JOINT: TagRule = { pattern: LABEL, identity: true };
/** Pain at rest and on movement are asked in one go and are two answers. */
export const PAIN_AT: TagRule = { values: ["rest", "movement"], identity: true };
export const LEAK_TYPE: TagRule = { values: ["total", "unintentional"], identity: false };
export const TECHNIQUE_ERROR: TagRule = {
  values: ["shake", "orientation", "coordination", "flow", "breath-hold"],
  identity: false,
};
export const REFERENCE_EQUATION: TagRule = { pattern: LABEL, identity: false };
export const SCORE_VERSION: TagRule = { pattern: /^[A-Za-z0-9_.-]{1,32}$/, identity: false };
export const ASYMMETRY_VARIABLE: TagRule = { values: ["step_time", "stance", "swing", "step_length"], identity: false };
export const EYES: TagRule = { values: ["open", "closed"], identity: false };
export const SURFACE: TagRule = { values: ["firm", "foam"], identity: false };
export const MEASURED_AMOUNT: TagRule = { pattern: AMOUNT, identity: false };
export const YES_NO: TagRule = { values: ["true", "false"], identity: false };
