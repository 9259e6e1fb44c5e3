/** How wrong a device's clock is: a stream whose time advances at 0.9–1.1 × arrival is live whatever its offset (semantics 3.1). */
import { type DurationMs, type EpochMs, MINUTE, SECOND } from "#core/time.ts";

/** A verdict needs this much of a run (D): shorter ones cannot tell a backlog from a clock. */
const SHORTEST_RUN: DurationMs = 30 * SECOND;
const MESSAGES_NEEDED = 8;
/** How unevenly messages may travel in a run, beside a tenth of it (D): a backlog that goes on after a pause passes any rate on its way. */
const UNEVEN: DurationMs = 10 * SECOND;
/** A run longer than this is a spot device's week, not a stream. */
const LONGEST_RUN: DurationMs = 30 * MINUTE;

export const DRIFT_RAISES: DurationMs = MINUTE;
export const DRIFT_CLEARS: DurationMs = 5 * SECOND;

export class ClockOffset {
  /** Add to the device's `t` to get our time; 0 until a run proves otherwise. */
  offset = 0;
  #firstT = Number.NaN;
  #firstArrival = Number.NaN;
  #lastT = Number.NEGATIVE_INFINITY;
  #smallest = Number.POSITIVE_INFINITY;
  #largest = Number.NEGATIVE_INFINITY;
  #messages = 0;

  /** One message's newest `t`; true when the run proved a (new) offset. */
  observe(t: EpochMs, arrivedAt: EpochMs): boolean {
    if (t <= this.#lastT && t >= this.#lastT - LONGEST_RUN) return false;
    const gap = arrivedAt - t;
    const byArrival = arrivedAt - this.#firstArrival;
    const byDevice = t - this.#firstT;
    this.#lastT = t;
    if (!(byArrival <= LONGEST_RUN && byArrival >= 0 && byDevice >= 0) || byDevice > 1.1 * byArrival + 10 * SECOND) {
      this.#begin(t, arrivedAt, gap);
      return false;
    }
    this.#messages++;
    if (gap < this.#smallest) this.#smallest = gap;
    if (gap > this.#largest) this.#largest = gap;
    if (byArrival < SHORTEST_RUN || this.#messages < MESSAGES_NEEDED) return false;
    const isEven = this.#largest - this.#smallest <= 0.1 * byArrival + UNEVEN;
    const live = isEven && byDevice >= 0.9 * byArrival && byDevice <= 1.1 * byArrival;
    // What a message needs to travel is no fault of a clock.
    if (live) this.offset = Math.abs(this.#smallest) < DRIFT_CLEARS ? 0 : this.#smallest;
    this.#begin(t, arrivedAt, gap);
    return live;
  }

  #begin(t: EpochMs, arrivedAt: EpochMs, gap: number): void {
    this.#firstT = t;
    this.#firstArrival = arrivedAt;
    this.#smallest = gap;
    this.#largest = gap;
    this.#messages = 1;
  }

  state(): readonly number[] {
    return [this.offset, this.#firstT, this.#firstArrival, this.#lastT, this.#smallest, this.#messages, this.#largest];
  }

  restore(state: readonly number[]): void {
    [this.offset = 0, this.#firstT = Number.NaN, this.#firstArrival = Number.NaN] = state;
    this.#lastT = state[3] ?? Number.NEGATIVE_INFINITY;
    this.#smallest = state[4] ?? Number.POSITIVE_INFINITY;
    this.#messages = state[5] ?? 0;
    this.#largest = state[6] ?? this.#smallest;
  }
}
