/** A value that jumps faster than a body can is bad until it has been stable for 10 s (domain 4.6, semantics 1.3). */
import type { SampleBuffer } from "#core/rules/sample-buffer.ts";
import { type DurationMs, type EpochMs, SECOND } from "#core/time.ts";

interface Pace {
  /** More than this much … */
  readonly change: number;
  /** … between one-second means at most this far apart. */
  readonly within: DurationMs;
}

const HEART: readonly Pace[] = [{ change: 40, within: 5 * SECOND }];
const PACES: Readonly<Record<string, readonly Pace[]>> = {
  spo2: [
    { change: 4, within: SECOND },
    { change: 10, within: 10 * SECOND },
  ],
  heart_rate: HEART,
  pulse_rate: HEART,
  resp_rate: [{ change: 12, within: 30 * SECOND }],
  body_temp: [{ change: 0.5, within: 60 * SECOND }],
};
const STABLE: DurationMs = 10 * SECOND;

export interface PaceLimit {
  readonly paces: readonly Pace[];
  /** The strictest change: a band narrower than this cannot hold a jump. */
  readonly smallest: number;
  readonly longest: DurationMs;
}

export const paceLimitOf = (metricKey: string): PaceLimit | null => {
  const paces = PACES[metricKey];
  if (paces === undefined) return null;
  return { paces, smallest: Math.min(...paces.map((pace) => pace.change)), longest: Math.max(...paces.map((pace) => pace.within)) };
};

export class RateOfChange {
  readonly #limit: PaceLimit;
  badUntil: EpochMs = Number.NEGATIVE_INFINITY;
  /** Every recent value lies in here; wider than the truth until it is measured again. */
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  constructor(limit: PaceLimit) {
    this.#limit = limit;
  }

  /** Whether the sample (not yet in the buffer) is too fast, or comes too soon after one that was. */
  judge(buffer: SampleBuffer, t: EpochMs, value: number): boolean {
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
    if (this.#high - this.#low > this.#limit.smallest) this.#measure(buffer, t, value);
    return t < this.badUntil;
  }

  /** Compares the mean of this second with those before it. */
  #measure(buffer: SampleBuffer, t: EpochMs, value: number): void {
    const { times, values } = buffer;
    const second = Math.floor(t / SECOND);
    let at = buffer.end - 1;
    let sum = value;
    let count = 1;
    this.#low = value;
    this.#high = value;
    for (; at >= buffer.start && Math.floor(times.at(at) / SECOND) >= second; at--) {
      const held = values.at(at);
      if (Math.floor(times.at(at) / SECOND) !== second || held !== held) continue;
      sum += held;
      count++;
      this.#widen(held);
    }
    const mean = sum / count;
    const oldest = second - this.#limit.longest / SECOND;
    while (at >= buffer.start) {
      const earlier = Math.floor(times.at(at) / SECOND);
      if (earlier < oldest) return;
      let earlierSum = 0;
      let earlierCount = 0;
      for (; at >= buffer.start && Math.floor(times.at(at) / SECOND) === earlier; at--) {
        const held = values.at(at);
        if (held !== held) continue;
        earlierSum += held;
        earlierCount++;
        this.#widen(held);
      }
      if (earlierCount > 0) this.#compare(Math.abs(mean - earlierSum / earlierCount), (second - earlier) * SECOND, t);
    }
  }

  #compare(change: number, apart: DurationMs, t: EpochMs): void {
    for (const pace of this.#limit.paces) {
      if (apart <= pace.within && change > pace.change) this.badUntil = Math.max(this.badUntil, t + STABLE);
    }
  }

  #widen(value: number): void {
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
  }

  state(): readonly number[] {
    return [this.badUntil, this.#low, this.#high];
  }

  restore(state: ArrayLike<number>): void {
    this.badUntil = state[0] ?? Number.NEGATIVE_INFINITY;
    this.#low = state[1] ?? Number.POSITIVE_INFINITY;
    this.#high = state[2] ?? Number.NEGATIVE_INFINITY;
  }
}
