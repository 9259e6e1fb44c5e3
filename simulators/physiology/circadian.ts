/** The swing of a body over the day (domain 5.1). */

const OMEGA = (2 * Math.PI) / 24;
/** Mean of the swing over the waking hours (06:30–22:30) for a crest at 15 h: levels are stated awake. */
const AWAKE_MEAN = 0.41;

/** Crest 1 at `acrophase` o'clock; `hour` is local, fractional. */
export const circadian = (hour: number, acrophase: number): number => Math.cos(OMEGA * (hour - acrophase));

/** The same with a mean of zero while awake, for signals with their crest in the afternoon. */
export const awakeCircadian = (hour: number, acrophase: number): number => circadian(hour, acrophase) - AWAKE_MEAN;
