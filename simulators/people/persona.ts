/** Who a simulated person is: levels, spreads and habits of the body (domain 5.2); nobody real. */
import type { BilingualText } from "#core/alerts/alert.ts";
import type { Condition, SpO2Profile } from "#core/people.ts";
import type { ExerciseTraits } from "../physiology/exercise-response.ts";

/** A level and how it differs from person to person; nobody is outside `low` and `high`. */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
  readonly low: number;
  readonly high: number;
}

/** Levels at rest and awake; `perfusion` is a median, `steps` a day's, `chairStandS` seconds for five. */
export type LevelKey =
  | "spo2"
  | "pulse"
  | "respRate"
  | "perfusion"
  | "tidalVolume"
  | "coreTemp"
  | "skinTemp"
  | "systolic"
  | "diastolic"
  | "etco2"
  | "pef"
  | "fev1"
  | "steps"
  | "stride"
  | "cadence"
  | "grip"
  | "chairStandS";

/** Within a day: spread of the noise, day-to-day spread of the daily mean, circadian amplitude, and the fall in sleep beside it. */
export interface Course {
  readonly sigma: number;
  readonly dayToDay: number;
  readonly circadian: number;
  readonly sleep: number;
}

export interface Prescription {
  /** What is done, in order, and minutes of each. */
  readonly exercises: readonly string[];
  readonly minutesEach: number;
  readonly perDay: number;
  /** 1: a brisk walk. */
  readonly effort: number;
}

export interface Persona {
  readonly key: string;
  readonly title: BilingualText;
  readonly sex: "female" | "male";
  readonly age: number;
  readonly profile: SpO2Profile;
  /** Only and always with `custom_target`. */
  readonly spo2LowerLimit?: number;
  readonly conditions: readonly Condition[];
  /** What a doctor would enter for the typical member; a varied person's own is `Person.baseline`. */
  readonly baseline: Readonly<Record<string, number>>;
  /** Kinds of devices it typically lives with. */
  readonly deviceKinds: readonly string[];

  readonly levels: Readonly<Record<LevelKey, Spread>>;
  readonly spo2: Course;
  readonly pulse: Course;
  readonly respRate: Course;
  /** FEV1 / FVC. */
  readonly fvcRatio: number;
  /** Share of the mean by which peak flow swings over the day. */
  readonly pefSwing: number;
  /** Share by which the airways wander over days (spread). */
  readonly airways: number;
  readonly symptoms: number;
  /** Coughs an hour, awake. */
  readonly cough: number;

  /** Desaturations in an hour: `asleep` in those `affected` (share) hours of the night; none deeper than `deepest` points. */
  readonly desaturations: { readonly asleep: number; readonly affected: number; readonly awake: number; readonly deepest: number };
  /** Trains of apnoeas in an hour of sleep without a mask. */
  readonly apnoeaTrains: number;
  /** Points lost in REM sleep without a mask, from and to; null: none. */
  readonly remDepth: readonly [number, number] | null;

  readonly exercise: ExerciseTraits;
  readonly prescription: Prescription | null;
  /** Minutes of an ordinary walk. */
  readonly walkMin: number;
  readonly bedHour: number;
  readonly wakeHour: number;
  readonly naps: boolean;
  /** Share of planned sessions, puffs and measurements that are done. */
  readonly adherence: number;

  readonly inhaler: { readonly controllerPerDay: number; readonly rescuePerDay: number } | null;
  /** Litres a minute, hours a day, points of SpO2 lost without and won with a litre too much; mmHg of CO2 kept for that litre. */
  readonly oxygen: {
    readonly flow: number;
    readonly hours: number;
    readonly lossWithout: number;
    readonly gainPerExtra: number;
    readonly co2PerExtra: number;
  } | null;
  /** Hours a night; share of nights without. */
  readonly pap: { readonly hours: number; readonly sd: number; readonly missed: number; readonly leak: number } | null;

  readonly gait: { readonly asymmetry: number; readonly doubleSupport: number; readonly strideCv: number };
  /** Weeks since the event when the story starts; what has come back by then follows the published curves. */
  readonly recovery: {
    readonly after: "knee" | "stroke";
    readonly weeks: number;
    readonly side: "left" | "right";
    readonly slow: boolean;
  } | null;
  /** Hours of the day of its doses: between them walking fades and freezes. */
  readonly dopamineHours: readonly number[] | null;
}
