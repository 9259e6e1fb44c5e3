/** The pulse as light sees it: systolic peak, notch and diastolic wave, riding on the breath (domain 5.7). */
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";
import { onQuantum } from "./quantum.ts";

export const PLETH_HZ = 75;
/** Of the older hands it is mostly worn on: young ones would have 0.42. */
const DIASTOLIC = 0.3;
/** Middle of the curve below, so that it swings around zero. */
const MEAN = 0.35;

const bell = (phase: number, centre: number, width: number, height: number): number =>
  height * Math.exp(-(((phase - centre) / width) ** 2));

export class PlethWave {
  readonly #random: Random;
  #beat = 0;
  #breath = 0;
  #hum = 0;
  /** This beat's own length and height, relative. */
  #pace = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next of `PLETH_HZ` values a second: AC over DC, so that its height is the perfusion index. */
  next(body: Body, perfusion: number, moving: boolean): number {
    const breathing = Math.sin(2 * Math.PI * this.#breath);
    this.#breath = (this.#breath + body.respRate / 60 / PLETH_HZ) % 1;
    this.#hum = (this.#hum + 50 / PLETH_HZ) % 1;
    this.#beat += (body.pulse * this.#pace * (1 + 0.03 * breathing)) / 60 / PLETH_HZ;
    if (this.#beat >= 1) {
      this.#beat -= 1;
      // Beat intervals spread by 25–45 ms in older adults.
      this.#pace = 1 + 0.035 * this.#random.normal();
    }
    const p = this.#beat;
    const curve = bell(p, 0.22, 0.1, 1) + bell(p, 0.5, 0.14, DIASTOLIC) + bell(p, 1.22, 0.1, 1) - MEAN;
    const noise = 0.02 * this.#random.normal() + 0.01 * Math.sin(2 * Math.PI * this.#hum) + (moving ? 0.9 * this.#random.normal() : 0);
    return onQuantum((perfusion / 100) * (curve * (1 + 0.1 * breathing) + 0.15 * breathing + noise), 0.00001);
  }
}
