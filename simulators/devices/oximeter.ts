/** A finger oximeter on a body: sensor lag, averaging, quantisation, motion, cold fingers and a probe that comes off (domain 5.1, 5.8). */
import type { EpochMs } from "#core/time.ts";
import type { Body } from "../people/person.ts";
import type { Random } from "../random.ts";

export interface DeviceSample {
  readonly metric: string;
  readonly t: EpochMs;
  readonly value: number | null;
  readonly quality?: "degraded" | "bad";
  readonly tags?: Readonly<Record<string, string>>;
}

/** Seconds over which the device averages what it shows. */
const AVERAGING_S = 8;
/** Blood reaches the finger late; the pulse much sooner. */
const SPO2_LAG_S = 15;
const PULSE_LAG_S = 5;
/** Below it the signal is bad, below the second degraded (domain 4.6, makers' figures). */
const PERFUSION_BAD = 0.3;
const PERFUSION_DEGRADED = 1;
const BATTERY_HOURS = 30;

export interface OximeterOptions {
  readonly random: Random;
  /** Points the device reads too high or too low all its life. */
  readonly bias?: number;
  /** False: no probe-off, motion or cold fingers. */
  readonly artefacts?: boolean;
}

export class Oximeter {
  static readonly kind = "oximeter";
  static readonly metrics = { spo2: { everyS: 1 }, pulse_rate: { everyS: 1 }, perfusion_index: { everyS: 1 } };

  readonly #random: Random;
  readonly #bias: number;
  readonly #artefacts: boolean;
  readonly #spo2Window: number[] = [];
  readonly #pulseWindow: number[] = [];
  #spo2: number | null = null;
  #pulse = 0;
  #offFor = 0;
  #motionFor = 0;
  #coldFor = 0;
  /** Hours on this charge. */
  #usedH: number;

  constructor({ random, bias, artefacts = true }: OximeterOptions) {
    this.#random = random;
    this.#bias = bias ?? 0.6 * random.normal();
    this.#artefacts = artefacts;
    this.#usedH = random.between(0, BATTERY_HOURS * 0.6);
  }

  /** Charge left, %. */
  get battery(): number {
    return Math.max(0, Math.round(100 * (1 - this.#usedH / BATTERY_HOURS)));
  }

  /** One second on: what the device sends for time `t`. */
  step(body: Body, t: EpochMs): DeviceSample[] {
    this.#usedH += 1 / 3_600;
    // Charged overnight, like most of its kind; the tenth of an hour stands for the cable.
    if (this.#usedH > BATTERY_HOURS * 0.85) this.#usedH = 0.1;
    if (this.#artefacts) this.#misfortune(body.asleep);
    if (this.#offFor > 0) {
      this.#offFor -= 1;
      this.#forget();
      // What a probe in the air sends: no number, and the device says so.
      return [
        { metric: "spo2", t, value: null },
        { metric: "pulse_rate", t, value: null },
      ];
    }
    return this.#measure(body, t);
  }

  #measure(body: Body, t: EpochMs): DeviceSample[] {
    const moving = this.#motionFor > 0;
    const cold = this.#coldFor > 0;
    if (moving) this.#motionFor -= 1;
    if (cold) this.#coldFor -= 1;
    const perfusion = Math.max(0.02, Math.min(20, body.perfusion * (cold ? 0.12 : 1)));
    this.#spo2 = this.#spo2 === null ? body.spo2 : this.#spo2 + (body.spo2 - this.#spo2) / SPO2_LAG_S;
    this.#pulse = this.#pulse === 0 ? body.pulse : this.#pulse + (body.pulse - this.#pulse) / PULSE_LAG_S;
    const noise = (cold ? 1.2 : 0.3) * this.#random.normal() - (cold ? 1.5 : 0) - (moving ? 2.5 : 0);
    const spo2 = average(this.#spo2Window, this.#spo2 + this.#bias + noise);
    const pulse = average(this.#pulseWindow, this.#pulse + (moving ? this.#random.between(-6, 22) : this.#random.normal()));
    const quality = perfusion < PERFUSION_BAD ? "bad" : moving || perfusion < PERFUSION_DEGRADED ? "degraded" : undefined;
    const marked = quality === undefined ? {} : { quality };
    const tags = { context: body.asleep ? "sleep" : "rest" };
    return [
      { metric: "spo2", t, value: Math.round(Math.min(100, Math.max(50, spo2))), tags, ...marked } as DeviceSample,
      { metric: "pulse_rate", t, value: Math.round(Math.min(250, Math.max(20, pulse))), tags, ...marked } as DeviceSample,
      { metric: "perfusion_index", t, value: Math.round(perfusion * 100) / 100 },
    ];
  }

  #misfortune(asleep: boolean): void {
    const perSecond = 1 / 3_600;
    if (this.#offFor === 0 && this.#random.chance(((asleep ? 0.5 : 1.5) / 16) * perSecond))
      this.#offFor = Math.round(this.#random.between(60, 1_500));
    if (this.#motionFor === 0 && this.#random.chance((asleep ? 0.5 : 3) * perSecond))
      this.#motionFor = Math.round(this.#random.between(5, 40));
    if (this.#coldFor === 0 && this.#random.chance(0.03 * perSecond)) this.#coldFor = Math.round(this.#random.between(300, 1_800));
  }

  #forget(): void {
    this.#spo2 = null;
    this.#pulse = 0;
    this.#spo2Window.length = 0;
    this.#pulseWindow.length = 0;
  }
}

const average = (window: number[], value: number): number => {
  window.push(value);
  if (window.length > AVERAGING_S) window.shift();
  return window.reduce((sum, item) => sum + item, 0) / window.length;
};
