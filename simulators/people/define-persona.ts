/** How personas are written down: what differs from a healthy older person is said, the rest is shared. */
import type { Course, LevelKey, Persona, Spread } from "./persona.ts";

/** Mean ± between-person SD; nobody beyond two of them unless limits are given. */
export const around = (mean: number, sd: number, low = mean - 2 * sd, high = mean + 2 * sd): Spread => ({ mean, sd, low, high });

const HEALTHY_LEVELS: Readonly<Record<LevelKey, Spread>> = {
  spo2: around(96.8, 1.2, 96.2, 98.4),
  pulse: around(70, 8, 58, 88),
  respRate: around(16, 2, 14.2, 18),
  perfusion: around(3, 0.8),
  tidalVolume: around(480, 60),
  coreTemp: around(36.6, 0.15),
  skinTemp: around(33.4, 0.4),
  systolic: around(128, 8, 112, 150),
  diastolic: around(76, 5, 62, 90),
  etco2: around(38, 1.5),
  pef: around(350, 55),
  fev1: around(2.1, 0.4),
  steps: around(6_500, 2_500, 1_500, 12_000),
  stride: around(1.33, 0.14),
  cadence: around(108, 7),
  grip: around(24, 3, 18.5, 32),
  chairStandS: around(10.5, 1, 8, 11.9),
};

const HEALTHY = {
  spo2: { sigma: 0.6, dayToDay: 0.35, circadian: 0.4, sleep: 0.5 },
  pulse: { sigma: 3.5, dayToDay: 3, circadian: 5, sleep: 9 },
  respRate: { sigma: 1.5, dayToDay: 0.6, circadian: 0.7, sleep: 1 },
  fvcRatio: 0.77,
  pefSwing: 0.02,
  airways: 0,
  symptoms: 0.5,
  cough: 1,
  desaturations: { asleep: 2.5, affected: 1, awake: 0, deepest: 4 },
  apnoeaTrains: 0,
  remDepth: null,
  exercise: {
    pulse: { gain: 38, onS: 40, offS: 60 },
    spo2: { gain: -0.7, delayS: 20, onS: 60, offS: 30 },
    respRate: { gain: 12, tauS: 50 },
    slowRecoveries: 0,
  },
  prescription: null,
  walkMin: 9,
  bedHour: 22.5,
  wakeHour: 6.5,
  naps: false,
  adherence: 0.85,
  inhaler: null,
  oxygen: null,
  pap: null,
  gait: { asymmetry: 2.5, doubleSupport: 26, strideCv: 1.6 },
  recovery: null,
  dopamineHours: null,
} satisfies Partial<Persona>;

type Own = Pick<Persona, "key" | "title" | "sex" | "age" | "profile" | "conditions" | "baseline" | "deviceKinds">;
type Different = Partial<Omit<Persona, keyof Own | "levels" | "spo2" | "pulse" | "respRate">>;
interface Courses {
  readonly levels?: Partial<Record<LevelKey, Spread>>;
  readonly spo2?: Partial<Course>;
  readonly pulse?: Partial<Course>;
  readonly respRate?: Partial<Course>;
}

export const definePersona = (own: Own & Different & Courses): Persona => ({
  ...HEALTHY,
  ...own,
  levels: { ...HEALTHY_LEVELS, ...own.levels },
  spo2: { ...HEALTHY.spo2, ...own.spo2 },
  pulse: { ...HEALTHY.pulse, ...own.pulse },
  respRate: { ...HEALTHY.respRate, ...own.respRate },
});
