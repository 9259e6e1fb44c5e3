/** One member of a persona: its own levels, as written or drawn from the spread between people (domain 5.1, 5.2). */
import type { Random } from "../random.ts";
import type { LevelKey, Persona, Spread } from "./persona.ts";

export type Levels = Readonly<Record<LevelKey, number>>;

/** Levels that go together: the second follows the first's deviation with this correlation. */
const FOLLOWS: Partial<Record<LevelKey, readonly [LevelKey, number]>> = {
  fev1: ["pef", 0.8],
  respRate: ["pulse", 0.4],
  diastolic: ["systolic", 0.6],
  cadence: ["stride", 0.6],
};
/** Leaders before those that follow them. */
const ORDER: readonly LevelKey[] = [
  "spo2",
  "pulse",
  "respRate",
  "perfusion",
  "tidalVolume",
  "coreTemp",
  "skinTemp",
  "systolic",
  "diastolic",
  "etco2",
  "pef",
  "fev1",
  "steps",
  "stride",
  "cadence",
  "grip",
  "chairStandS",
];

/** Standard deviations from the mean, redrawn until the level is one the persona can have. */
const drawZ = ({ mean, sd, low, high }: Spread, toward: number, weight: number, random: Random): number => {
  for (let attempt = 0; attempt < 40; attempt++) {
    const z = weight * toward + Math.sqrt(1 - weight * weight) * random.normal();
    if (mean + sd * z >= low && mean + sd * z <= high) return z;
  }
  return 0;
};

export const typicalLevels = (persona: Persona): Levels =>
  Object.fromEntries(ORDER.map((key) => [key, persona.levels[key].mean])) as Levels;

export const drawLevels = (persona: Persona, random: Random): Levels => {
  const zs = new Map<LevelKey, number>();
  const levels: Partial<Record<LevelKey, number>> = {};
  for (const key of ORDER) {
    const [leader, weight] = FOLLOWS[key] ?? [undefined, 0];
    const spread = persona.levels[key];
    const z = drawZ(spread, leader === undefined ? 0 : (zs.get(leader) ?? 0), weight, random.fork(key));
    zs.set(key, z);
    levels[key] = spread.mean + spread.sd * z;
  }
  return levels as Levels;
};

/** Which level stands behind a reference value that a doctor enters. */
const REFERENCES: Readonly<Record<string, LevelKey>> = {
  spo2: "spo2",
  pulse_rate: "pulse",
  resp_rate: "respRate",
  systolic_bp: "systolic",
  pef: "pef",
  fev1: "fev1",
  etco2: "etco2",
  grip_strength: "grip",
};

/** The persona's reference values, moved by as much as this member's levels differ from the typical ones. */
export const baselineOf = (persona: Persona, levels: Levels): Record<string, number> =>
  Object.fromEntries(
    Object.entries(persona.baseline).map(([metric, value]) => {
      const key = REFERENCES[metric];
      if (key === undefined) return [metric, value];
      const own = value * (levels[key] / persona.levels[key].mean);
      return [metric, metric === "fev1" ? Math.round(own * 100) / 100 : Math.round(own)];
    }),
  );
