/** The rate one device may send at: it belongs to the device, so that reconnecting refills nothing. */
import type { DurationMs } from "#core/time.ts";

export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: DurationMs;

  constructor(perSecond: number, burst: number, now: DurationMs) {
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes one; ask `wait` first. */
  take(): void {
    this.#tokens -= 1;
  }

  /** Milliseconds until one may be taken; 0 when one is there. */
  wait(now: DurationMs): DurationMs {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / this.#perMs;
  }
}
