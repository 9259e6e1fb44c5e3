/** Slows down whoever guesses secrets: by remote address, so that a device elsewhere never waits for it. */
import type { DurationMs } from "#core/time.ts";

/** Mistakes are human; a device with a stale secret is answered at once a few times. */
const FREE_FAILURES = 5;
const FIRST_DELAY: DurationMs = 50;
const LONGEST_DELAY: DurationMs = 2_000;
/** Failures are forgotten by half in this time. */
const HALF_LIFE: DurationMs = 15_000;
const MOST_FAILURES = 64;
const MOST_ADDRESSES = 10_000;
/** Sign-ins one damped address may have waiting at once; more are refused unseen. */
const MOST_WAITING = 64;

interface Address {
  failures: number;
  waiting: number;
  at: DurationMs;
}

export class SignInDamper {
  readonly #addresses = new Map<string, Address>();

  /** How long a sign-in from here waits before its secret is looked at; undefined refuses it unseen. */
  admit(address: string, now: DurationMs): DurationMs | undefined {
    const entry = this.#addresses.get(address);
    if (entry === undefined) return 0;
    this.#forget(entry, now);
    const over = Math.floor(entry.failures) - FREE_FAILURES;
    if (over < 0) return 0;
    if (entry.waiting >= MOST_WAITING) return undefined;
    return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(over, 10));
  }

  /** A sign-in waits (+1) or waits no longer (−1). */
  wait(address: string, by: 1 | -1): void {
    const entry = this.#addresses.get(address);
    if (entry !== undefined) entry.waiting = Math.max(0, entry.waiting + by);
  }

  failed(address: string, now: DurationMs): void {
    let entry = this.#addresses.get(address);
    if (entry === undefined) {
      if (this.#addresses.size >= MOST_ADDRESSES) {
        const oldest = this.#addresses.keys().next();
        if (!oldest.done) this.#addresses.delete(oldest.value);
      }
      entry = { failures: 0, waiting: 0, at: now };
    } else {
      this.#addresses.delete(address);
      this.#forget(entry, now);
    }
    entry.failures = Math.min(MOST_FAILURES, entry.failures + 1);
    this.#addresses.set(address, entry);
  }

  #forget(entry: Address, now: DurationMs): void {
    entry.failures *= 0.5 ** (Math.max(0, now - entry.at) / HALF_LIFE);
    entry.at = now;
  }
}
