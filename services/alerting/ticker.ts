/** Journals a tick when the engine waits for absence and nothing else tells it the time: at most one in a clinical second. */
import { SECOND, type EpochMs } from "#core/time.ts";
import type { ClinicalClock, Timer, TransportClock } from "#ports/clock.ts";
import type { Journal } from "#ports/journal.ts";

export interface Ticker {
  /** What the engine asked for last; a tick that was journaled has been applied when this is called after it. */
  wakeAt(at: EpochMs): void;
  stop(): void;
}

/** However fast the clinical clock runs, so often a second of real time at most. */
const PER_REAL_SECOND = 20;
const RETRY_AFTER = SECOND;

export const createTicker = (journal: Journal, clinicalClock: ClinicalClock, transportClock: TransportClock): Ticker => {
  const spacing = Math.max(SECOND, (SECOND / PER_REAL_SECOND) * clinicalClock.speed);
  let wanted: EpochMs = Infinity;
  let last: EpochMs = -Infinity;
  let armed: { readonly at: EpochMs; readonly timer: Timer } | null = null;
  let writing = false;
  let stopped = false;

  const tick = (): void => {
    armed = null;
    if (stopped || writing) return;
    const at = clinicalClock.now();
    if (at < Math.max(wanted, last + spacing)) return arm();
    writing = true;
    last = at;
    journal.append({ kind: "tick", at }, (outcome) => {
      writing = false;
      // Once journaled the follower applies it and says when the next is wanted.
      if (!outcome.ok && outcome.reason !== "closed") transportClock.after(RETRY_AFTER, arm);
    });
  };
  const arm = (): void => {
    if (stopped || writing || wanted === Infinity) return;
    const at = Math.max(wanted, last + spacing);
    if (armed !== null && armed.at <= at) return;
    armed?.timer.cancel();
    armed = { at, timer: clinicalClock.wakeAt(at, tick) };
  };

  return {
    wakeAt: (at) => {
      wanted = at;
      arm();
    },
    stop: () => {
      stopped = true;
      armed?.timer.cancel();
    },
  };
};
