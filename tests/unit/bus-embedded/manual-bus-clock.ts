/** Time that stands still until a test moves it. */
import type { BusClock } from "#adapters/bus-embedded/system-clock.ts";

export interface ManualBusClock extends BusClock {
  advance(ms: number): void;
}

export const createManualBusClock = (): ManualBusClock => {
  let now = 1_000;
  const timers = new Set<{ at: number; every: number; call: () => void }>();
  const add = (delay: number, every: number, call: () => void) => {
    const timer = { at: now + delay, every, call };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  };
  return {
    monotonic: () => now,
    after: (delay, call) => add(delay, 0, call),
    every: (period, call) => add(period, period, call),
    advance: (ms) => {
      const until = now + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = next.at;
        if (next.every > 0) next.at += next.every;
        else timers.delete(next);
        next.call();
      }
      now = until;
    },
  };
};
