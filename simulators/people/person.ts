/** One simulated body: what a perfect sensor would see, second by second, or in minutes where history is wanted. */
import { clamp } from "../clamp.ts";
import { type EpochMs, HOUR, MINUTE, SECOND } from "#core/time.ts";
import { approach } from "../physiology/approach.ts";
import { awakeCircadian } from "../physiology/circadian.ts";
import { Desaturations } from "../physiology/desaturation.ts";
import { ExerciseResponse } from "../physiology/exercise-response.ts";
import { MaskSeal } from "../physiology/mask-seal.ts";
import { PeriodicBreathing } from "../physiology/periodic-breathing.ts";
import { remAt } from "../physiology/sustained-desaturation.ts";
import type { Random } from "../random.ts";
import { ActiveEpisodes } from "./active-episodes.ts";
import type { Body, Deed } from "./body.ts";
import type { Episode } from "./episode.ts";
import { Habits } from "./habits.ts";
import { baselineOf, drawLevels, type Levels, typicalLevels } from "./levels.ts";
import { Limbs } from "./limbs.ts";
import { Noise } from "./noise.ts";
import type { Persona } from "./persona.ts";
import { Pottering } from "./pottering.ts";
import { SlowVitals } from "./slow-vitals.ts";

export interface PersonOptions {
  readonly persona: Persona;
  readonly random: Random;
  /** The story's start: episodes and weeks of recovery count from here. */
  readonly origin: EpochMs;
  /** Local time less UTC; +8 h unless given, without daylight saving, so that a seed tells the same day everywhere. */
  readonly zoneOffsetMs?: number;
  readonly episodes?: readonly Episode[];
  /** Share of planned sessions, puffs and measurements that are done; the persona's unless given. */
  readonly adherence?: number;
  /** True: a member of its own, drawn from the spread between people; its reference values are `baseline`, not the persona's. */
  readonly varied?: boolean;
}

/** Depth of breath over minutes, share of the usual. */
const VOLUME_SIGMA = 0.16;
/** Of what a brisk walk costs, so much is felt about the house and when turning over. */
const SMALL_EFFORT = 0.13;

/** Strides longer than this are walked in steps of it. */
const LONGEST_STRIDE_S = 60;
const RESPONSE_TO_DROP_S = 15;
/** Breathing answers a slow change sooner than the pulse. */
const BREATHING_LAG_S = 45;
const PULSE_LAG_S = 100;
const FALLING_ASLEEP_S = 400;

export class Person {
  readonly persona: Persona;
  /** What a doctor would have entered for this very person: metric → value. */
  readonly baseline: Readonly<Record<string, number>>;

  readonly #levels: Levels;
  readonly #zoneOffsetMs: number;
  readonly #random: Random;
  readonly #habits: Habits;
  readonly #episodes: ActiveEpisodes;
  readonly #slow: SlowVitals;
  readonly #limbs: Limbs;
  readonly #exercise: ExerciseResponse;
  readonly #desaturations: Desaturations;
  readonly #periodic: PeriodicBreathing;
  readonly #noise: Noise;
  readonly #pottering: Pottering;
  readonly #seal: MaskSeal;

  #lastAt: EpochMs | null = null;
  #sleepDepth = 0;
  #pulseAnswer = 0;
  #breathAnswer = 0;
  #pulseOffset = 0;
  #breathOffset = 0;

