/** Drops of oxygen saturation as a fall, a nadir and a faster recovery (domain 5.3). */
import type { Random } from "../random.ts";

interface Drop {
  readonly depth: number;
  readonly fallS: number;
  readonly nadirS: number;
  readonly recoveryS: number;
  elapsedS: number;
}

/** Poisson events of one intensity; `step` gives points to subtract now. */
export class Desaturations {
  readonly #random: Random;
  #drop: Drop | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One second on. `perHour`: expected events in an hour now. */
  step(perHour: number): number {
    if (this.#drop === null && this.#random.chance(perHour / 3_600)) this.#drop = this.#begin();
    const drop = this.#drop;
    if (drop === null) return 0;
    drop.elapsedS += 1;
    const { depth, fallS, nadirS, recoveryS, elapsedS } = drop;
    if (elapsedS <= fallS) return depth * (elapsedS / fallS);
    if (elapsedS <= fallS + nadirS) return depth;
    const recovered = (elapsedS - fallS - nadirS) / recoveryS;
    if (recovered >= 1) this.#drop = null;
    return depth * Math.max(0, 1 - recovered);
  }

  #begin(): Drop {
    // Lognormal with a median of 4 points, held to 3–12.
    const depth = Math.min(12, Math.max(3, 4 * Math.exp(0.35 * this.#random.normal())));
    return {
      depth,
      fallS: this.#random.between(10, 25),
      nadirS: this.#random.between(3, 5),
      recoveryS: this.#random.between(8, 15),
      elapsedS: 0,
    };
  }
}
