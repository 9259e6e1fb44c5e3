/** Times and durations of the whole product: milliseconds, event times since 1970 UTC. */

/** Milliseconds since 1970-01-01T00:00:00Z. Clinical time unless a name says `wall`. */
export type EpochMs = number;
/** A duration in milliseconds. */
export type DurationMs = number;

export const SECOND: DurationMs = 1_000;
export const MINUTE: DurationMs = 60_000;
export const HOUR: DurationMs = 3_600_000;
export const DAY: DurationMs = 86_400_000;
