/** A brace with two inertial sensors and electrodes over the thigh: angle at 50 Hz while exercising, and what each exercise came to (domain 5.5, 5.7). */
import { DAY, type EpochMs, SECOND } from "#core/time.ts";
import type { Body, Knee } from "../people/body.ts";
import { BraceReport } from "./brace-report.ts";
import {
  isCycle,
  isWalk,
  type KneeMoment,
  momentOfPedalling,
  momentOfRepetition,
  momentOfStride,
  REPS_A_SET,
  type Repetition,
  repetitionOf,
  repetitionSeconds,
  setSeconds,
  strideSeconds,
} from "../physiology/knee-movement.ts";
import type { Random } from "../random.ts";
import { Battery } from "./battery.ts";
import { onQuantum } from "./quantum.ts";
import {
  type DeviceKind,
  type DeviceOptions,
  type DeviceSample,
  type Emission,
  NOTHING,
  type SimulatedDevice,
} from "./simulated-device.ts";
import { Spells } from "./spells.ts";

const ANGLE_HZ = 50;
/** Raw muscle signal stays on the brace; its RMS leaves ten times a second. */
const ENVELOPE_HZ = 10;
const BLOCK_S = 10;
const SITE = "vastus_medialis";
/** A knee that nobody treats. */
const SOUND: Knee = { side: "right", flexionMax: 135, extensionDeficit: 0, painRest: 0, painMovement: 0, movementQuality: 88 };
/** The joint loosens over the first repetitions by so much. */
const WARM_UP_DEG = 4;
const WITHIN_SESSION_DEG = 3;
/** °/s: the bias that calibration leaves, how it wanders, and the seconds over which gravity corrects what it adds up to. */
const GYRO_BIAS = 0.4;
const GYRO_WALK = 0.01;
const CORRECTED_OVER_S = 8;
const FULL_CONTRACTION_UV = [280, 620] as const;
const RESTING_UV = 4;
const FATIGUE = 0.15;
/** No repetition takes quite as long as another: share by which they differ. */
const TEMPO = 0.11;
const STRIDE_REACH = 0.03;
const SLIPS_A_SESSION = 0.06;
const CONTACT_LOST_PER_HOUR = 1.2;

/** One exercise of one session, as the brace follows it. */
interface Bout {
  readonly exercise: string;
  readonly startedAt: EpochMs;
  readonly report: BraceReport;
  readonly slipAtS: number;
  readonly slipDeg: number;
  seconds: number;
  /** Seconds into the exercise as it is meant to be done: slow repetitions take longer. */
  paced: number;
  tempo: number;
  reach: number;
  phase: number;
}

