/** CPAP and non-invasive ventilation: breaths every two seconds while the mask is on, the night's figures in the morning (domain 1.2, rows 22 to 25). */
import { type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { Drift } from "../physiology/drift.ts";
import { Persistence } from "../physiology/wander.ts";
import { BreathMeter } from "./breath-meter.ts";
import { CONTEXT_OF } from "./context-of.ts";
import { PapNight } from "./pap-night.ts";
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

const EVERY_S = 2;
/** A bedside machine writes its curves down a minute at a time. */
const BLOCK = MINUTE / SECOND / EVERY_S;
/** Leak is what is missing over a few breaths. */
const LEAK_LAG_S = 8;
/** L/s above which it doubts its own figures. */
const LEAKS_TOO_MUCH = 0.4;
/** Seconds off the face, in the morning, until the night is over; a walk to the bathroom does not end it. */
const NIGHT_OVER_S = 3_600;
const MORNING = 7;
/** A night that nobody slept in is closed now. */
const NOON = 12;
/** Events an hour that it sees where there are none. */
const PHANTOMS = 0.4;
const CAPNOGRAPH_EVERY_S = 3_600;
/** Narrowings that only the machine notices come and go over an hour; it answers with this share of its range at most. */
const NARROWS = new Persistence(0.975, 60);
const ANSWER_SHARE = 0.35;
const ANSWER_S = 240;
/** cmH2O lost for a litre a second that blows beside the face. */
const SAG = 1.2;

interface PapShape {
  /** cmH2O: lowest and highest. */
  readonly pressure: readonly [number, number];
  /** With a CO2 sensor at the mask. */
  readonly capnograph: boolean;
}

/** Curves on the way, a value every two seconds. */
interface Curves {
  readonly mask_pressure: number[];
  readonly mask_leak: number[];
  readonly tidal_volume: number[];
}

const UNITS = { mask_pressure: "cm[H2O]", mask_leak: "L/s", tidal_volume: "L" } as const;

class PapMachine implements SimulatedDevice {
  readonly battery = null;
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #shape: PapShape;
  readonly #inKilopascal: boolean;
  readonly #breath: BreathMeter;
  readonly #turns: Spells;
  readonly #narrows: Drift;
  readonly #curves: Curves | null;
  #night = new PapNight();
  #onS = 0;
  #offS = 0;
  #pressure: number;
  #turnLeak = 0;
  /** L/s, as the flow sensor has it after some breaths. */
  #seenLeak = 0;
  #hour: number | null = null;
  /** Whether this machine was there all night: a night it was not is no night without use. */
  #watchedS = 0;

  constructor({ random, artefacts = true, waveforms = false }: DeviceOptions, shape: PapShape) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#shape = shape;
    this.#inKilopascal = random.chance(0.3);
    this.#breath = new BreathMeter(random.fork("breath"));
    this.#turns = new Spells(random.fork("turns"), 4, 25);
    this.#narrows = new Drift(NARROWS, random.fork("narrows"));
    this.#curves = waveforms ? { mask_pressure: [], mask_leak: [], tidal_volume: [] } : null;
    this.#pressure = shape.pressure[0];
  }

  step(body: Body): Emission {
    // On the mains and on the network day and night.
    const samples: DeviceSample[] = body.t % MINUTE === 0 ? [{ metric: "heartbeat", t: body.t, value: 1 }] : [];
    const waveforms = body.papOn ? this.#on(body, samples) : this.#off();
    this.#watchedS += 1;
    if (this.#isOver(body.hour)) samples.push(...this.#summary(body));
    this.#hour = body.hour;
    if (waveforms.length > 0) return { samples, waveforms };
    return samples.length === 0 ? NOTHING : { samples };
  }

  #on(body: Body, samples: DeviceSample[]): NonNullable<Emission["waveforms"]> {
    const leak = this.#leak(body);
    this.#onS += 1;
    this.#offS = 0;
    const paused = this.#breath.step(body, leak);
    if (!this.#breath.isSettled) return [];
    this.#night.second();
    if (paused || this.#random.chance(PHANTOMS / 3_600)) this.#night.event();
    this.#steer(body.t, paused);
    if (this.#onS % EVERY_S !== 0) return [];
    this.#night.leak(leak);
    const doubted = leak > LEAKS_TOO_MUCH ? { quality: "degraded" as const } : {};
    const rate = onQuantum(Math.min(60, this.#breath.rate), 0.2);
    samples.push({ metric: "resp_rate", t: body.t, value: rate < 3 ? null : rate, tags: CONTEXT_OF[body.activity], ...doubted });
    if (this.#shape.capnograph && this.#onS % CAPNOGRAPH_EVERY_S === 0) samples.push({ ...this.#exhaled(body), ...doubted });
    return this.#draw(body, leak);
  }

  #off(): NonNullable<Emission["waveforms"]> {
    this.#offS += 1;
    this.#onS = 0;
    this.#breath.forget();
    this.#pressure = this.#shape.pressure[0];
    if (this.#curves !== null) for (const curve of Object.values(this.#curves)) curve.length = 0;
    return [];
  }

  /** What the sensor in the machine makes of the mask: turning over opens it for moments. */
  #leak({ maskLeak }: Body): number {
    if (!this.#artefacts || !this.#turns.step(1.5)) this.#turnLeak = 0;
    else if (this.#turnLeak === 0) this.#turnLeak = this.#random.between(0.05, 0.6);
    this.#seenLeak += (maskLeak + this.#turnLeak - this.#seenLeak) / (this.#onS === 0 ? 1 : LEAK_LAG_S);
    return onQuantum(Math.min(2.4, Math.max(0, this.#seenLeak)), 0.02);
  }

  /** Answers a pause with more pressure, a narrowing slowly, and comes down again over half an hour. */
  #steer(t: EpochMs, paused: boolean): void {
    const [lowest, highest] = this.#shape.pressure;
    if (paused) this.#pressure = Math.min(highest, this.#pressure + 0.6);
    const wanted = lowest + ANSWER_SHARE * (highest - lowest) * Math.min(1, Math.max(0, 0.6 * this.#narrows.at(t)));
    this.#pressure += (wanted - this.#pressure) / (wanted > this.#pressure ? ANSWER_S : 1_800);
  }

  /** CO2 at the mask: a little of the room's air is always in it. */
  #exhaled({ t, etco2 }: Body): DeviceSample {
    const mmHg = Math.min(95, Math.max(8, etco2 - 1.5 + 1.2 * this.#random.normal()));
    return this.#inKilopascal
      ? { metric: "etco2", t, value: onQuantum(mmHg / 7.500_62, 0.1), unit: "kPa" }
      : { metric: "etco2", t, value: Math.round(mmHg) };
  }

  #draw({ t }: Body, leak: number): NonNullable<Emission["waveforms"]> {
    const curves = this.#curves;
    if (curves === null) return [];
    curves.mask_pressure.push(onQuantum(this.#pressure - SAG * leak + 0.012 * this.#random.normal(), 0.02));
    curves.mask_leak.push(leak);
    curves.tidal_volume.push(onQuantum(this.#breath.volume, 0.02));
    if (curves.mask_leak.length < BLOCK) return [];
    const t0 = t - (BLOCK - 1) * EVERY_S * SECOND;
    return (["mask_pressure", "mask_leak", "tidal_volume"] as const).map((signal) => ({
      signal,
      t0,
      hz: 1 / EVERY_S,
      unit: UNITS[signal],
      values: curves[signal].splice(0),
    }));
  }

  #isOver(hour: number): boolean {
    const isNoon = this.#hour !== null && this.#hour < NOON && hour >= NOON;
    const isUp = this.#night.usedS > 0 && this.#offS >= NIGHT_OVER_S && hour >= MORNING && hour < NOON;
    return isUp || (isNoon && this.#offS > 0);
  }

  /** The night's figures in the machine's own units. A night without use is said at noon; one already told is not told again. */
  #summary({ t, hour }: Body): DeviceSample[] {
    const night = this.#night;
    const wasWatched = this.#watchedS >= 12 * 3_600;
    this.#night = new PapNight();
    this.#watchedS = 0;
    if (night.usedS === 0) return wasWatched && hour >= NOON ? [{ metric: "pap_usage", t, value: 0, unit: "min" }] : [];
    return [
      { metric: "pap_usage", t, value: Math.round(night.usedS / 60), unit: "min" },
      { metric: "pap_leak_p95", t, value: onQuantum(night.leakP95(), 0.02), unit: "L/s", tags: { leak_type: "unintentional" } },
      { metric: "pap_ahi", t, value: onQuantum(Math.min(150, night.eventsAnHour), 0.1) },
    ];
  }
}

const NIGHTLY_S = 86_400;
/** Breathing is not among them: it is there while the mask is on, and a day without a mask is no silence. */
const metrics = {
  heartbeat: { everyS: 60 },
  pap_usage: { everyS: NIGHTLY_S },
  pap_leak_p95: { everyS: NIGHTLY_S },
  pap_ahi: { everyS: NIGHTLY_S },
};

/** Continuous pressure that adjusts itself. */
export const pap: DeviceKind = {
  kind: "pap",
  metrics,
  create: (options) => new PapMachine(options, { pressure: [6.4, 12], capnograph: false }),
};

/** Two pressures for people who keep carbon dioxide back. */
export const niv: DeviceKind = {
  kind: "niv",
  metrics: { ...metrics, etco2: { everyS: NIGHTLY_S } },
  create: (options) => new PapMachine(options, { pressure: [14, 18], capnograph: true }),
};
