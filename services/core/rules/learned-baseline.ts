/** A patient's own level of a metric: the median of 14 stable days of explicit rest, once there are 10 (domain 2.1 and 4.5, semantics 5.10). */
import { zoneOffset } from "#core/alerts/working-time.ts";
import { DAY, type EpochMs, MINUTE } from "#core/time.ts";

const DAYS = 14;
const DAYS_NEEDED = 10;
/** Less rest than this says nothing about a day. */
const MINUTES_NEEDED = 30;
/** Days that lie further back are another time of life (D): unstable days in between do not count, but do pass. */
const OLDEST = 30;
/** Values are counted in tenths: a day of a stream costs a handful of counters. */
const STEP = 10;

export interface LearnedState {
  readonly days: readonly (readonly [day: number, median: number])[];
  readonly endsAt: EpochMs;
  readonly day: number;
  readonly minute: number;
  readonly minutes: number;
  readonly counts: readonly (readonly [tenths: number, count: number])[];
}

export const NOTHING_LEARNED: LearnedState = { days: [], endsAt: -1, day: 0, minute: -1, minutes: 0, counts: [] };

/** It is a level to compare with, never a limit: limits are clinicians' (domain 4.4). */
export class LearnedBaseline {
  /** Stable days, oldest first. */
  #days: (readonly [day: number, median: number])[];
  #endsAt: EpochMs;
  #day: number;
  #minute: number;
  #minutes: number;
  readonly #counts: Map<number, number>;

  constructor(state: LearnedState) {
    this.#days = [...state.days];
    this.#endsAt = state.endsAt;
    this.#day = state.day;
    this.#minute = state.minute;
    this.#minutes = state.minutes;
    this.#counts = new Map(state.counts);
  }

  /** Undefined until enough days are known. */
  get value(): number | undefined {
    if (this.#days.length < DAYS_NEEDED) return undefined;
    const medians = this.#days.map(([, median]) => median).sort((a, b) => a - b);
    return ((medians[(medians.length - 1) >> 1] as number) + (medians[medians.length >> 1] as number)) / 2;
  }

  /** A good value at explicit rest, in our time; true when it ended a day and the level moved. What is of an earlier day is left out. */
  add(at: EpochMs, value: number, timeZone: string): boolean {
    let moved = false;
    if (at >= this.#endsAt) {
      const before = this.value;
      this.#begin(at, timeZone);
      moved = this.value !== before;
    } else if (at < this.#endsAt - DAY) return false;
    const minute = Math.floor(at / MINUTE);
    if (minute > this.#minute) {
      this.#minute = minute;
      this.#minutes++;
    }
    const tenths = Math.round(value * STEP);
    this.#counts.set(tenths, (this.#counts.get(tenths) ?? 0) + 1);
    return moved;
  }

  #begin(at: EpochMs, timeZone: string): void {
    if (this.#minutes >= MINUTES_NEEDED) this.#days.push([this.#day, this.#median()]);
    const shift = zoneOffset(at, timeZone);
    this.#day = Math.floor((at + shift) / DAY);
    this.#endsAt = (this.#day + 1) * DAY - shift;
    this.#minute = -1;
    this.#minutes = 0;
    this.#counts.clear();
    this.#days = this.#days.filter(([day]) => day >= this.#day - OLDEST).slice(-DAYS);
  }

  /** Of the day's values: the mean of the middle two when their number is even. */
  #median(): number {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    const total = sorted.reduce((sum, [, count]) => sum + count, 0);
    const at = (rank: number): number => {
      let passed = 0;
      for (const [tenths, count] of sorted) {
        passed += count;
        if (rank < passed) return tenths / STEP;
      }
      return Number.NaN;
    };
    return (at((total - 1) >> 1) + at(total >> 1)) / 2;
  }

  state(): LearnedState {
    return {
      days: this.#days,
      endsAt: this.#endsAt,
      day: this.#day,
      minute: this.#minute,
      minutes: this.#minutes,
      counts: [...this.#counts],
    };
  }
}
