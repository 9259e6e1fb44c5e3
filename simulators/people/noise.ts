/** How a body's signals waver by themselves: from second to second as published, and over many minutes as recorded patients do. */
import type { EpochMs } from "#core/time.ts";
import { Drift } from "../physiology/drift.ts";
import { Persistence, Wander } from "../physiology/wander.ts";
import type { Random } from "../random.ts";

/** From second to second (domain 5.1). */
const SPO2 = new Persistence(0.98, 1);
const PULSE = new Persistence(0.97, 1);
const BREATHING = new Persistence(0.75, 60);
const PERFUSION = new Persistence(0.99, 1);
/** From minute to minute: recorded saturation is like itself (0.8) five minutes later. */
const SLOW_SPO2 = new Persistence(0.95, 60);
const SLOW_PULSE = new Persistence(0.93, 60);
const SLOW_PERFUSION = new Persistence(0.97, 60);
const SLOW_VOLUME = new Persistence(0.85, 60);
/** Shares of the spread: their squares add up to one. */
const QUICK = 0.6;
const SLOW = 0.8;
/** A finger's blood flow changes slowly, most of all. */
const QUICK_PERFUSION = 0.3;
const SLOW_PERFUSION_SHARE = Math.sqrt(1 - QUICK_PERFUSION * QUICK_PERFUSION);
/** Share of the pulse's noise that is the breathing's: their correlation (domain 5.2). */
const PULSE_FROM_BREATHING = 0.4;
const PULSE_OWN = Math.sqrt(1 - PULSE_FROM_BREATHING * PULSE_FROM_BREATHING);

/** Every signal in standard deviations. */
export class Noise {
  readonly #spo2: Wander;
  readonly #pulse: Wander;
  readonly #breathing: Wander;
  readonly #perfusion: Wander;
  readonly #slowSpo2: Drift;
  readonly #slowPulse: Drift;
  readonly #slowPerfusion: Drift;
  readonly #slowVolume: Drift;
  spo2 = 0;
  pulse = 0;
  breathing = 0;
  perfusion = 0;
  /** Depth of breath. */
  volume = 0;

  constructor(quick: Random, slow: Random) {
    this.#spo2 = new Wander(SPO2, quick);
    this.#pulse = new Wander(PULSE, quick);
    this.#breathing = new Wander(BREATHING, quick);
    this.#perfusion = new Wander(PERFUSION, quick);
    this.#slowSpo2 = new Drift(SLOW_SPO2, slow);
    this.#slowPulse = new Drift(SLOW_PULSE, slow);
    this.#slowPerfusion = new Drift(SLOW_PERFUSION, slow);
    this.#slowVolume = new Drift(SLOW_VOLUME, slow);
  }

  step(t: EpochMs, dtS: number): void {
    this.spo2 = QUICK * this.#spo2.step(dtS) + SLOW * this.#slowSpo2.at(t);
    this.breathing = this.#breathing.step(dtS);
    const ownPulse = QUICK * this.#pulse.step(dtS) + SLOW * this.#slowPulse.at(t);
    this.pulse = PULSE_FROM_BREATHING * this.breathing + PULSE_OWN * ownPulse;
    this.perfusion = QUICK_PERFUSION * this.#perfusion.step(dtS) + SLOW_PERFUSION_SHARE * this.#slowPerfusion.at(t);
    this.volume = this.#slowVolume.at(t);
  }
}
