/** A sensor at the lower back: steps every minute, gait while walking, freezing, and falls (domain 1.3, 5.6). */
import { clamp } from "../clamp.ts";
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from "#core/time.ts";
import type { Body, Fall, Gait } from "../people/body.ts";
import { onQuantum } from "./quantum.ts";
import type { Random } from "../random.ts";
import { type Battery, wornBattery } from "./battery.ts";
import {
  type DeviceKind,
  type DeviceOptions,
  type DeviceSample,
  type Emission,
  NOTHING,
  type SimulatedDevice,
} from "./simulated-device.ts";

/** Seconds of a minute that must be walked before its cadence and speed mean anything. */
const WALKED_OF_A_MINUTE = 20;
/** A walk long enough for stride, symmetry and support; and the standstill that ends it. */
const BOUT_S = 60;
const PAUSE_S = 8;
/** Below it the steps are too soft to be counted all. */
const SHUFFLING = 0.6;
/** The wearer is asked; without an answer or a movement for so long, the fall is told as it stands. */
const WATCH_AFTER_FALL_S = 60;
const FALL_THRESHOLD_G = 2;
const MISSED_FALLS = 0.05;
/** A sensor dropped on the floor has fallen, too: expected in a day. */
const DROPPED_A_DAY = 0.025;

interface Watched {
  readonly fall: Fall;
  readonly tellAt: EpochMs;
}

