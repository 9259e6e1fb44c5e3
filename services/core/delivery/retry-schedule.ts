/** When a webhook is tried again, and what an answer means (contract section 6). */
import { HOUR, MINUTE, SECOND } from "#core/time.ts";
import type { DurationMs } from "#core/time.ts";

/** Wait after the first, second, … failed attempt. */
const RETRY_DELAYS: readonly DurationMs[] = [
  1 * SECOND,
  5 * SECOND,
  15 * SECOND,
  60 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  10 * HOUR,
];

/** Waits only ever grow, by at most this share: receivers that came back together are not all called in one instant. */
const JITTER_SHARE = 0.05;

export type AttemptVerdict =
  | { readonly kind: "confirmed" }
  /** 410: the receiver wants nothing more; the subscription ends. */
  | { readonly kind: "gone" }
  | { readonly kind: "retry"; readonly after: DurationMs }
  | { readonly kind: "exhausted" };

/** Wait after `failures` failed attempts (1 for the first), or null when the schedule is used up. `jitter` in [0, 1). */
export const retryDelay = (failures: number, jitter: number): DurationMs | null => {
  const delay = RETRY_DELAYS[failures - 1];
  return delay === undefined ? null : Math.round(delay * (1 + JITTER_SHARE * jitter));
};

/** Judges one attempt. `status` null: no answer came. `failuresBefore`: failed attempts of this delivery so far. */
export const judgeAttempt = (status: number | null, failuresBefore: number, jitter: number): AttemptVerdict => {
  if (status !== null && status >= 200 && status < 300) return { kind: "confirmed" };
  if (status === 410) return { kind: "gone" };
  const after = retryDelay(failuresBefore + 1, jitter);
  return after === null ? { kind: "exhausted" } : { kind: "retry", after };
};
