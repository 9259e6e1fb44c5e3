/** What a person means to do on one local day: the same seed plans the same day, wherever the story starts. */
import { clamp } from "../clamp.ts";
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from "#core/time.ts";
import { isWalk } from "../physiology/knee-movement.ts";
import { planRemBlocks, type RemBlock } from "../physiology/sustained-desaturation.ts";
import type { Random } from "../random.ts";
import { planAdherence } from "./adherence.ts";
import type { Activity, Deed } from "./body.ts";
import type { Levels } from "./levels.ts";
import type { Persona } from "./persona.ts";

/** A stretch of the day; it lasts until the next begins. */
export interface Segment {
  readonly from: EpochMs;
  readonly activity: Activity;
  /** Name of the prescribed exercise. */
  readonly exercise: string | null;
  /** In [0, 1): an outing happens only while the person moves at least this share of the usual. */
  readonly mark: number;
  /** How this walk differs from the person's usual, standard deviations. */
  readonly paceZ: number;
  /** Saturation comes back slowly after it. */
  readonly slow: boolean;
}

export interface PlannedDeed {
  readonly at: EpochMs;
  readonly deed: Deed;
  /** Reliever only: taken while the need, as a multiple of the usual, is above it. */
  readonly need: number;
}

interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface DayPlan {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The first begins with the day. */
  readonly segments: readonly Segment[];
  readonly deeds: readonly PlannedDeed[];
  /** The night that begins this evening. */
  readonly night: { readonly pap: Span | null; readonly rem: readonly RemBlock[]; readonly papLeakZ: number };
  readonly oxygenOff: readonly Span[];
  /** Hours of this day in which single desaturations come when asleep. */
  readonly affected: readonly boolean[];
  /** How this day differs from the usual one, standard deviations, held to 1.5. */
  readonly z: { readonly spo2: number; readonly pulse: number; readonly respRate: number; readonly other: number };
}

export interface PlanOptions {
  readonly persona: Persona;
  readonly levels: Levels;
  readonly adherence: number;
  readonly random: Random;
  readonly zoneOffsetMs: number;
  /** Steps of a day, as a share of the level: recovery after an operation. */
  readonly stepsShare: (t: EpochMs) => number;
}

/** Adherence is planned in blocks of so many days, so that a miss may follow a miss. */
const BLOCK_DAYS = 28;
/** Steps that are no walk: the kitchen, the stairs. */
export const POTTERING = 0.35;
/** How much the need of a reliever differs from day to day (log-SD). */
const BAD_DAYS = 0.7;
/** A reliever is planned for up to so many times the usual need. */
const MOST_NEED = 6;

const within = (limit: number, value: number): number => clamp(value, -limit, limit);
/** Days since 1970 in local time; the first was a Thursday. */
const isWeekend = (day: number): boolean => (day + 4) % 7 === 0 || (day + 4) % 7 === 6;

export const localDay = (t: EpochMs, zoneOffsetMs: number): number => Math.floor((t + zoneOffsetMs) / DAY);

export const planDay = (day: number, options: PlanOptions): DayPlan => {
  const { persona, random, zoneOffsetMs } = options;
  const from = day * DAY - zoneOffsetMs;
  const own = random.fork(`day-${day}`);
  const wake = wakeTime(day, options);
  const bed = bedTime(day, options);
  const asleepAt = bed + 15 * MINUTE;
  const nextWake = wakeTime(day + 1, options);
  const outings = planOutings(day, wake, bed, options, own.fork("outings"));
  const pap = planPap(asleepAt, nextWake, persona, own.fork("pap"));
  const z = own.fork("z");
  const pulseZ = z.normal();
  const along = (toward: number, weight: number): number => within(1.5, weight * toward + Math.sqrt(1 - weight * weight) * z.normal());
  return {
    from,
    to: from + DAY,
    segments: layOut(from, wake, bed, outings, persona, own.fork("segments")),
    deeds: planDeeds(day, wake, bed, options, own.fork("deeds")),
    night: {
      pap,
      rem: planRemBlocks(asleepAt, nextWake, persona.remDepth ?? [0, 0], own.fork("rem")),
      papLeakZ: z.normal(),
    },
    oxygenOff: planOxygenOff(wake, bed, persona, own.fork("oxygen")),
    affected: Array.from({ length: 24 }, () => own.chance(persona.desaturations.affected)),
    // Correlations of daily means: domain 5.2.
    z: { pulse: within(1.5, pulseZ), spo2: along(pulseZ, -0.3), respRate: along(pulseZ, 0.4), other: within(1.5, z.normal()) },
  };
};

const toSecond = (t: EpochMs): EpochMs => Math.round(t / SECOND) * SECOND;

