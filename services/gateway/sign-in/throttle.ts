/** Slows down guessing: after a few failures every further one doubles the wait (reliability S38). */
import { MINUTE, SECOND, type DurationMs } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";

export interface Throttle {
  /** Seconds until this account may be tried again from this source; 0: now. */
  waitFor(account: string, source: string): number;
  failed(account: string, source: string): void;
  succeeded(account: string, source: string): void;
}

interface Failures {
  count: number;
  until: DurationMs;
  at: DurationMs;
}

const LONGEST = 5 * MINUTE;
const FORGET_AFTER = 15 * MINUTE;
const MOST_KEYS = 10_000;

/** Failures that cost nothing: of one account from one source, of one account from anywhere, of one source at any account. */
const FREE = { pair: 5, account: 30, source: 60 } as const;

export const createThrottle = (clock: Pick<TransportClock, "monotonic">): Throttle => {
  const failures = new Map<string, Failures>();
  const keysOf = (account: string, source: string): readonly (readonly [string, number])[] => [
    [`pair\n${account}\n${source}`, FREE.pair],
    [`account\n${account}`, FREE.account],
    [`source\n${source}`, FREE.source],
  ];
  const current = (key: string, now: DurationMs): Failures | undefined => {
    const found = failures.get(key);
    if (found !== undefined && now - found.at > FORGET_AFTER) {
      failures.delete(key);
      return undefined;
    }
    return found;
  };
  return {
    waitFor(account, source) {
      const now = clock.monotonic();
      const until = Math.max(0, ...keysOf(account, source).map(([key]) => current(key, now)?.until ?? 0));
      return until > now ? Math.ceil((until - now) / SECOND) : 0;
    },
    failed(account, source) {
      const now = clock.monotonic();
      for (const [key, free] of keysOf(account, source)) {
        const found = current(key, now) ?? { count: 0, until: 0, at: now };
        found.count += 1;
        found.at = now;
        if (found.count >= free) found.until = now + Math.min(LONGEST, SECOND * 2 ** Math.min(20, found.count - free));
        failures.delete(key);
        failures.set(key, found);
      }
      for (const key of failures.keys()) {
        if (failures.size <= MOST_KEYS) break;
        failures.delete(key);
      }
    },
    succeeded(account, source) {
      failures.delete(`pair\n${account}\n${source}`);
    },
  };
};
