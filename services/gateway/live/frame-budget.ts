/** How much a viewer may send: a bucket for all frames, a shorter patience for frames that make no sense (reliability S26). */
import type { DurationMs } from "#core/time.ts";

const BURST = 100;
const PER_SECOND = 20;
const BAD_FRAMES = 10;
const BAD_WINDOW: DurationMs = 60_000;

export interface FrameBudget {
  /** False: too many frames. */
  takeFrame(): boolean;
  /** False: too many bad ones. */
  takeBadFrame(): boolean;
}

export const createFrameBudget = (monotonic: () => DurationMs): FrameBudget => {
  let tokens = BURST;
  let filledAt = monotonic();
  let bad: DurationMs[] = [];
  return {
    takeFrame() {
      const now = monotonic();
      tokens = Math.min(BURST, tokens + ((now - filledAt) / 1000) * PER_SECOND);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    takeBadFrame() {
      const now = monotonic();
      bad = bad.filter((at) => now - at < BAD_WINDOW);
      bad.push(now);
      return bad.length < BAD_FRAMES;
    },
  };
};