const wakeTime = (day: number, { persona, random, zoneOffsetMs }: PlanOptions): EpochMs =>
  toSecond(day * DAY - zoneOffsetMs + (persona.wakeHour + 0.35 * within(2, random.fork(`wake-${day}`).normal())) * HOUR);

const bedTime = (day: number, { persona, random, zoneOffsetMs }: PlanOptions): EpochMs =>
  toSecond(day * DAY - zoneOffsetMs + (persona.bedHour + 0.25 * within(2, random.fork(`bed-${day}`).normal())) * HOUR);

interface Outing extends Span {
  readonly activity: "walking" | "exercising";
  readonly exercise: string | null;
  readonly mark: number;
  readonly paceZ: number;
  readonly slow: boolean;
}

const planOutings = (day: number, wake: EpochMs, bed: EpochMs, options: PlanOptions, random: Random): Outing[] => {
  const outings = planSessions(day, wake, options, random.fork("sessions"));
  const { persona, levels } = options;
  const steps = levels.steps * options.stepsShare(wake) * Math.exp(0.25 * within(2, random.normal()) - 0.03);
  // Walking that is prescribed counts; some of one's own is left.
  const prescribed = outings.reduce((sum, { exercise, from, to }) => sum + (isWalk(exercise) ? (to - from) / MINUTE : 0), 0);
  let toWalk = Math.max(0.15 * steps, steps * (1 - POTTERING) - prescribed * levels.cadence);
  const pace = random.normal();
  for (let attempt = 0; attempt < 200 && toWalk > 0; attempt++) {
    const minutes = Math.min(persona.walkMin * Math.exp(0.4 * random.normal()), Math.max(0.5, toWalk / levels.cadence));
    const from = toSecond(random.between(wake + 30 * MINUTE, bed - 60 * MINUTE));
    const walk: Outing = {
      from,
      to: from + toSecond(minutes * MINUTE),
      activity: "walking",
      exercise: null,
      mark: random.next(),
      paceZ: 0.75 * pace + 0.65 * random.normal(),
      slow: false,
    };
    // Room for recovery between one and the next.
    if (outings.some((other) => walk.from < other.to + 6 * MINUTE && other.from < walk.to + 6 * MINUTE)) continue;
    outings.push(walk);
    toWalk -= minutes * levels.cadence;
  }
  return outings.sort((a, b) => a.from - b.from);
};

const planSessions = (day: number, wake: EpochMs, options: PlanOptions, random: Random): Outing[] => {
  const { prescription, exercise } = options.persona;
  if (prescription === null) return [];
  const kept = keptOn(day, prescription.perDay, "sessions", options);
  const outings: Outing[] = [];
  for (let index = 0; index < prescription.perDay; index++) {
    let from = toSecond(wake + (3 + 5.5 * index) * HOUR + random.between(-40, 40) * MINUTE);
    const slow = random.chance(exercise.slowRecoveries);
    if (kept[index] === false) continue;
    for (const name of prescription.exercises) {
      const to = from + toSecond(prescription.minutesEach * random.between(0.85, 1.1) * MINUTE);
      outings.push({ from, to, activity: "exercising", exercise: name, mark: 0.3 + 0.4 * random.next(), paceZ: 0, slow });
      from = to + 90 * SECOND;
    }
  }
  return outings;
};

/** Which of the day's occasions are kept: runs of misses reach over days. */
const keptOn = (day: number, perDay: number, name: string, { adherence, random }: PlanOptions): readonly boolean[] => {
  const block = Math.floor(day / BLOCK_DAYS);
  const weekend = (index: number): boolean => isWeekend(block * BLOCK_DAYS + Math.floor(index / perDay));
  const all = planAdherence(BLOCK_DAYS * perDay, adherence, weekend, random.fork(`${name}-${block}`));
  const first = (day - block * BLOCK_DAYS) * perDay;
  return all.slice(first, first + perDay);
};

const layOut = (from: EpochMs, wake: EpochMs, bed: EpochMs, outings: readonly Outing[], persona: Persona, random: Random): Segment[] => {
  const plain = (at: EpochMs, activity: Activity): Segment => ({ from: at, activity, exercise: null, mark: 0, paceZ: 0, slow: false });
  const segments = [plain(from, "asleep")];
  // Up once or twice in the night, for a few minutes.
  let up = from + random.between(60, 180) * MINUTE;
  for (let index = 0; index < 2; index++) {
    const back = up + random.between(2, 7) * MINUTE;
    if (random.chance(0.6) && back < wake - 30 * MINUTE) segments.push(plain(toSecond(up), "resting"), plain(toSecond(back), "asleep"));
    up = back + random.between(60, 150) * MINUTE;
  }
  segments.push(plain(wake, "resting"));
  const nap = persona.naps ? toSecond(from + 13.2 * HOUR + random.between(-20, 20) * MINUTE) : null;
  const napEnd = nap === null ? null : nap + toSecond(random.between(35, 70) * MINUTE);
  for (const [index, { from: at, to, activity, exercise, mark, paceZ, slow }] of outings.entries()) {
    if (nap !== null && napEnd !== null && to + 6 * MINUTE > nap && at < napEnd) continue;
    segments.push({ from: at, activity, exercise, mark, paceZ, slow });
    const recovers = activity === "exercising" ? 6 * MINUTE : 2 * MINUTE;
    const next = outings[index + 1]?.from ?? bed;
    segments.push({ ...plain(to, "recovering"), mark });
    if (to + recovers < next) segments.push(plain(to + recovers, "resting"));
  }
  if (nap !== null && napEnd !== null) segments.push(plain(nap, "asleep"), plain(napEnd, "resting"));
  segments.push(plain(bed + 15 * MINUTE, "asleep"));
  return segments.sort((a, b) => a.from - b.from);
};

