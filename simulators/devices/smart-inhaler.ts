/** Caps on a controller and a reliever: every puff with its time, the flow drawn through it and how it was done (domain 1.2, rows 13 to 16). */
import { type EpochMs, HOUR, MINUTE } from "#core/time.ts";
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

/** Share of caps whose clock only knows minutes: two puffs of one dose then share their instant. */
const MINUTE_CLOCK = 0.3;
/** Puffs that the switch under the canister does not notice. */
const UNNOTICED = 0.02;
/** A dry-powder inhaler wants at least this, L/min. */
const POWDER_NEEDS = 30;
/** Errors a cap can tell apart, beside too little flow. */
const ERRORS = ["shake", "orientation", "coordination", "breath-hold"] as const;

interface Puff {
  readonly metric: "inhaler_controller" | "inhaler_rescue";
  readonly inS: number;
  readonly n: number;
}

class SmartInhaler implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #minuteClock: boolean;
  /** Puffs of one planned dose. */
  readonly #dose: number;
  /** What this person draws on a usual day, L/min: powder and spray. */
  readonly #draws: { readonly inhaler_controller: number; readonly inhaler_rescue: number };
  readonly #clumsiness: number;
  readonly #battery;
  #usualPef: number | null = null;
  #waiting: Puff[] = [];
  #lastT: EpochMs = 0;
  #lastN = 0;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#minuteClock = random.chance(MINUTE_CLOCK);
    this.#dose = random.chance(0.5) ? 1 : 2;
    this.#draws = { inhaler_controller: random.between(45, 75), inhaler_rescue: random.between(28, 50) };
    this.#clumsiness = random.between(0.04, 0.3);
    this.#battery = spotBattery(random.fork("battery"), artefacts);
  }

  get battery(): number {
    return this.#battery.level;
  }

  step(body: Body): Emission {
    if (!this.#battery.step(body.hour)) return NOTHING;
    if (body.deeds.includes("inhale_controller")) this.#take("inhaler_controller", this.#dose);
    if (body.deeds.includes("inhale_rescue")) this.#take("inhaler_rescue", this.#random.chance(0.55) ? 2 : 1);
    this.#usualPef ??= body.pef;
    const samples = this.#waiting.flatMap((puff) => (puff.inS === 0 ? this.#puff(puff, body) : []));
    this.#waiting = this.#waiting.filter(({ inS }) => inS > 0).map((puff) => ({ ...puff, inS: puff.inS - 1 }));
    // A cap that is not used for days still says that it is there.
    if (body.t % HOUR === 0) samples.push({ metric: "heartbeat", t: body.t, value: 1 });
    return samples.length === 0 ? NOTHING : { samples };
  }

  #take(metric: Puff["metric"], puffs: number): void {
    let inS = 3;
    for (let n = 1; n <= puffs; n++) {
      this.#waiting.push({ metric, inS, n });
      inS += Math.round(this.#random.between(20, 50));
    }
  }

  #puff({ metric, n }: Puff, { t, pef }: Body): DeviceSample[] {
    const random = this.#random;
    if (this.#artefacts && random.chance(UNNOTICED)) return [];
    const at = this.#minuteClock ? Math.floor(t / MINUTE) * MINUTE : t;
    // Puffs of one instant are told apart by their number (semantics 1.1).
    const number = at === this.#lastT ? this.#lastN + 1 : n;
    this.#lastT = at;
    this.#lastN = number;
    const tags = { n: String(number) };
    // Narrow airways draw less, though less than they blow less.
    const able = Math.sqrt(Math.min(1.2, pef / (this.#usualPef ?? pef)));
    const flow = Math.round(Math.min(200, Math.max(5, this.#draws[metric] * able * (1 + 0.12 * random.normal()))));
    const error = this.#errorOf(metric, flow);
    return [
      { metric, t: at, value: 1, tags },
      { metric: "inspiratory_flow_peak", t: at, value: flow, tags },
      { metric: "inhaler_technique_ok", t: at, value: error === null ? 1 : 0, tags: error === null ? tags : { ...tags, error } },
    ];
  }

  #errorOf(metric: Puff["metric"], flow: number): string | null {
    if (metric === "inhaler_controller" && flow < POWDER_NEEDS) return "flow";
    if (!this.#artefacts || !this.#random.chance(this.#clumsiness)) return null;
    return ERRORS[Math.floor(this.#random.next() * ERRORS.length)] ?? null;
  }
}

export const smartInhaler: DeviceKind = {
  kind: "smart_inhaler",
  metrics: { heartbeat: { everyS: 3_600 }, inhaler_controller: { everyS: 86_400 } },
  create: (options) => new SmartInhaler(options),
};
