/** What a perfect sensor would see of one simulated person in one second. */
import type { EpochMs } from "#core/time.ts";

export type Activity = "asleep" | "resting" | "walking" | "exercising" | "recovering";

/** Something a person does at one moment, by plan or in need: devices that are used, not worn, answer to it. */
export type Deed =
  | "blow_spirometer"
  | "blow_peak_flow"
  | "inhale_controller"
  | "inhale_rescue"
  | "take_temperature"
  | "take_blood_pressure"
  | "test_grip"
  | "test_chair_stand"
  | "report_symptoms";

/** Walking as a wearable would measure it with perfect sensors; speed = stride × cadence / 120 (domain 5.2). */
export interface Gait {
  /** m/s. */
  readonly speed: number;
  /** m. */
  readonly stride: number;
  /** Steps a minute. */
  readonly cadence: number;
  /** Step-time asymmetry, %. */
  readonly asymmetry: number;
  /** Double support, % of the cycle. */
  readonly doubleSupport: number;
  /** Coefficient of variation of the stride time, %. */
  readonly strideCv: number;
  /** Feet do not follow, although the person means to walk. */
  readonly freezing: boolean;
}

/** A joint in rehabilitation (domain 5.5). */
export interface Knee {
  readonly side: "left" | "right";
  /** Largest active flexion now, degrees. */
  readonly flexionMax: number;
  /** Degrees short of straight. */
  readonly extensionDeficit: number;
  /** Pain at rest, 0–10. */
  readonly painRest: number;
  /** Pain on movement, 0–10. */
  readonly painMovement: number;
  /** How well movements are done, 0–100. */
  readonly movementQuality: number;
}

/** A fall and what follows it (domain 5.6). */
export interface Fall {
  /** The moment of the impact. */
  readonly at: EpochMs;
  /** Peak acceleration, g. */
  readonly impactG: number;
  /** Seconds on the ground without moving. */
  readonly stillS: number;
}

export interface Body {
  readonly t: EpochMs;
  /** Local hour of the day, fractional. */
  readonly hour: number;
  readonly activity: Activity;
  readonly asleep: boolean;
  /** Arterial saturation, %. */
  readonly spo2: number;
  /** Heart beats a minute; the pulse at the finger is the same. */
  readonly pulse: number;
  /** Perfusion index at a warm finger, %. */
  readonly perfusion: number;
  /** Breaths a minute; 0 in an apnoea. */
  readonly respRate: number;
  /** Breathing as a chest belt feels it: mL a breath. */
  readonly tidalVolume: number;
  /** °C. */
  readonly coreTemp: number;
  /** °C, at the chest. */
  readonly skinTemp: number;
  /** mmHg. */
  readonly systolic: number;
  /** mmHg. */
  readonly diastolic: number;
  /** mmHg, end of the breath. */
  readonly etco2: number;
  /** What a full effort would give now: L/min, L, L. */
  readonly pef: number;
  readonly fev1: number;
  readonly fvc: number;
  /** 0–10, whole burden of the day. */
  readonly symptoms: number;
  /** Coughs an hour. */
  readonly cough: number;
  /** Begun in this second. */
  readonly deeds: readonly Deed[];
  /** Null unless walking. */
  readonly gait: Gait | null;
  /** Null where no joint is in rehabilitation. */
  readonly knee: Knee | null;
  /** kg, best of the dominant hand. */
  readonly grip: number;
  /** Seconds for five chair stands. */
  readonly chairStandS: number;
  /** Steps taken in this second, fractional. */
  readonly steps: number;
  /** Prescribed exercise under way: its name and seconds since it began. */
  readonly session: { readonly exercise: string; readonly elapsedS: number } | null;
  /** Oxygen: L/min at the nose; 0 without. */
  readonly oxygenFlow: number;
  /** The mask is on and the machine runs. */
  readonly papOn: boolean;
  /** Unintended mask leak, L/s; 0 without a mask. */
  readonly maskLeak: number;
  /** The latest fall, while it matters (an hour). */
  readonly fall: Fall | null;
}