/** Measurements that anybody with the device takes; who has none takes none, and nobody notices. */
const planDeeds = (day: number, wake: EpochMs, bed: EpochMs, options: PlanOptions, random: Random): PlannedDeed[] => {
  const { persona } = options;
  const deeds: PlannedDeed[] = [];
  const plan = (deed: Deed, at: EpochMs): void => {
    deeds.push({ at: toSecond(at), deed, need: 0 });
  };
  const [morning, evening] = keptOn(day, 2, "measurements", options);
  const early = wake + random.between(20, 45) * MINUTE;
  const late = bed - random.between(50, 110) * MINUTE;
  if (morning === true) {
    plan("blow_peak_flow", early);
    plan("blow_spirometer", early + 5 * MINUTE);
    plan("take_blood_pressure", early + 14 * MINUTE);
    plan("take_temperature", early + 18 * MINUTE);
    plan("test_grip", early + 150 * MINUTE);
    plan("test_chair_stand", early + 154 * MINUTE);
  }
  if (evening === true) {
    plan("blow_peak_flow", late);
    plan("blow_spirometer", late + 5 * MINUTE);
    plan("take_blood_pressure", late + 14 * MINUTE);
    plan("take_temperature", late + 18 * MINUTE);
    plan("report_symptoms", late + 22 * MINUTE);
  }
  if (persona.inhaler === null) return deeds.sort((a, b) => a.at - b.at);
  const { controllerPerDay, rescuePerDay } = persona.inhaler;
  const puffs = keptOn(day, controllerPerDay, "controller", options);
  for (const [index, taken] of puffs.entries()) {
    const at = index === 0 ? wake + random.between(10, 60) * MINUTE : bed - random.between(10, 60) * MINUTE;
    if (taken) plan("inhale_controller", at);
  }
  // Poisson by thinning: as many as the greatest need would ask for, each with the need from which it is taken.
  const perMs = (rescuePerDay * badDay(day, options) * MOST_NEED) / (bed - wake);
  for (let at = wake - Math.log(1 - random.next()) / perMs; at < bed; at -= Math.log(1 - random.next()) / perMs)
    deeds.push({ at: toSecond(at), deed: "inhale_rescue", need: random.next() * MOST_NEED });
  return deeds.sort((a, b) => a.at - b.at);
};

/** Need comes in good and bad days, several in a row: more on some, none on most (mean 1). */
const badDay = (day: number, { random }: PlanOptions): number => {
  const spell = random.fork(`need-${Math.floor(day / 4)}`).normal();
  const own = random.fork(`need-of-${day}`).normal();
  return Math.exp(BAD_DAYS * within(2, (spell + own) / Math.SQRT2) - (BAD_DAYS * BAD_DAYS) / 2);
};

const planPap = (asleepAt: EpochMs, awakeAt: EpochMs, { pap }: Persona, random: Random): Span | null => {
  const hours = pap === null ? 0 : pap.hours + pap.sd * within(2.5, random.normal());
  if (pap === null || random.chance(pap.missed)) return null;
  const from = toSecond(asleepAt - 10 * MINUTE);
  return { from, to: Math.min(awakeAt, toSecond(from + hours * HOUR)) };
};

/** Off for a bath, a meal, a way out: in three parts of the waking day. */
const planOxygenOff = (wake: EpochMs, bed: EpochMs, { oxygen }: Persona, random: Random): Span[] => {
  if (oxygen === null) return [];
  const off = Math.max(0, 24 - oxygen.hours + within(2, random.normal())) * HOUR;
  const third = (bed - wake) / 3;
  return [0, 1, 2].map((index) => {
    const lasts = Math.min(third * 0.8, (off / 3) * random.between(0.7, 1.3));
    const from = toSecond(wake + index * third + random.between(0, third - lasts));
    return { from, to: toSecond(from + lasts) };
  });
};
