/**
 * Slows down whoever guesses secrets, by remote address. A right secret is never answered late for another's wrong one,
 * unless the address asks faster than secrets may be guessed: many homes stand behind one gateway.
 */
import type { DurationMs } from "#core/time.ts";

/** Mistakes are human; a device with a stale secret is answered at once a few times. */
const FREE_FAILURES = 5;
const FIRST_DELAY: DurationMs = 50;
const LONGEST_DELAY: DurationMs = 2_000;
/** From here on the address is taken for guessing: its secrets are looked at one by one, 200 a second. */
const GUESSING_FAILURES = 20;
const BETWEEN_GUESSES: DurationMs = 5;
/** Who would have to wait longer than this is refused unseen. */
const LONGEST_QUEUE: DurationMs = 10_000;
/** Failures are forgotten by half in this time. */
const HALF_LIFE: DurationMs = 15_000;
const MOST_FAILURES = 64;
const MOST_ADDRESSES = 10_000;

interface Address {
  failures: number;
  at: DurationMs;
  nextGuessAt: DurationMs;
}

export class SignInDamper {
  readonly #addresses = new Map<string, Address>();

  /** How long a sign-in from here waits before its secret is looked at; undefined refuses it unseen. */
  admit(address: string, now: DurationMs): DurationMs | undefined {
    const entry = this.#addresses.get(address);
    if (entry === undefined) return 0;
    this.#forget(entry, now);
    if (entry.failures < GUESSING_FAILURES) return 0;
    const at = Math.max(now, entry.nextGuessAt);
    if (at - now > LONGEST_QUEUE) return undefined;
    entry.nextGuessAt = at + BETWEEN_GUESSES;
    return at - now;
  }

  /** Counts a wrong secret and says how long its answer is held back. */
  failed(address: string, now: DurationMs): DurationMs {
    let entry = this.#addresses.get(address);
    if (entry === undefined) {
      if (this.#addresses.size >= MOST_ADDRESSES) {
        const oldest = this.#addresses.keys().next();
        if (!oldest.done) this.#addresses.delete(oldest.value);
      }
      entry = { failures: 0, at: now, nextGuessAt: now };
    } else {
      // The newest stand last.
      this.#addresses.delete(address);
      this.#forget(entry, now);
    }
    entry.failures = Math.min(MOST_FAILURES, entry.failures + 1);
    this.#addresses.set(address, entry);
    const over = Math.ceil(entry.failures) - FREE_FAILURES;
    return over <= 0 ? 0 : Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (over - 1));
  }

  #forget(entry: Address, now: DurationMs): void {
    entry.failures *= 0.5 ** (Math.max(0, now - entry.at) / HALF_LIFE);
    entry.at = now;
  }
}
