/** A raw signal sent in short bursts: ten seconds every five minutes (domain 5.7). */
import { type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import type { Random } from "../random.ts";
import type { WaveformBlock } from "./simulated-device.ts";

const EVERY = 5 * MINUTE;
const LASTS = 10 * SECOND;

export class Burst {
  readonly #about: Pick<WaveformBlock, "signal" | "hz" | "unit">;
  /** Devices do not all burst at once. */
  readonly #offset: number;
  #t0 = 0;
  #values: number[] | null = null;

  constructor(about: Pick<WaveformBlock, "signal" | "hz" | "unit">, random: Random) {
    this.#about = about;
    this.#offset = Math.floor(random.between(0, EVERY / SECOND)) * SECOND;
  }

  /** One second on, ending at `t`; `sample` is asked `hz` times while a burst lasts. The finished block, or nothing. */
  step(t: EpochMs, sample: () => number): WaveformBlock | null {
    const phase = (t + this.#offset) % EVERY;
    if (phase >= LASTS) {
      this.#values = null;
      return null;
    }
    if (phase < SECOND) {
      this.#values = [];
      this.#t0 = t - SECOND;
    }
    const values = this.#values;
    if (values === null) return null;
    for (let index = 0; index < this.#about.hz; index++) values.push(sample());
    return phase < LASTS - SECOND ? null : { ...this.#about, t0: this.#t0, values };
  }

  /** The contact is lost: half a burst is not sent. */
  abandon(): void {
    this.#values = null;
  }
}
