/** What is left undone comes in runs: a miss makes the next more likely (domain 5.5). */
import type { Random } from "../random.ts";

const MISS_AFTER_MISS = 0.55;
/** Weekends make misses likelier. */
const WEEKEND = 0.05;

/** For `count` occasions in a row: done or missed. `share` of them are done in the long run; 0 and 1 are kept exactly. */
export const planAdherence = (count: number, share: number, isWeekend: (index: number) => boolean, random: Random): boolean[] => {
  if (share >= 1 || share <= 0) return Array.from({ length: count }, () => share >= 1);
  // P(miss | done) that makes the long run come out; with little adherence the runs grow longer instead.
  const missAfterDone = Math.min(0.95, ((1 - MISS_AFTER_MISS) * (1 - share)) / share);
  const missAfterMiss = Math.max(MISS_AFTER_MISS, 1 - (missAfterDone * share) / (1 - share));
  let missed = random.chance(1 - share);
  return Array.from({ length: count }, (_, index) => {
    missed = random.chance((missed ? missAfterMiss : missAfterDone) + (isWeekend(index) ? WEEKEND : 0));
    return !missed;
  });
};
