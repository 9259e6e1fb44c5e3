/** Slow noise, of minutes to an hour: drawn once a minute and straight in between, so that thousands of bodies can afford it. */
import { type EpochMs, MINUTE } from "#core/time.ts";
import type { Random } from "../random.ts";
import { type Persistence, Wander } from "./wander.ts";

export class Drift {
  readonly #wander: Wander;
  #minute = Number.NaN;
  #from: number;
  #to: number;

  constructor(persistence: Persistence, random: Random) {
    this.#wander = new Wander(persistence, random);
    this.#from = this.#to = this.#wander.step(60);
  }

  /** In standard deviations; times come in order. */
  at(t: EpochMs): number {
    const minute = Math.floor(t / MINUTE);
    if (minute !== this.#minute) {
      const skipped = Number.isNaN(this.#minute) ? 0 : minute - this.#minute - 1;
      this.#from = skipped > 0 ? this.#wander.step(60 * skipped) : this.#to;
      this.#to = this.#wander.step(60);
      this.#minute = minute;
    }
    return this.#from + (this.#to - this.#from) * ((t % MINUTE) / MINUTE);
  }
}
