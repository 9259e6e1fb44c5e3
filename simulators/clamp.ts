/** Keeps a value inside what a body or an instrument allows. */

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