class GaitWearable implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #power: Battery;
  readonly #speedBias: number;
  /** Steps since midnight, as counted. */
  #steps = 0;
  #hour = 0;
  #minute: Gait[] = [];
  #bout: Gait[] = [];
  #stoodFor = 0;
  #freezings = 0;
  #frozen = false;
  /** Freezing is reported once the wearer is known to freeze. */
  #freezer = false;
  #lastFallAt: EpochMs = Number.NEGATIVE_INFINITY;
  #watched: Watched | null = null;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#power = wornBattery(random.fork("battery"), artefacts);
    this.#speedBias = 1 + 0.03 * random.normal();
  }

  get battery(): number {
    return this.#power.level;
  }

  step(body: Body): Emission {
    if (body.hour < this.#hour) this.#steps = 0;
    this.#hour = body.hour;
    if (!this.#power.step(body.hour)) return NOTHING;
    const { t, gait } = body;
    const samples: DeviceSample[] = [];
    this.#count(body);
    if (gait === null || gait.freezing) this.#stoodFor += 1;
    else {
      this.#stoodFor = 0;
      this.#minute.push(gait);
      this.#bout.push(gait);
    }
    if (gait?.freezing === true && !this.#frozen) this.#freezings += 1;
    this.#frozen = gait?.freezing === true;
    if (this.#stoodFor === PAUSE_S) samples.push(...this.#endOfBout(t));
    if (t % MINUTE === 0) samples.push(...this.#endOfMinute(t));
    if (t % HOUR === 0) samples.push(...this.#endOfHour(t));
    samples.push(...this.#falls(body));
    return samples.length === 0 ? NOTHING : { samples };
  }

  stepOffBody(t: EpochMs): Emission {
    return t % MINUTE === 0 ? { samples: [{ metric: "step_count", t, value: Math.floor(this.#steps) }] } : NOTHING;
  }

  #count({ steps, gait }: Body): void {
    const missed = this.#artefacts && gait !== null && gait.speed < SHUFFLING ? 0.2 * (1 - gait.speed / SHUFFLING) : 0;
    this.#steps += steps * (1 - missed);
    // Turning in bed, a ride in a car.
    if (this.#artefacts && steps === 0 && this.#random.chance(1 / 1_800)) this.#steps += this.#random.between(1, 4);
  }

  #endOfMinute(t: EpochMs): DeviceSample[] {
    const walked = this.#minute;
    this.#minute = [];
    const samples: DeviceSample[] = [{ metric: "step_count", t, value: Math.min(60_000, Math.floor(this.#steps)) }];
    if (walked.length < WALKED_OF_A_MINUTE) return samples;
    const cadence = Math.round(mean(walked, (gait) => gait.cadence) + 0.8 * this.#random.normal());
    const speed = onQuantum(mean(walked, (gait) => gait.speed) * this.#speedBias * (1 + 0.025 * this.#random.normal()), 0.01);
    samples.push({ metric: "cadence", t, value: clamp(cadence, 10, 220) }, { metric: "gait_speed", t, value: clamp(speed, 0.05, 3) });
    return samples;
  }

  #endOfBout(t: EpochMs): DeviceSample[] {
    const walked = this.#bout;
    this.#bout = [];
    if (walked.length < BOUT_S) return [];
    // The mean of many strides scatters by their spread over the root of their number.
    const strides = (walked.length * mean(walked, (gait) => gait.cadence)) / 120;
    const spread = mean(walked, (gait) => gait.strideCv) / 100 / Math.sqrt(Math.max(1, strides));
    const stride = onQuantum(mean(walked, (gait) => gait.stride) * this.#speedBias * (1 + (0.01 + spread) * this.#random.normal()), 0.01);
    const asymmetry = onQuantum(Math.abs(mean(walked, (gait) => gait.asymmetry) + 0.6 * this.#random.normal()), 0.1);
    const support = onQuantum(mean(walked, (gait) => gait.doubleSupport) + 0.7 * this.#random.normal(), 0.1);
    return [
      { metric: "stride_length", t, value: clamp(stride, 0.1, 2.4) },
      { metric: "gait_asymmetry", t, value: clamp(asymmetry, 0, 100), tags: { variable: "step_time" } },
      { metric: "double_support", t, value: clamp(support, 5, 80) },
    ];
  }

  #endOfHour(t: EpochMs): DeviceSample[] {
    const episodes = this.#freezings;
    this.#freezings = 0;
    this.#freezer ||= episodes > 0;
    return this.#freezer ? [{ metric: "freezing_episodes", t, value: Math.min(120, episodes) }] : [];
  }

  /** Free fall, impact, another posture, stillness: all four, or it was a stumble (domain 5.6). */
  #falls({ t, fall }: Body): DeviceSample[] {
    if (fall !== null && fall.at !== this.#lastFallAt && fall.at <= t) {
      this.#lastFallAt = fall.at;
      const seen = fall.impactG >= FALL_THRESHOLD_G && !(this.#artefacts && this.#random.chance(MISSED_FALLS));
      if (seen) this.#watch(fall);
    } else if (this.#artefacts && this.#watched === null && this.#random.chance((DROPPED_A_DAY * SECOND) / DAY)) {
      this.#watch({ at: t, impactG: this.#random.between(2.2, 4), stillS: Math.round(this.#random.between(2, 15)) });
    }
    const watched = this.#watched;
    if (watched === null || t < watched.tellAt) return [];
    this.#watched = null;
    const { at, impactG, stillS } = watched.fall;
    const lying = Math.min(Math.round(stillS), WATCH_AFTER_FALL_S);
    // Who gets up answers the question; who lies there does not.
    const confirmed = lying < WATCH_AFTER_FALL_S && at === this.#lastFallAt && this.#random.chance(0.7);
    const tags = { impact_g: impactG.toFixed(1), immobile_s: String(lying), confirmed: String(confirmed) };
    return [{ metric: "fall_event", t: Math.round(at), value: 1, tags }];
  }

  #watch(fall: Fall): void {
    this.#watched = { fall, tellAt: fall.at + Math.min(fall.stillS + 5, WATCH_AFTER_FALL_S) * SECOND };
  }
}

const mean = (walked: readonly Gait[], read: (gait: Gait) => number): number =>
  walked.reduce((sum, gait) => sum + read(gait), 0) / walked.length;

export const gaitWearable: DeviceKind = {
  kind: "gait_wearable",
  metrics: { step_count: { everyS: 60 } },
  create: (options) => new GaitWearable(options),
};
