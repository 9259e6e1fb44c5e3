/** The simulators' clock: follows the server's clinical time, at its speed. */
import type { EpochMs } from "#core/time.ts";

export class SimClock {
  #at: EpochMs;
  #readAt: number;
  #speed: number;

  constructor(now: EpochMs, speed: number) {
    this.#at = now;
    this.#readAt = performance.now();
    this.#speed = speed;
  }

  /** The server's word: time and speed reached. */
  set(now: EpochMs, speed: number): void {
    this.#at = now;
    this.#readAt = performance.now();
    this.#speed = speed;
  }

  get speed(): number {
    return this.#speed;
  }

  now(): EpochMs {
    return this.#at + (performance.now() - this.#readAt) * this.#speed;
  }
}
