/** Adds samples to a minute: the one definition of a roll-up, used on arrival, on recomputation and on reading. */
import { QUALITY } from "#core/samples/sample.ts";
import { OFF_BODY } from "#core/samples/flags.ts";
import { MINUTE } from "#core/time.ts";
import type { EpochMs } from "#core/time.ts";

export interface Minute {
  /** Whole minutes since 1970. */
  m: number;
  n: number;
  low: number;
  high: number;
  total: number;
  last: number;
  lastT: EpochMs;
  firstT: EpochMs;
  /** Samples without a usable value, and how many of them because nothing was measured at all. */
  bad: number;
  probeOff: number;
}

export const createMinute = (m: number): Minute => ({
  m,
  n: 0,
  low: Infinity,
  high: -Infinity,
  total: 0,
  last: Number.NaN,
  lastT: -Infinity,
  firstT: Infinity,
  bad: 0,
  probeOff: 0,
});

/** Makes it an empty roll-up of another minute. */
export const resetMinute = (minute: Minute, m: number): void => {
  minute.m = m;
  minute.n = minute.total = minute.bad = minute.probeOff = 0;
  minute.low = minute.firstT = Infinity;
  minute.high = minute.lastT = -Infinity;
  minute.last = Number.NaN;
};

export const minuteOf = (t: EpochMs): number => Math.floor(t / MINUTE);

export const encodeMark = (quality: number, flags: number): number => flags * 4 + quality;
/** Counts in n, min, max and mean: good or degraded, with a value. */
export const isUsable = (value: number, mark: number): boolean => (mark & 3) !== QUALITY.bad && !Number.isNaN(value);
export const isDegraded = (mark: number): boolean => (mark & 3) === QUALITY.degraded;
const isProbeOff = (mark: number): boolean => ((mark >>> 2) & OFF_BODY) !== 0;

export const addSample = (minute: Minute, t: EpochMs, value: number, mark: number): void => {
  if (!isUsable(value, mark)) {
    minute.bad += 1;
    if (isProbeOff(mark)) minute.probeOff += 1;
    return;
  }
  minute.n += 1;
  if (value < minute.low) minute.low = value;
  if (value > minute.high) minute.high = value;
  minute.total += value;
  if (t >= minute.lastT) {
    minute.last = value;
    minute.lastT = t;
  }
  if (t < minute.firstT) minute.firstT = t;
};

export const addMinute = (into: Minute, other: Minute): void => {
  into.bad += other.bad;
  into.probeOff += other.probeOff;
  if (other.n === 0) return;
  into.n += other.n;
  into.low = Math.min(into.low, other.low);
  into.high = Math.max(into.high, other.high);
  into.total += other.total;
  if (other.lastT >= into.lastT) {
    into.last = other.last;
    into.lastT = other.lastT;
  }
  into.firstT = Math.min(into.firstT, other.firstT);
};
