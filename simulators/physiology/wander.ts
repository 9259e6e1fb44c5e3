/** Autocorrelated noise with a stationary spread, for any stride (domain 5.1, AR(1)). */
import type { Random } from "../random.ts";

export class Wander {
  readonly #random: Random;
  readonly #rho: number;
  /** Of the stride used last: strides rarely change. */
  #strideS = 0;
  #keep = 0;
  #fresh = 0;
  /** In standard deviations. */
  z: number;

  /** `rho`: autocorrelation over `stepS` seconds. */
  constructor(rho: number, stepS: number, random: Random) {
    this.#random = random;
    this.#rho = rho ** (1 / stepS);
    this.z = random.normal();
  }

  /** `dtS` seconds on; answers in standard deviations. */
  step(dtS: number): number {
    if (dtS !== this.#strideS) {
      this.#strideS = dtS;
      this.#keep = this.#rho ** dtS;
      this.#fresh = Math.sqrt(1 - this.#keep * this.#keep);
    }
    this.z = this.#keep * this.z + this.#fresh * this.#random.normal();
    return this.z;
  }
}
