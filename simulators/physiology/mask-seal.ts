/** How well a mask sits: tight in most positions of the head, leaking in some, another one after every turn in bed. */
import type { Random } from "../random.ts";

/** Mean minutes in one position. */
const TURNS_EVERY_S = 28 * 60;
const RIPPLE_S = 40;
const RIPPLE = 0.015;
/** Share of positions, and the leak there as a multiple of the usual one: from and to. */
const POSITIONS = [
  { share: 0.6, from: 0, to: 0.25 },
  { share: 0.3, from: 0.4, to: 1.2 },
  { share: 0.1, from: 1.3, to: 1.8 },
];

export class MaskSeal {
  readonly #random: Random;
  #leak: number;
  #ripple = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#leak = this.#turn();
  }

  /** `dtS` seconds on: litres a second for somebody whose mask leaks `usual` in a poor position. */
  step(usual: number, dtS: number): number {
    const random = this.#random;
    if (random.chance(1 - Math.exp(-dtS / TURNS_EVERY_S))) this.#leak = this.#turn();
    const kept = Math.exp(-dtS / RIPPLE_S);
    this.#ripple = kept * this.#ripple + Math.sqrt(1 - kept * kept) * random.normal();
    const leak = usual * this.#leak;
    // A seal that holds does not ripple.
    return Math.max(0, leak + RIPPLE * Math.min(1, leak / 0.1) * this.#ripple);
  }

  #turn(): number {
    let left = this.#random.next();
    for (const { share, from, to } of POSITIONS) {
      left -= share;
      if (left < 0) return this.#random.between(from, to);
    }
    return 0;
  }
}
