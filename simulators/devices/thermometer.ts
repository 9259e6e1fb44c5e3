/** A thermometer at one place of the body: it reads low when badly placed, some show degrees Fahrenheit (domain 1.2, row 29). */
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { spotBattery } from "./battery.ts";
import { onQuantum } from "./quantum.ts";
import { type DeviceKind, type DeviceOptions, type Emission, NOTHING, type SimulatedDevice } from "./simulated-device.ts";

interface Place {
  readonly site: "axillary" | "ear" | "oral" | "forehead";
  /** Share of households that have this one. */
  readonly share: number;
  /** °C against the core, and the spread of repeated readings. */
  readonly offset: number;
  readonly spread: number;
  /** Seconds until it beeps. */
  readonly takesS: number;
}

const EAR: Place = { site: "ear", share: 0.3, offset: 0, spread: 0.12, takesS: 3 };
const PLACES: readonly Place[] = [
  { site: "axillary", share: 0.45, offset: -0.25, spread: 0.08, takesS: 70 },
  { site: "oral", share: 0.15, offset: -0.1, spread: 0.06, takesS: 40 },
  { site: "forehead", share: 0.1, offset: -0.1, spread: 0.15, takesS: 2 },
  EAR,
];
/** Share of devices set to degrees Fahrenheit. */
const FAHRENHEIT = 0.25;
/** Readings with the tip beside its place: low, and the device notices (D). */
const MISPLACED = 0.05;
/** Taken out too soon: it shows nothing and is put back. */
const TOO_SOON = 0.05;

class Thermometer implements SimulatedDevice {
  readonly #random: Random;
  readonly #artefacts: boolean;
  readonly #place: Place;
  readonly #fahrenheit: boolean;
  readonly #bias: number;
  readonly #battery;
  #beepsInS = 0;

  constructor({ random, artefacts = true }: DeviceOptions) {
    this.#random = random;
    this.#artefacts = artefacts;
    this.#place = pick(random.next());
    this.#fahrenheit = random.chance(FAHRENHEIT);
    this.#bias = artefacts ? Math.max(-0.2, Math.min(0.2, 0.08 * random.normal())) : 0;
    this.#battery = spotBattery(random.fork("battery"), artefacts);
  }

  get battery(): number {
    return this.#battery.level;
  }

  step(body: Body): Emission {
    if (!this.#battery.step(body.hour)) return NOTHING;
    if (body.deeds.includes("take_temperature") && this.#beepsInS === 0) this.#beepsInS = this.#place.takesS;
    if (this.#beepsInS === 0) return NOTHING;
    this.#beepsInS -= 1;
    if (this.#beepsInS > 0) return NOTHING;
    const random = this.#random;
    if (this.#artefacts && random.chance(TOO_SOON)) {
      this.#beepsInS = this.#place.takesS + 30;
      return NOTHING;
    }
    const misplaced = this.#artefacts && random.chance(MISPLACED);
    const celsius =
      body.coreTemp + this.#place.offset + this.#bias + this.#place.spread * random.normal() - (misplaced ? random.between(0.4, 1.2) : 0);
    const shown = this.#fahrenheit ? { value: onQuantum(celsius * 1.8 + 32, 0.1), unit: "[degF]" } : { value: onQuantum(celsius, 0.1) };
    const tags = { site: this.#place.site };
    return { samples: [{ metric: "body_temp", t: body.t, ...shown, tags, ...(misplaced ? { quality: "degraded" } : {}) }] };
  }
}

const pick = (share: number): Place => {
  let left = share;
  for (const place of PLACES) {
    left -= place.share;
    if (left < 0) return place;
  }
  return EAR;
};

export const thermometer: DeviceKind = {
  kind: "thermometer",
  // Once a day, and a quarter of one for the days on which it is done later.
  metrics: { body_temp: { everyS: 108_000 } },
  create: (options) => new Thermometer(options),
};
