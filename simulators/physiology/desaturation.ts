/** Single drops of oxygen saturation: a fall, a nadir and a faster recovery (domain 5.3, intermittent). */
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
  readonly #deepest: number;
  #drop: Drop | null = null;

  /** `deepest`: points that no drop exceeds; 4 in healthy people. */
  constructor(deepest: number, random: Random) {
    this.#deepest = deepest;
    this.#random = random;
  }

  /** `dtS` seconds on. `perHour`: expected events in an hour now. */
  step(perHour: number, dtS: number): number {
    if (this.#drop === null) {
      if (perHour <= 0 || !this.#random.chance((perHour * dtS) / 3_600)) return 0;
      this.#drop = this.#begin(this.#random.between(0, dtS));
    }
    const drop = this.#drop;
    drop.elapsedS += dtS;
    const { depth, fallS, nadirS, recoveryS, elapsedS } = drop;
    if (elapsedS <= fallS) return depth * (elapsedS / fallS);
    if (elapsedS <= fallS + nadirS) return depth;
    const recovered = (elapsedS - fallS - nadirS) / recoveryS;
    if (recovered >= 1) this.#drop = null;
    return depth * Math.max(0, 1 - recovered);
  }

  #begin(startsInS: number): Drop {
    // Lognormal with a median of 4 points, from 3 to 12; shallower where the body allows no more.
    const drawn = Math.min(12, Math.max(3, 4 * Math.exp(0.35 * this.#random.normal())));
    const fallS = this.#random.between(10, 25);
    return {
      depth: Math.min(this.#deepest, drawn),
      fallS,
      nadirS: this.#random.between(3, 5),
      recoveryS: Math.min(fallS * 0.9, this.#random.between(8, 15)),
      elapsedS: -startsInS,
    };
  }
}
