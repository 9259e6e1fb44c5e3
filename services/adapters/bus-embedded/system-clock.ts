/** The machine's monotonic time and timers, where the caller brings no clock of its own. */
import { performance } from "node:perf_hooks";
import type { TransportClock } from "#ports/clock.ts";

export type BusClock = Pick<TransportClock, "monotonic" | "after" | "every">;

export const SYSTEM_CLOCK: BusClock = {
  monotonic: () => performance.now(),
  after: (delay, call) => {
    const timer = setTimeout(call, delay);
    return { cancel: () => clearTimeout(timer) };
  },
  every: (period, call) => {
    const timer = setInterval(call, period);
    return { cancel: () => clearInterval(timer) };
  },
};