class KneeBrace implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #power: Battery;
  readonly #looseElectrode: Spells;
  readonly #fullContraction: number;
  #bout: Bout | null = null;
  /** °/s, and the error of the fused angle it has led to. */
  #bias: number;
  #error = 0;
  #jerk = 0;
  #angles: number[] = [];
  #envelope: number[] = [];

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#power = new Battery({
      random: random.fork("battery"),
      hours: random.between(60, 110),
      chargeHours: 2,
      looks: [random.between(18, 21)],
      whenBelow: 35,
      forgets: artefacts ? 0.25 : 0,
    });
    this.#looseElectrode = new Spells(random.fork("electrode"), 10, 120);
    this.#fullContraction = random.between(...FULL_CONTRACTION_UV);
    this.#bias = random.between(-GYRO_BIAS, GYRO_BIAS);
  }

  get battery(): number {
    return this.#power.level;
  }

  step(body: Body): Emission {
    const powered = this.#power.step(body.hour);
    const exercise = powered ? (body.session?.exercise ?? null) : null;
    const ended = this.#bout !== null && this.#bout.exercise !== exercise ? this.#end(body) : NOTHING;
    if (exercise === null) return ended;
    this.#bout ??= this.#begin(exercise, body.t);
    const going = this.#follow(this.#bout, body);
    if (ended === NOTHING) return going;
    return {
      samples: [...ended.samples, ...going.samples],
      waveforms: [...(ended.waveforms ?? []), ...(going.waveforms ?? [])],
    };
  }

  #begin(exercise: string, t: EpochMs): Bout {
    const slips = this.#artefacts && this.#random.chance(SLIPS_A_SESSION);
    return {
      exercise,
      startedAt: t - SECOND,
      report: new BraceReport(),
      slipAtS: slips ? this.#random.between(30, 400) : Number.POSITIVE_INFINITY,
      slipDeg: this.#random.between(5, 14) * (this.#random.chance(0.5) ? 1 : -1),
      seconds: 0,
      paced: 0,
      tempo: 1,
      reach: 1,
      phase: this.#random.next(),
    };
  }

  /** One second of movement: fifty angles, ten amplitudes. */
  #follow(bout: Bout, body: Body): Emission {
    const knee = body.knee ?? SOUND;
    const repetition = repetitionOf(bout.exercise, knee);
    const off = this.#artefacts && this.#looseElectrode.step(CONTACT_LOST_PER_HOUR);
    this.#bias = Math.min(0.5, Math.max(-0.5, this.#bias + GYRO_WALK * this.#random.normal()));
    this.#error += this.#bias - this.#error / CORRECTED_OVER_S;
    const error = this.#error + (bout.seconds >= bout.slipAtS ? bout.slipDeg : 0);
    let squares = 0;
    let loudest = 0;
    for (let tick = 0; tick < ANGLE_HZ; tick++) {
      bout.paced += bout.tempo / ANGLE_HZ;
      const moment = this.#moment(bout, body, knee, repetition, bout.paced);
      // Muscles that do not work together make the movement shake.
      this.#jerk = 0.9 * this.#jerk + 0.004 * (100 - knee.movementQuality) * this.#random.normal();
      const measured = moment.angle + error + this.#jerk + 0.15 * this.#random.normal();
      this.#angles.push(onQuantum(Math.min(165, Math.max(-20, measured)), 0.1));
      bout.report.angle(measured);
      if (tick % (ANGLE_HZ / ENVELOPE_HZ) !== 0) continue;
      const tired = 1 + FATIGUE * Math.min(1, bout.report.repetitions / (3 * REPS_A_SET));
      const amplitude = RESTING_UV + this.#fullContraction * moment.effort * tired * Math.exp(0.12 * this.#random.normal());
      squares += amplitude * amplitude;
      loudest = Math.max(loudest, amplitude);
      this.#envelope.push(off ? Number.NaN : Math.round(amplitude));
    }
    bout.seconds += 1;
    if (!off) bout.report.amplitude(loudest / this.#fullContraction);
    const rms = off ? null : Math.round(Math.sqrt(squares / ENVELOPE_HZ));
    const tags = { side: knee.side, site: SITE, context: "exercise" };
    const samples: DeviceSample[] = [{ metric: "semg_rms", t: body.t, value: rms, tags }];
    return this.#angles.length < BLOCK_S * ANGLE_HZ ? { samples } : { samples, waveforms: this.#blocks(body.t) };
  }

  #moment(bout: Bout, { gait }: Body, knee: Knee, repetition: Repetition | null, s: number): KneeMoment {
    if (repetition === null) {
      if (isCycle(bout.exercise)) return momentOfPedalling(s, knee);
      if (!isWalk(bout.exercise) || gait === null || gait.freezing) return { angle: isWalk(bout.exercise) ? 5 : 80, effort: 0.03 };
      bout.phase += bout.tempo / (ANGLE_HZ * strideSeconds(gait));
      if (bout.phase >= 1) {
        bout.phase -= 1;
        // No stride is quite the one before, in time or in reach.
        bout.tempo = Math.min(1.3, Math.max(0.75, 1 + (gait.strideCv / 100) * this.#random.normal()));
        bout.reach = Math.max(0.85, 1 + STRIDE_REACH * this.#random.normal());
      }
      const { angle, effort } = momentOfStride(bout.phase, knee);
      return { angle: angle * bout.reach, effort };
    }
    const inSet = s % setSeconds(repetition);
    const index = Math.floor(inSet / repetitionSeconds(repetition));
    if (index >= REPS_A_SET) return { angle: repetition.rest, effort: 0.02 };
    const number = Math.floor(s / setSeconds(repetition)) * REPS_A_SET + index + 1;
    if (number > bout.report.repetitions) {
      bout.reach = this.#reach(number, knee, repetition);
      bout.tempo = Math.min(1.4, Math.max(0.65, 1 + TEMPO * this.#random.normal()));
      bout.report.repetition(bout.reach);
    }
    return momentOfRepetition(repetition, bout.reach, inSet % repetitionSeconds(repetition));
  }

  /** Share of the whole way this repetition makes: stiff at first, never quite the same, some given up. */
  #reach(number: number, knee: Knee, { rest, far }: Repetition): number {
    if (this.#random.chance(0.25 * (1 - knee.movementQuality / 100) + 0.02 * knee.painMovement)) return this.#random.between(0.6, 0.8);
    const cold = WARM_UP_DEG * Math.max(0, 1 - number / REPS_A_SET);
    const short = cold + 0.5 * WITHIN_SESSION_DEG * Math.abs(this.#random.normal());
    return Math.max(0.82, 1 - short / Math.max(15, Math.abs(far - rest)));
  }

  #blocks(t: EpochMs): Emission["waveforms"] & object {
    const blocks = [
      { signal: "knee_angle", hz: ANGLE_HZ, unit: "deg", values: this.#angles },
      { signal: "semg_rms", hz: ENVELOPE_HZ, unit: "uV", values: this.#envelope },
    ].map(({ values, hz, ...rest }) => ({ ...rest, hz, values, t0: t - ((values.length - 1) * SECOND) / hz }));
    this.#angles = [];
    this.#envelope = [];
    return blocks;
  }

  /** The exercise is over: the last piece of the curve, and what it came to. */
  #end({ t, knee: treated }: Body): Emission {
    const bout = this.#bout as Bout;
    this.#bout = null;
    const knee = treated ?? SOUND;
    const endedAt = bout.startedAt + bout.seconds * SECOND;
    const waveforms = this.#angles.length === 0 ? [] : this.#blocks(endedAt);
    const slipped = bout.seconds >= bout.slipAtS;
    const samples = bout.report.samples({
      t,
      exercise: bout.exercise,
      knee,
      seconds: bout.seconds,
      site: SITE,
      random: this.#random,
      measuresRange: repetitionOf(bout.exercise, knee) !== null,
      // Gravity tells most slips, not all.
      doubtful: slipped && this.#random.chance(0.7),
    });
    return { samples, waveforms };
  }
}

const DAILY = { everyS: DAY / SECOND };

export const kneeBrace: DeviceKind = {
  kind: "knee_brace",
  metrics: { knee_flexion_max: DAILY, knee_extension_deficit: DAILY, rep_count: DAILY, session_duration: DAILY },
  create: (options) => new KneeBrace(options),
};
