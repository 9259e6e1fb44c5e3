/** An oxygen concentrator on the mains: its flow every minute, 0 while it stands still, and the hours of the day at midnight (domain 1.2, rows 20 and 21). */
import { MINUTE } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
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

/** L/min such a machine gives at most. */
const MOST = 10;
/** Seconds until the flow sensor has two thirds of a change. */
const LAG_S = 8;
/** Flow from which it counts as running. */
const RUNNING = 0.3;
const HOURS_A_DAY = 24;

class OxygenConcentrator implements SimulatedDevice {
  readonly battery = null;
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #gain: number;
  readonly #kinks: Spells;
  readonly #cuts: Spells;
  #flow = 0;
  #sum = 0;
  #seconds = 0;
  #kinkedS = 0;
  #runningS = 0;
  #watchedS = 0;
  #hour: number | null = null;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#gain = artefacts ? 1 + 0.02 * random.normal() : 1;
    this.#kinks = new Spells(random.fork("kinks"), 60, 900);
    this.#cuts = new Spells(random.fork("cuts"), 120, 3_600);
  }

  step(body: Body): Emission {
    // A tube under a chair leg about once a week, the mains once in ten days.
    const kinked = this.#artefacts && this.#kinks.step(1 / 168);
    if (this.#artefacts && this.#cuts.step(1 / 240)) {
      this.#flow = 0;
      this.#watchedS += 1;
      return NOTHING;
    }
    const set = Math.min(MOST, body.oxygenFlow);
    const wanted = set * (kinked ? 0.15 : 1) * this.#gain;
    this.#flow += (wanted - this.#flow) / LAG_S;
    this.#sum += this.#flow;
    this.#seconds += 1;
    if (kinked) this.#kinkedS += 1;
    this.#watchedS += 1;
    if (this.#flow >= RUNNING) this.#runningS += 1;
    const samples: DeviceSample[] = [];
    if (body.t % MINUTE === 0) samples.push(this.#minute(body));
    if (this.#hour !== null && body.hour < this.#hour) samples.push(...this.#day(body));
    this.#hour = body.hour;
    return samples.length === 0 ? NOTHING : { samples };
  }

  #minute({ t }: Body): DeviceSample {
    const mean = this.#sum / this.#seconds;
    const value = mean < 0.05 ? 0 : onQuantum(Math.min(15, Math.max(0, mean + 0.02 * this.#random.normal())), 0.1);
    // Its own alarm says that the flow does not reach the nose.
    const doubted = this.#kinkedS > this.#seconds / 2 && mean >= 0.05;
    this.#sum = 0;
    this.#seconds = 0;
    this.#kinkedS = 0;
    return { metric: "oxygen_flow", t, value, ...(doubted ? { quality: "degraded" as const } : {}) };
  }

  /** At midnight; a day it was not there for is not summed up. */
  #day({ t }: Body): DeviceSample[] {
    const isWhole = this.#watchedS >= (HOURS_A_DAY - 1) * 3_600;
    const hours = Math.min(HOURS_A_DAY, this.#runningS / 3_600);
    this.#runningS = 0;
    this.#watchedS = 0;
    return isWhole ? [{ metric: "oxygen_hours", t, value: onQuantum(hours, 0.1) }] : [];
  }
}

export const oxygenConcentrator: DeviceKind = {
  kind: "oxygen_concentrator",
  metrics: { oxygen_flow: { everyS: 60 }, oxygen_hours: { everyS: 86_400 } },
  create: (options) => new OxygenConcentrator(options),
};
