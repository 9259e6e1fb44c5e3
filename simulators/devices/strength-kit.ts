/** A hand dynamometer and a timed chair: three tries a hand, five chair stands, and a walk around the cone (domain 1.3, rows 50, 51, 54). */
import { clamp } from "../clamp.ts";
import { DAY, SECOND } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import { onQuantum } from "./quantum.ts";
import type { Random } from "../random.ts";
import { type Battery, spotBattery } from "./battery.ts";
import {
  type DeviceKind,
  type DeviceOptions,
  type DeviceSample,
  type Emission,
  NOTHING,
  type SimulatedDevice,
} from "./simulated-device.ts";

const TRIES = 3;
/** From one squeeze to the next, the hands in turn. */
const BETWEEN_TRIES_S = 25;
/** The hand that does not write is weaker by about so much. */
const OTHER_HAND = 0.92;
/** Metres there and back. */
const WALK_M = 6;
const REST_BEFORE_WALK_S = 90;
const POOR_TRY = 0.06;

class StrengthKit implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #power: Battery;
  readonly #bias: number;
  readonly #leftHanded: boolean;
  #results: DeviceSample[] = [];
  /** How fast its owner walks, as last seen. */
  #speed = 0.9;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#power = spotBattery(random.fork("battery"), artefacts);
    this.#bias = 1 + 0.01 * random.normal();
    this.#leftHanded = random.chance(0.1);
  }

  get battery(): number {
    return this.#power.level;
  }

  step(body: Body): Emission {
    if (body.gait !== null && !body.gait.freezing) this.#speed = body.gait.speed;
    if (!this.#power.step(body.hour)) return NOTHING;
    for (const deed of body.deeds) {
      if (deed === "test_grip") this.#squeeze(body);
      if (deed === "test_chair_stand") this.#stand(body);
    }
    if (this.#results.length === 0) return NOTHING;
    const samples = this.#results.filter(({ t }) => t <= body.t);
    if (samples.length === 0) return NOTHING;
    this.#results = this.#results.filter(({ t }) => t > body.t);
    return { samples };
  }

  #squeeze({ t, grip }: Body): void {
    for (let attempt = 0; attempt < 2 * TRIES; attempt++) {
      const dominant = attempt % 2 === 0;
      const n = Math.floor(attempt / 2);
      const poor = this.#artefacts && this.#random.chance(POOR_TRY);
      // A full effort is the most there is: tries scatter below it, and tire.
      const effort = (1 - 0.035 * Math.abs(this.#random.normal())) * (1 - 0.012 * n) * (poor ? this.#random.between(0.6, 0.8) : 1);
      const value = onQuantum(grip * (dominant ? 1 : OTHER_HAND) * effort * this.#bias, 0.1);
      const side = dominant === this.#leftHanded ? "left" : "right";
      const at = t + (10 + attempt * BETWEEN_TRIES_S) * SECOND;
      const sample = { metric: "grip_strength", t: at, value: clamp(value, 0, 100), tags: { side, n: String(n + 1) } };
      this.#results.push(poor ? { ...sample, quality: "degraded" } : sample);
    }
  }

  #stand({ t, chairStandS }: Body): void {
    const stands = clamp(onQuantum(chairStandS * (1 + 0.03 * this.#random.normal()) + 0.2, 0.1), 3, 120);
    const end = t + Math.round(stands) * SECOND;
    this.#results.push({ metric: "sit_to_stand_5x", t: end, value: stands });
    // One stand, six metres slower than in the street, two turns, and down again.
    const walk = (2.2 * chairStandS) / 5 + (1.1 * WALK_M) / this.#speed;
    const tug = clamp(onQuantum(walk * (1 + 0.04 * this.#random.normal()), 0.1), 3, 180);
    this.#results.push({ metric: "tug_time", t: end + (REST_BEFORE_WALK_S + Math.round(tug)) * SECOND, value: tug });
  }
}

const WEEKLY = { everyS: (7 * DAY) / SECOND };

export const strengthKit: DeviceKind = {
  kind: "strength_kit",
  metrics: { grip_strength: WEEKLY, sit_to_stand_5x: WEEKLY, tug_time: WEEKLY },
  create: (options) => new StrengthKit(options),
};
