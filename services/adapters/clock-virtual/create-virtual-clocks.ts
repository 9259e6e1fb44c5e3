/** Both clocks, moved by hand: for tests. Due timers fire in the order of their times, each at its own time. */
import type { ClinicalClock, Timer, TransportClock } from "#ports/clock.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";

export interface VirtualClocks {
  readonly clinical: ClinicalClock;
  readonly transport: TransportClock;
  /** Moves both clocks; the clinical one by `speed` times as much. */
  readonly advance: (by: DurationMs) => void;
  /** Timers that wait. */
  readonly waiting: number;
}

interface Waiting {
  /** In transport time. */
  at: EpochMs;
  readonly order: number;
  readonly period: DurationMs | null;
  readonly call: () => void;
}

export const createVirtualClocks = (options: { readonly start?: EpochMs; readonly speed?: number } = {}): VirtualClocks => {
  const { start = 1_795_255_200_000, speed = 1 } = options;
  const timers = new Set<Waiting>();
  let elapsed: DurationMs = 0;
  let order = 0;

  const add = (at: EpochMs, period: DurationMs | null, call: () => void): Timer => {
    const timer: Waiting = { at: Math.max(at, elapsed), order: order++, period, call };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  };
  const nextDue = (until: DurationMs): Waiting | undefined => {
    let next: Waiting | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  };

  return {
    clinical: {
      now: () => start + elapsed * speed,
      speed,
      wakeAt: (at, call) => add((at - start) / speed, null, call),
    },
    transport: {
      now: () => start + elapsed,
      monotonic: () => elapsed,
      after: (delay, call) => add(elapsed + delay, null, call),
      every: (period, call) => add(elapsed + period, Math.max(1, period), call),
    },
    advance: (by) => {
      const until = elapsed + by;
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        elapsed = Math.max(elapsed, timer.at);
        if (timer.period === null) timers.delete(timer);
        else timer.at += timer.period;
        timer.call();
      }
      elapsed = until;
    },
    get waiting() {
      return timers.size;
    },
  };
};
