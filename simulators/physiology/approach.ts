/** First-order response: what a body does with a change (domain 5.4). */

/** `value` after `dtS` seconds on its way to `target`, exact for any stride. */
export const approach = (value: number, target: number, dtS: number, tauS: number): number =>
  target + (value - target) * Math.exp(-dtS / tauS);
