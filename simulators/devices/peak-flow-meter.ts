/** An electronic peak-flow meter: the best of three blows is one value; some makers count in litres a second (domain 1.2, 5.1, 5.8). */
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { spotBattery } from "./battery.ts";
import { bestTwoApart, BlowSet } from "./blow-set.ts";
import { onQuantum } from "./quantum.ts";
import { type DeviceKind, type DeviceOptions, type Emission, NOTHING, type SimulatedDevice } from "./simulated-device.ts";

const ENOUGH = 3;
/** The best two agree within so many L/min (ATS/ERS, domain 4.6). */
const AGREE = 40;
/** Share of devices that measure in L/s. */
const IN_SECONDS = 0.35;
/** Share of sets that are broken off after two blows. */
const IN_A_HURRY = 0.08;
const FAINTEST = 35;

class PeakFlowMeter implements SimulatedDevice {
  readonly #random: Random;
  readonly #inSeconds: boolean;
  readonly #gain: number;
  readonly #battery;
  readonly #set: BlowSet;
  #wanted = ENOUGH;
  readonly #artefacts: boolean;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#inSeconds = random.chance(IN_SECONDS);
    this.#gain = artefacts ? 1 + Math.max(-0.05, Math.min(0.05, 0.02 * random.normal())) : 1;
    this.#battery = spotBattery(random.fork("battery"), artefacts);
    this.#set = new BlowSet(random.fork("blows"), artefacts, {
      pauseS: 18,
      most: ENOUGH,
      isEnough: ({ length }) => length >= this.#wanted,
    });
  }

  get battery(): number {
    return this.#battery.level;
  }

  step(body: Body): Emission {
    if (!this.#battery.step(body.hour)) return NOTHING;
    if (body.deeds.includes("blow_peak_flow")) {
      this.#wanted = this.#artefacts && this.#random.chance(IN_A_HURRY) ? ENOUGH - 1 : ENOUGH;
      this.#set.begin();
    }
    const blows = this.#set.step(body);
    if (blows === null) return NOTHING;
    const flows = blows.map(({ effort, body: { pef } }) => pef * effort * this.#gain * (1 + 0.01 * this.#random.normal()));
    const best = Math.max(...flows);
    if (best < FAINTEST) return NOTHING;
    const doubted = blows.length < ENOUGH || bestTwoApart(flows) > AGREE;
    const shown = this.#inSeconds ? { value: onQuantum(best / 60, 0.02), unit: "L/s" } : { value: Math.round(best) };
    return { samples: [{ metric: "pef", t: body.t, ...shown, ...(doubted ? { quality: "degraded" } : {}) }] };
  }
}

export const peakFlowMeter: DeviceKind = {
  kind: "peak_flow_meter",
  metrics: { pef: { everyS: 43_200 } },
  create: (options) => new PeakFlowMeter(options),
};
