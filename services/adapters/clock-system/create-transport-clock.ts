/** Real time, for sign-ins, throttles, heartbeats and retries. Its timers never keep the process alive. */
import type { Timer, TransportClock } from "#ports/clock.ts";

/** Longest delay Node's timers take; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

export const createTransportClock = (): TransportClock => {
  const after = (delay: number, call: () => void): Timer => {
    let handle: NodeJS.Timeout;
    const arm = (left: number): void => {
      const step = Math.min(Math.max(0, left), LONGEST);
      handle = setTimeout(() => (left > step ? arm(left - step) : call()), step).unref();
    };
    arm(delay);
    return { cancel: () => clearTimeout(handle) };
  };
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after,
    every: (period, call) => {
      const handle = setInterval(call, period).unref();
      return { cancel: () => clearInterval(handle) };
    },
  };
};
