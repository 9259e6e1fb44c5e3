/** A finger oximeter on a body: sensor lag, averaging, quantisation, motion, cold fingers and a probe that comes off (domain 5.1, 5.8). */
import type { EpochMs } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { wornBattery } from "./battery.ts";
import { Burst } from "./burst.ts";
import { CONTEXT_OF } from "./context-of.ts";
import { PLETH_HZ, PlethWave } from "./pleth-wave.ts";
import { OximetryNight } from "./oximetry-night.ts";
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

/** Seconds over which the device averages what it shows (domain 4.5). */
const AVERAGING_S = 8;
/** Besides the time the blood takes to the finger, tissue blurs a little. */
const BLUR_S = 2;
const PULSE_LAG_S = 5;
/** How fast movement takes a reading with it. */
const DRIFT_S = 12;
/** Dashes on the display until the algorithm has found a pulse. */
const SEARCHING_S = 8;
/** Below it the signal is bad, below the second degraded (domain 4.6, makers' figures). */
const PERFUSION_BAD = 0.3;
const PERFUSION_DEGRADED = 1;
/** Share of movements so strong (over 0.5 g) that the device itself calls the reading bad (domain 4.6). */
const VIOLENT = 0.15;

/** Seconds awake, in the morning, until the night is over. */
const AWAKE_S = 1_800;
const MORNING = 5;
const NOON = 12;

/** What one spell of motion or cold does. */
interface Motion {
  /** Where SpO2 drifts to; null: the display freezes. */
  readonly towards: number | null;
  /** The movement the pulse locks to, /min. */
  readonly rate: number;
  readonly perfusionFactor: number;
  readonly violent: boolean;
}

interface Cold {
  /** Share of the warm finger's. */
  readonly perfusion: number;
  readonly bias: number;
}

