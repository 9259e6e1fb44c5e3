/** A bucket of calls per caller: full at the start, refilled evenly, never emptied by somebody else (reliability S43). */
import { MINUTE, SECOND } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";

/** Seconds to wait; 0: go on. */
export type RateLimit = (caller: string) => number;

const MOST_CALLERS = 20_000;

export const createRateLimit = (clock: Pick<TransportClock, "monotonic">, perMinute: number): RateLimit => {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = perMinute / MINUTE;
  const forgetFull = (now: number): void => {
    for (const [caller, bucket] of buckets) if (bucket.left + (now - bucket.at) * perMs >= perMinute) buckets.delete(caller);
    // Everybody is busy: the oldest start afresh rather than memory growing without end.
    for (const caller of buckets.keys()) {
      if (buckets.size < MOST_CALLERS) break;
      buckets.delete(caller);
    }
  };
  return (caller) => {
    const now = clock.monotonic();
    let bucket = buckets.get(caller);
    if (bucket === undefined) {
      if (buckets.size >= MOST_CALLERS) forgetFull(now);
      bucket = { left: perMinute, at: now };
      buckets.set(caller, bucket);
    }
    bucket.left = Math.min(perMinute, bucket.left + (now - bucket.at) * perMs);
    bucket.at = now;
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / perMs / SECOND));
    bucket.left -= 1;
    return 0;
  };
};
