/** A home spirometer: three to five blows, each with its volumes, and the best peak flow of the set in litres a second (domain 1.2, 4.6, 5.8). */
import type { EpochMs } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { spotBattery } from "./battery.ts";
import { bestTwoApart, type Blow, BlowSet } from "./blow-set.ts";
import { onQuantum } from "./quantum.ts";
import {
  type DeviceKind,
  type DeviceOptions,
  type DeviceSample,
  type Emission,
  NOTHING,
  type SimulatedDevice,
} from "./simulated-device.ts";

const ENOUGH = 3;
const MOST = 5;
/** The best two agree within so many litres (ATS/ERS, domain 4.6). */
const AGREE_L = 0.15;
/** … of a small lung. */
const AGREE_SMALL_L = 0.1;
const SMALL_L = 1;
/** The turbine does not start below. */
const FAINTEST_L = 0.35;

interface Measured {
  readonly t: EpochMs;
  readonly fev1: number;
  readonly fvc: number;
  /** L/s. */
  readonly pef: number;
  readonly doubted: boolean;
}

class Spirometer implements SimulatedDevice {
  readonly #random: Random;
  /** Its volume error all its life: within 3 %. */
  readonly #gain: number;
  readonly #battery;
  readonly #set: BlowSet;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#gain = artefacts ? 1 + Math.max(-0.03, Math.min(0.03, 0.012 * random.normal())) : 1;
    this.#battery = spotBattery(random.fork("battery"), artefacts);
    this.#set = new BlowSet(random.fork("blows"), artefacts, {
      pauseS: 40,
      most: MOST,
      isEnough: (blows) => blows.length >= ENOUGH && agree(blows.filter((blow) => !blow.doubted)),
    });
  }

  get battery(): number {
    return this.#battery.level;
  }

  step(body: Body): Emission {
    if (!this.#battery.step(body.hour)) return NOTHING;
    if (body.deeds.includes("blow_spirometer")) this.#set.begin();
    const blows = this.#set.step(body);
    return blows === null ? NOTHING : { samples: this.#report(blows, agree(blows.filter((blow) => !blow.doubted))) };
  }

  /** All blows, numbered; a set whose best two do not agree is doubted as a whole. */
  #report(blows: readonly Blow[], isAcceptable: boolean): DeviceSample[] {
    const measured = blows.map((blow) => this.#measure(blow)).filter(({ fvc }) => fvc >= FAINTEST_L);
    const samples = measured.flatMap((blow, index): DeviceSample[] => {
      const about = { t: blow.t, tags: { n: String(index + 1) }, ...(isAcceptable && !blow.doubted ? {} : DEGRADED) };
      return [
        { metric: "fev1", value: blow.fev1, ...about },
        { metric: "fvc", value: blow.fvc, ...about },
        { metric: "fev1_fvc", value: onQuantum((100 * blow.fev1) / blow.fvc, 0.1), ...about },
      ];
    });
    const last = measured.at(-1);
    if (last === undefined) return samples;
    // One sample of peak flow is one set (semantics 5.10).
    const pef = Math.max(...measured.map((blow) => blow.pef));
    return [...samples, { metric: "pef", t: last.t, value: pef, unit: "L/s", ...(isAcceptable ? {} : DEGRADED) }];
  }

  #measure({ t, effort, doubted, body }: Blow): Measured {
    const random = this.#random;
    const fvc = onQuantum(body.fvc * (0.4 + 0.6 * effort) * this.#gain * (1 + 0.008 * random.normal()), 0.01);
    const fev1 = onQuantum(Math.min(body.fev1 * effort * this.#gain * (1 + 0.01 * random.normal()), fvc), 0.01);
    return { t, fev1, fvc, pef: onQuantum((body.pef / 60) * effort * this.#gain * (1 + 0.01 * random.normal()), 0.01), doubted };
  }
}

const DEGRADED = { quality: "degraded" } as const;

const agree = (blows: readonly Blow[]): boolean => {
  if (blows.length < 2) return false;
  const limit = (blows[0]?.body.fvc ?? 0) <= SMALL_L ? AGREE_SMALL_L : AGREE_L;
  return bestTwoApart(blows.map(({ effort, body }) => effort * body.fev1)) <= limit;
};

/** A week and a day: the blow of Monday evening is not overdue on Monday morning. */
const WEEKLY_S = 8 * 86_400;

export const spirometer: DeviceKind = {
  kind: "spirometer",
  metrics: {
    fev1: { everyS: WEEKLY_S },
    fvc: { everyS: WEEKLY_S },
    fev1_fvc: { everyS: WEEKLY_S },
    pef: { everyS: WEEKLY_S },
  },
  create: (options) => new Spirometer(options),
};
