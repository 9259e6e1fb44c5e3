/** Stretches of misfortune: they begin at random, last a while, and do not overlap themselves. */
import type { Random } from "../random.ts";

export class Spells {
  readonly #random: Random;
  readonly #shortestS: number;
  readonly #longestS: number;
  #leftS = 0;

  constructor(random: Random, shortestS: number, longestS: number) {
    this.#random = random;
    this.#shortestS = shortestS;
    this.#longestS = longestS;
  }

  /** One second on with `perHour` expected beginnings in an hour; true while one lasts. */
  step(perHour: number): boolean {
    if (this.#leftS > 0) this.#leftS -= 1;
    else if (this.#random.chance(perHour / 3_600)) this.#leftS = Math.round(this.#duration());
    return this.#leftS > 0;
  }

  /** Most are short, few are long: evenly spread over the orders of magnitude. */
  #duration(): number {
    return this.#shortestS * (this.#longestS / this.#shortestS) ** this.#random.next();
  }
}
