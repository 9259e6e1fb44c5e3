/** Autocorrelated noise with a stationary spread, for any stride (domain 5.1, AR(1)). */
import type { Random } from "../random.ts";

/** How long noise remembers; one for all bodies: thousands of them are stepped in turn, and memory is what that costs. */
export class Persistence {
  readonly #rho: number;
  #strideS = 0;
  /** Share of the last value that is kept over the stride, and the fresh part beside it. */
  kept = 1;
  fresh = 0;

  /** `rho`: autocorrelation over `stepS` seconds. */
  constructor(rho: number, stepS: number) {
    this.#rho = rho ** (1 / stepS);
  }

  over(strideS: number): this {
    if (strideS !== this.#strideS) {
      this.#strideS = strideS;
      this.kept = this.#rho ** strideS;
      this.fresh = Math.sqrt(1 - this.kept * this.kept);
    }
    return this;
  }
}

export class Wander {
  readonly #persistence: Persistence;
  readonly #random: Random;
  #z: number;

  constructor(persistence: Persistence, random: Random) {
    this.#persistence = persistence;
    this.#random = random;
    this.#z = random.normal();
  }

  /** `dtS` seconds on; answers in standard deviations. */
  step(dtS: number): number {
    const { kept, fresh } = this.#persistence.over(dtS);
    this.#z = kept * this.#z + fresh * this.#random.normal();
    return this.#z;
  }
}
