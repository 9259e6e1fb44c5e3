/** The few metres of radio between a sensor and its gateway: seconds that are lost before any outbox, more of them far away (domain 5.8). */
import type { Random } from "../random.ts";

/** Gilbert and Elliott: from good to bad and back, by the second. */
const FADES = 0.002;
const RETURNS = 0.05;
const NEAR_DBM = -55;
const FAR_DBM = -84;
const SPREAD_DBM = 6;
const FAR_HOMES = 0.12;
/** Below it fading is this many times as likely. */
const WEAK_DBM = -90;
const WEAK_FACTOR = 4;
const STRENGTH_EVERY_S = 60;

export class Radio {
  readonly #random: Random;
  readonly #mean: number;
  #strength: number;
  #carries = true;
  #second = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#mean = random.chance(FAR_HOMES) ? FAR_DBM : NEAR_DBM;
    this.#strength = this.#mean + SPREAD_DBM * random.normal();
  }

  /** dBm. */
  get rssi(): number {
    return Math.round(Math.min(-30, Math.max(-110, this.#strength)));
  }

  /** One second on; false: what was measured in it is gone. */
  step(): boolean {
    this.#second += 1;
    if (this.#second % STRENGTH_EVERY_S === 0) {
      const back = 0.9 * (this.#strength - this.#mean);
      this.#strength = this.#mean + back + SPREAD_DBM * Math.sqrt(1 - 0.9 ** 2) * this.#random.normal();
    }
    const fades = this.#strength < WEAK_DBM ? FADES * WEAK_FACTOR : FADES;
    if (this.#random.chance(this.#carries ? fades : RETURNS)) this.#carries = !this.#carries;
    return this.#carries;
  }
}