  constructor(options: PersonOptions) {
    const { persona, random, origin, zoneOffsetMs = 8 * HOUR, episodes = [], adherence = persona.adherence, varied = false } = options;
    this.persona = persona;
    this.#random = random.fork("moments");
    this.#zoneOffsetMs = zoneOffsetMs;
    this.#levels = varied ? drawLevels(persona, random.fork("levels")) : typicalLevels(persona);
    this.baseline = varied ? baselineOf(persona, this.#levels) : persona.baseline;
    this.#episodes = new ActiveEpisodes(episodes, origin);
    this.#limbs = new Limbs(persona, this.#levels, origin, varied, random.fork("limbs"));
    this.#habits = new Habits({
      plan: {
        persona,
        levels: this.#levels,
        adherence,
        random: random.fork("plans"),
        zoneOffsetMs,
        stepsShare: (t) => this.#limbs.stepsShare(t),
      },
      episodes: this.#episodes,
    });
    this.#slow = new SlowVitals(persona, this.#levels, random.fork("slow"));
    const exertion = varied ? clamp(1 + 0.5 * random.fork("exertion").normal(), 0.2, 2) : 1;
    const { spo2 } = persona.exercise;
    this.#exercise = new ExerciseResponse({ ...persona.exercise, spo2: { ...spo2, gain: spo2.gain * exertion } });
    this.#desaturations = new Desaturations(persona.desaturations.deepest, random.fork("desaturations"));
    this.#periodic = new PeriodicBreathing(random.fork("periodic"));
    this.#noise = new Noise(this.#random, random.fork("drifts"));
    this.#pottering = new Pottering(random.fork("pottering"));
    this.#seal = new MaskSeal(random.fork("seal"));
  }

  /**
   * On to time `t`: a second in live use; a minute at a time where history is wanted, for a sixtieth of the cost and the same
   * statistics. Steps and deeds are those since the call before. The first call may be for any time.
   */
  step(t: EpochMs): Body {
    const last = this.#lastAt ?? t - SECOND;
    const strides = Math.ceil((t - last) / (LONGEST_STRIDE_S * SECOND));
    let steps = 0;
    let deeds: readonly Deed[] = [];
    for (let left = strides - 1; left > 0; left--) {
      const body = this.#stride(t - left * LONGEST_STRIDE_S * SECOND);
      steps += body.steps;
      if (body.deeds.length > 0) deeds = [...deeds, ...body.deeds];
    }
    const body = this.#stride(t);
    return strides <= 1 ? body : { ...body, steps: body.steps + steps, deeds: [...deeds, ...body.deeds] };
  }

  #stride(t: EpochMs): Body {
    const { persona } = this;
    const levels = this.#levels;
    const begins = this.#lastAt === null;
    const dtS = this.#lastAt === null ? 1 : Math.max(0, t - this.#lastAt) / SECOND;
    const since = this.#lastAt ?? t - SECOND;
    this.#lastAt = t;
    const local = t + this.#zoneOffsetMs;
    const hour = (local % (24 * HOUR)) / HOUR;

    const sum = this.#episodes.at(t);
    const fall = this.#episodes.fall(t);
    const now = this.#habits.at(t, sum, fall);
    const { activity, effort, papOn, plan, yesterday } = now;
    const asleep = activity === "asleep";
    this.#sleepDepth = begins ? Number(asleep) : approach(this.#sleepDepth, Number(asleep), dtS, FALLING_ASLEEP_S);
    const depth = this.#sleepDepth;
    // Midnight is no step: the new day comes until the morning.
    const dayShare = Math.min(1, (t - plan.from) / (6 * HOUR));
    const dayZ = (of: "spo2" | "pulse" | "respRate" | "other"): number => yesterday.z[of] + (plan.z[of] - yesterday.z[of]) * dayShare;

    this.#exercise.change(effort, now.slow);
    this.#exercise.step(dtS);
    const exercise = this.#exercise;
    this.#pottering.step({
      hour,
      dtS,
      asleep,
      isFree: activity === "resting" && fall === null,
      steps: this.#limbs.aboutTheHouse(t),
      share: sum.stepsFactor,
    });
    const small = SMALL_EFFORT * this.#pottering.exertion;
    const noise = this.#noise;
    noise.step(t, dtS);

    // Saturation first: pulse and breathing answer it.
    const { desaturations } = persona;
    const ownRate = asleep ? (plan.affected[hour | 0] === true ? desaturations.asleep : 0) : desaturations.awake;
    const rate = papOn ? ownRate * 0.2 : ownRate;
    let drop = this.#desaturations.step(rate + sum.desaturations, dtS);
    // Hours with the mask rest the breathing for the rest of the night.
    const unaided = asleep && now.night.pap === null;
    const periodic = this.#periodic.step(unaided ? persona.apnoeaTrains : 0, dtS);
    const dream = asleep ? remAt(now.night.rem, t) : null;
    const dreaming = dream?.share ?? 0;
    const rem = unaided && desaturatesInRem(persona) ? dream : null;
    drop = Math.max(drop, periodic.drop);
    const oxygen = this.#slow.oxygen(now.oxygenFlow, dtS, begins);
    const saturation =
      levels.spo2 +
      persona.spo2.dayToDay * dayZ("spo2") +
      persona.spo2.circadian * awakeCircadian(hour, 15) -
      persona.spo2.sleep * depth +
      persona.spo2.sigma * noise.spo2 -
      drop -
      (rem === null ? 0 : rem.depth * rem.share) +
      exercise.spo2 +
      persona.exercise.spo2.gain * small +
      oxygen.spo2 +
      sum.spo2;
    // The curve flattens at the top.
    const spo2 = clamp(saturation > 99 ? 99 + 0.3 * (saturation - 99) : saturation, 50, 100);

    this.#pulseAnswer = approach(this.#pulseAnswer, Math.min(14, 2.3 * drop), dtS, RESPONSE_TO_DROP_S);
    this.#breathAnswer = approach(this.#breathAnswer, Math.min(4, 0.5 * drop), dtS, RESPONSE_TO_DROP_S);
    this.#pulseOffset = begins ? sum.pulse : approach(this.#pulseOffset, sum.pulse, dtS, PULSE_LAG_S);
    this.#breathOffset = begins ? sum.respRate : approach(this.#breathOffset, sum.respRate, dtS, BREATHING_LAG_S);

    const breathing =
      levels.respRate +
      persona.respRate.dayToDay * dayZ("respRate") +
      persona.respRate.circadian * awakeCircadian(hour, 16) -
      persona.respRate.sleep * depth +
      // Breathing is steady in deep sleep and uneven in dreams.
      persona.respRate.sigma * (1 - 0.45 * depth + 0.6 * dreaming) * noise.breathing +
      exercise.respRate +
      persona.exercise.respRate.gain * small +
      this.#breathAnswer +
      this.#breathOffset +
      oxygen.respRate +
      periodic.overshoot -
      (rem === null ? 0 : 2 * rem.share);
    const respRate = periodic.apnoea ? 0 : clamp(breathing, 4, 60);

    const shock = fall === null ? 0 : 18 * Math.exp(-(t - fall.at) / (8 * MINUTE));
    const pulse = clamp(
      levels.pulse +
        persona.pulse.dayToDay * dayZ("pulse") +
        persona.pulse.circadian * awakeCircadian(hour, 15) -
        persona.pulse.sleep * depth +
        persona.pulse.sigma * noise.pulse +
        exercise.pulse +
        persona.exercise.pulse.gain * small +
        2.5 * dreaming +
        this.#pulseAnswer +
        this.#pulseOffset +
        shock,
      30,
      220,
    );

    const slow = this.#slow.step({
      t,
      dtS,
      hour,
      depth,
      exertion: exercise.pulse / persona.exercise.pulse.gain,
      z: dayZ("other"),
      sum,
      breathing,
      co2: oxygen.co2,
      papOn,
    });
    const limbs = this.#limbs.step({ t, dtS, hour, now, sum, z: dayZ("other") });
    const perfusion =
      levels.perfusion * Math.exp(0.3 * noise.perfusion + 0.2 * slow.warmth + 0.12 * depth - 0.008 * Math.max(0, pulse - levels.pulse));
    const deeds = this.#habits.deeds(since, t, !asleep, sum, {
      coreTemp: slow.coreTemp,
      systolic: slow.systolic,
      pefShare: slow.pef / levels.pef,
    });
    const usualLeak = (persona.pap?.leak ?? 0) * Math.max(0.5, 1 + 0.2 * now.night.papLeakZ);
    const leak = papOn ? this.#seal.step(usualLeak, dtS) + sum.maskLeak : 0;
    return {
      t,
      hour,
      activity,
      asleep,
      spo2,
      pulse,
      perfusion: clamp(perfusion, 0.02, 20),
      respRate,
      tidalVolume: periodic.apnoea ? 0 : this.#breath(effort, depth, dreaming, noise.volume),
      coreTemp: slow.coreTemp,
      skinTemp: slow.skinTemp,
      systolic: slow.systolic,
      diastolic: slow.diastolic,
      etco2: slow.etco2,
      pef: slow.pef,
      fev1: slow.fev1,
      fvc: slow.fvc,
      symptoms: slow.symptoms,
      cough: slow.cough,
      deeds,
      gait: limbs.gait,
      knee: limbs.knee,
      grip: limbs.grip,
      chairStandS: limbs.chairStandS,
      steps: limbs.steps + this.#pottering.steps,
      session: now.session,
      oxygenFlow: now.oxygenFlow,
      papOn,
      maskLeak: leak,
      fall,
    };
  }

  /** One breath differs from the next by an eighth (domain 5.7), one minute from another by more. */
  #breath(effort: number, depth: number, dreaming: number, drift: number): number {
    const calm = this.#levels.tidalVolume * (1 + 0.45 * effort) * (1 - 0.08 * depth) * (1 - 0.18 * dreaming);
    return Math.max(80, calm * Math.exp(VOLUME_SIGMA * drift) * (1 + 0.12 * this.#random.normal()));
  }
}

const desaturatesInRem = ({ remDepth }: Persona): boolean => remDepth !== null;