class Oximeter implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  /** Points the device reads too high or too low all its life. */
  readonly #bias: number;
  /** Seconds from the lung to the finger. */
  readonly #onTheWayS: number;
  /** What a probe in the air sends: no number, or the maker's own way of saying so. */
  readonly #nothing: number | null;
  readonly #battery;
  readonly #offSpells: Spells;
  readonly #motionSpells: Spells;
  readonly #coldSpells: Spells;
  readonly #wave: PlethWave;
  readonly #burst: Burst | null;
  readonly #spo2Window = new Window();
  readonly #pulseWindow = new Window();
  /** Saturation that has not reached the finger yet, oldest first. */
  readonly #onTheWay: number[] = [];
  #spo2 = 0;
  #pulse = 0;
  /** What the light sees instead while the hand moves. */
  #shaken: { spo2: number; pulse: number } | null = null;
  /** Seconds for which disturbed readings are still in the average. */
  #settlingS = 0;
  #searchingS = SEARCHING_S;
  #motion: Motion | null = null;
  #cold: Cold | null = null;
  #night = new OximetryNight();
  #awakeS = 0;

  constructor({ random, artefacts = true, waveforms = false }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#bias = artefacts ? Math.max(-1.5, Math.min(1.5, 0.6 * random.normal())) : 0;
    this.#onTheWayS = Math.round(random.between(5, 18));
    const maker = random.next();
    this.#nothing = maker < 0.6 ? null : maker < 0.85 ? 0 : 255;
    this.#battery = wornBattery(random.fork("battery"), artefacts);
    this.#offSpells = new Spells(random.fork("off"), 60, 3_600);
    this.#motionSpells = new Spells(random.fork("motion"), 5, 40);
    this.#coldSpells = new Spells(random.fork("cold"), 300, 1_800);
    this.#wave = new PlethWave(random.fork("pleth"));
    this.#burst = waveforms ? new Burst({ signal: "pleth", hz: PLETH_HZ, unit: "1" }, random.fork("burst")) : null;
  }

  get battery(): number {
    return this.#battery.level;
  }

  step(body: Body): Emission {
    if (!this.#battery.step(body.hour)) {
      this.#forget();
      return NOTHING;
    }
    if (this.#artefacts && this.#misfortune(body)) return this.#inTheAir(body.t);
    if (this.#searchingS > 0) {
      this.#searchingS -= 1;
      this.#track(body);
      return { samples: dashes(body.t, null) };
    }
    const emission = this.#measure(body);
    const night = this.#follow(body, emission.samples[0]);
    return night.length === 0 ? emission : { ...emission, samples: [...emission.samples, ...night] };
  }

  /** Keeps the account of the night and gives it when the night is over. */
  #follow({ t, hour, asleep }: Body, shown: DeviceSample | undefined): DeviceSample[] {
    this.#awakeS = asleep ? 0 : this.#awakeS + 1;
    if (asleep) this.#night.add(shown?.quality === undefined && typeof shown?.value === "number" ? shown.value : null);
    if (this.#awakeS !== AWAKE_S) return [];
    const figures = this.#night.figures();
    // A nap, or a night that somebody got up in: nothing to report, in the morning a new night begins.
    const isMorning = hour >= MORNING && hour < NOON;
    if (isMorning) this.#night = new OximetryNight();
    if (figures === null || !isMorning) return [];
    return Object.entries(figures).map(([metric, value]) => ({
      metric,
      t,
      value: onQuantum(value, metric === "spo2_night_nadir" ? 1 : 0.1),
    }));
  }

  stepOffBody(t: EpochMs): Emission {
    if (this.#battery.step(Number.NaN)) return this.#inTheAir(t);
    this.#forget();
    return NOTHING;
  }

  #inTheAir(t: EpochMs): Emission {
    this.#forget();
    return { samples: dashes(t, this.#nothing) };
  }

  /** Moves its misfortunes on; true: the probe is off. Rates of domain 5.8, cold hands (D). */
  #misfortune({ asleep, perfusion }: Body): boolean {
    const off = this.#offSpells.step(asleep ? 0.03 : 0.08);
    const moving = this.#motionSpells.step(asleep ? 0.5 : 3);
    const cold = this.#coldSpells.step(asleep ? 0.01 : 0.05);
    if (!moving) this.#motion = null;
    else this.#motion ??= this.#move();
    if (!cold) this.#cold = null;
    else this.#cold ??= { perfusion: this.#random.between(0.1, 0.4) / Math.max(0.1, perfusion), bias: this.#random.between(-4, -1) };
    return off;
  }

  #move(): Motion {
    const random = this.#random;
    return {
      towards: random.chance(0.5) ? random.between(80, 88) : null,
      rate: random.between(60, 120),
      perfusionFactor: 0.3 * 10 ** random.next(),
      violent: random.chance(VIOLENT),
    };
  }

  #measure(body: Body): Emission {
    const random = this.#random;
    const motion = this.#motion;
    const cold = this.#cold;
    this.#track(body);
    const perfusion = Math.max(0.02, Math.min(20, body.perfusion * (cold?.perfusion ?? 1) * (motion?.perfusionFactor ?? 1)));
    const waveform = this.#burst?.step(body.t, () => this.#wave.next(body, perfusion, motion !== null)) ?? null;
    const tags = CONTEXT_OF[body.activity];
    const quality =
      perfusion < PERFUSION_BAD || motion?.violent === true
        ? "bad"
        : this.#settlingS > 0 || perfusion < PERFUSION_DEGRADED
          ? "degraded"
          : undefined;
    const marked: Pick<DeviceSample, "quality" | "tags"> = quality === undefined ? { tags } : { quality, tags };
    const index: DeviceSample = { metric: "perfusion_index", t: body.t, value: onQuantum(perfusion, 0.01) };
    // A cold finger now and then gives no pulse at all.
    const samples: DeviceSample[] =
      cold !== null && random.chance(0.03)
        ? [...dashes(body.t, null), index]
        : [
            { metric: "spo2", t: body.t, value: this.#shownSpo2(cold), ...marked },
            { metric: "pulse_rate", t: body.t, value: this.#shownPulse(), ...marked },
            index,
          ];
    return waveform === null ? { samples } : { samples, waveforms: [waveform] };
  }

  /** What the light sees, before averaging. */
  #track(body: Body): void {
    this.#onTheWay.push(body.spo2);
    const arrived = (this.#onTheWay.length > this.#onTheWayS ? this.#onTheWay.shift() : this.#onTheWay[0]) ?? body.spo2;
    this.#spo2 = this.#spo2 === 0 ? arrived : this.#spo2 + (arrived - this.#spo2) / BLUR_S;
    this.#pulse = this.#pulse === 0 ? body.pulse : this.#pulse + (body.pulse - this.#pulse) / PULSE_LAG_S;
    const motion = this.#motion;
    if (motion !== null || this.#cold !== null) this.#settlingS = AVERAGING_S;
    else if (this.#settlingS > 0) this.#settlingS -= 1;
    if (motion === null) {
      this.#shaken = null;
      return;
    }
    const shaken = (this.#shaken ??= { spo2: this.#spo2, pulse: this.#pulse });
    shaken.spo2 += ((motion.towards ?? shaken.spo2) - shaken.spo2) / DRIFT_S;
    shaken.pulse += (motion.rate - shaken.pulse) / PULSE_LAG_S;
  }

  #shownSpo2(cold: Cold | null): number {
    const noise = (cold === null ? 0.3 : 1.2) * this.#random.normal();
    const seen = (this.#shaken?.spo2 ?? this.#spo2) + this.#bias + (cold?.bias ?? 0) + noise;
    const frozen = this.#motion !== null && this.#motion.towards === null;
    return Math.round(Math.min(100, Math.max(50, frozen ? this.#spo2Window.held(seen) : this.#spo2Window.add(seen))));
  }

  #shownPulse(): number {
    const noise = (this.#shaken === null ? 1 : 3) * this.#random.normal();
    return Math.round(Math.min(250, Math.max(20, this.#pulseWindow.add((this.#shaken?.pulse ?? this.#pulse) + noise))));
  }

  #forget(): void {
    this.#onTheWay.length = 0;
    this.#spo2 = 0;
    this.#pulse = 0;
    this.#shaken = null;
    this.#settlingS = 0;
    this.#searchingS = SEARCHING_S;
    this.#spo2Window.clear();
    this.#pulseWindow.clear();
    this.#burst?.abandon();
  }
}

/** Mean of the last seconds. */
class Window {
  readonly #values: number[] = [];

  add(value: number): number {
    this.#values.push(value);
    if (this.#values.length > AVERAGING_S) this.#values.shift();
    return this.#mean();
  }

  /** What stands there already. */
  held(value: number): number {
    return this.#values.length === 0 ? this.add(value) : this.#mean();
  }

  clear(): void {
    this.#values.length = 0;
  }

  #mean(): number {
    let sum = 0;
    for (const value of this.#values) sum += value;
    return sum / this.#values.length;
  }
}

const dashes = (t: EpochMs, value: number | null): DeviceSample[] => [
  { metric: "spo2", t, value },
  { metric: "pulse_rate", t, value },
];

export const oximeter: DeviceKind = {
  kind: "oximeter",
  metrics: { spo2: { everyS: 1 }, pulse_rate: { everyS: 1 }, perfusion_index: { everyS: 1 } },
  create: (options) => new Oximeter(options),
};
