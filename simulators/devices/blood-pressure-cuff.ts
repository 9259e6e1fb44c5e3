/** An upper-arm cuff: it inflates, sometimes fails and tries again, and readings differ from one to the next (domain 1.2, row 31). */
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { spotBattery } from "./battery.ts";
import {
  type DeviceKind,
  type DeviceOptions,
  type DeviceSample,
  type Emission,
  NOTHING,
  type SimulatedDevice,
} from "./simulated-device.ts";

/** Inflations that end in an error: a loose cuff, an arm that moved (D). */
const FAILS = 0.07;
const MOST_TRIES = 3;
/** Readings disturbed by movement: the device shows its sign for it. */
const MOVED = 0.04;
/** Seconds of rest before it inflates again. */
const PAUSE_S = 60;

class BloodPressureCuff implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #bias: number;
  readonly #battery;
  #doneInS = 0;
  #tries = 0;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#bias = artefacts ? Math.max(-5, Math.min(5, 2 * random.normal())) : 0;
    this.#battery = spotBattery(random.fork("battery"), artefacts);
  }

  get battery(): number {
    return this.#battery.level;
  }

  step(body: Body): Emission {
    if (!this.#battery.step(body.hour)) return NOTHING;
    if (body.deeds.includes("take_blood_pressure") && this.#doneInS === 0) {
      this.#tries = 0;
      this.#doneInS = this.#inflation();
    }
    if (this.#doneInS === 0) return NOTHING;
    this.#doneInS -= 1;
    if (this.#doneInS > 0) return NOTHING;
    this.#tries += 1;
    return { samples: this.#artefacts && this.#random.chance(FAILS) ? this.#fail(body) : this.#read(body) };
  }

  #inflation(): number {
    return Math.round(this.#random.between(30, 50));
  }

  /** What it honestly has: no pressure. Then once more. */
  #fail({ t }: Body): DeviceSample[] {
    if (this.#tries < MOST_TRIES) this.#doneInS = PAUSE_S + this.#inflation();
    return [
      { metric: "systolic_bp", t, value: null },
      { metric: "diastolic_bp", t, value: null },
    ];
  }

  #read({ t, systolic, diastolic }: Body): DeviceSample[] {
    const random = this.#random;
    const moved = this.#artefacts && random.chance(MOVED);
    // Beat to beat and breath to breath a pressure is never the same; both readings share most of it.
    const common = 3 * random.normal() + (moved ? random.between(-15, 20) : 0);
    const high = Math.round(Math.min(270, Math.max(60, systolic + this.#bias + common + 1.5 * random.normal())));
    const low = Math.round(Math.min(high - 15, Math.max(30, diastolic + 0.6 * (this.#bias + common) + 1.5 * random.normal())));
    const marked = moved ? { quality: "degraded" as const } : {};
    return [
      { metric: "systolic_bp", t, value: high, tags: SITTING, ...marked },
      { metric: "diastolic_bp", t, value: low, tags: SITTING, ...marked },
    ];
  }
}

/** The sensor in the cuff refuses to start before the arm is at the height of the heart. */
const SITTING = { posture: "sitting", context: "rest" } as const;

const DAILY_S = 108_000;

export const bloodPressureCuff: DeviceKind = {
  kind: "blood_pressure_cuff",
  metrics: { systolic_bp: { everyS: DAILY_S }, diastolic_bp: { everyS: DAILY_S } },
  create: (options) => new BloodPressureCuff(options),
};
