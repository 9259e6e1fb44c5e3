/** Courses of recovery over weeks, fitted to published cohorts (domain 5.5). */

/** Active flexion after a new knee, degrees; the slow group stops at 85. */
export const kneeFlexion = (weeks: number, slow: boolean): number =>
  slow ? 85 - 25 * Math.exp(-weeks / 2) : 117 - 46.9 * Math.exp(-weeks / 4.2);

/** Degrees short of straight. */
export const kneeExtensionDeficit = (weeks: number): number => 1 + 12 * Math.exp(-weeks / 4.72);

/** Pain at rest, 0–10. */
export const kneePain = (weeks: number): number => 5.5 * Math.exp(-weeks / 3.5) + 1;

/** Share of the way from the first day to week twelve that walking has come. */
export const kneeWalking = (weeks: number): number => Math.min(1, (1 - Math.exp(-weeks / 5)) / (1 - Math.exp(-12 / 5)));

/** Share of the whole gain in speed that a stroke survivor has made. */
export const strokeWalking = (weeks: number): number => 1 - Math.exp(-weeks / 8);

/** Share of the first asymmetry that is left: a fifth less after twelve weeks. */
export const strokeAsymmetry = (weeks: number): number => 1 - 0.2 * Math.min(1, weeks / 12);
