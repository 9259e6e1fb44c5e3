/** Breathing as a stretched chest feels it: a quick rise, an exponential fall, coughs on top (domain 5.7). */
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";

export const RESPIRATION_HZ = 25;
/** FEV1/FVC below it: air leaves slowly. */
const OBSTRUCTED = 0.7;

export class RespirationWave {
  readonly #random: Random;
  #phase = 0;
  #depth = 1;
  #level = 0;
  #peak = 0;
  #coughS = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next of `RESPIRATION_HZ` values a second, mL above the resting chest. */
  next(body: Body): number {
    const random = this.#random;
    const obstructed = body.fev1 / body.fvc < OBSTRUCTED;
    // Inhaling takes a third of a healthy breath, a quarter of an obstructed one.
    const inhaling = obstructed ? 1 / 4 : 1 / 3;
    this.#phase += body.respRate / 60 / RESPIRATION_HZ;
    if (this.#phase >= 1) {
      this.#phase -= 1;
      this.#depth = Math.max(0.4, 1 + 0.12 * random.normal());
    }
    if (body.respRate > 0 && this.#phase < inhaling) {
      const target = body.tidalVolume * this.#depth * Math.sin((Math.PI * this.#phase) / (2 * inhaling));
      this.#level = Math.max(this.#level, target);
      this.#peak = this.#level;
    } else this.#level *= Math.exp(-1 / RESPIRATION_HZ / (obstructed ? 0.85 : 0.35));
    if (this.#coughS <= 0 && random.chance(body.cough / 3_600 / RESPIRATION_HZ)) this.#coughS = random.between(0.3, 0.5);
    this.#coughS -= 1 / RESPIRATION_HZ;
    const cough = this.#coughS > 0 ? Math.max(this.#peak, 300) * random.between(-1.2, 1.2) : 0;
    return Math.round(this.#level + cough + 4 * random.normal());
  }
}
