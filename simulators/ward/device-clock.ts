/** A device's own idea of the time: it drifts, is set right once a day, and in few devices jumps (domain 5.8). */
import { DAY, type EpochMs, HOUR } from "#core/time.ts";
import type { Random } from "../random.ts";

const DRIFT_PPM = 20;
/** One device in a hundred: an hour off, or back to 1970, until it is set again. */
const JUMPS = 0.01;

interface Jump {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly offset: number;
}

export class DeviceClock {
  readonly #drift: number;
  readonly #setAt: EpochMs;
  readonly #jump: Jump | null;

  constructor(random: Random, start: EpochMs) {
    this.#drift = (DRIFT_PPM / 1e6) * random.between(-1, 1);
    this.#setAt = start - random.between(0, DAY);
    if (!random.chance(JUMPS)) this.#jump = null;
    else {
      const from = start + random.between(0, DAY);
      const offset = random.chance(0.2) ? -Math.round(from) : random.chance(0.5) ? HOUR : -HOUR;
      this.#jump = { from, to: from + random.between(1, 6) * HOUR, offset };
    }
  }

  /** Milliseconds it is ahead of the truth at `t`. */
  offsetAt(t: EpochMs): number {
    const drifted = this.#drift * ((t - this.#setAt) % DAY);
    const jump = this.#jump;
    return Math.round(drifted + (jump !== null && t >= jump.from && t < jump.to ? jump.offset : 0));
  }
}
