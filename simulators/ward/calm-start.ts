/** Randomness of a device whose long misfortunes wait: for so long nothing comes off and no finger is cold; everything else is as ever. */
import type { Random } from "../random.ts";

/** What lasts long enough for somebody to be told of it. */
const LONG = new Set(["off", "cold"]);

export const calmStart = (random: Random, isCalm: () => boolean): Random => {
  const waiting = (own: Random): Random => ({ ...own, chance: (p) => own.chance(p) && !isCalm() });
  // Sensors on a hub have branches of their own.
  return { ...random, fork: (name) => (LONG.has(name) ? waiting(random.fork(name)) : calmStart(random.fork(name), isCalm)) };
};
