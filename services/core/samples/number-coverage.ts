/** Which message numbers of one counter's life are on disk: the highest, and the ranges never seen (semantics 2). */

/** A receipt lists the newest 100 missing numbers (contract section 2). */
const MISSING_LISTED = 100;
/** A number asked for this often leaves the list and becomes a recorded data gap (semantics 2.2). */
const ASKS_BEFORE_GAP = 5;
/** A device that skips every second number must not cost memory without end: the oldest ranges become data gaps. */
const RANGES_KEPT = 2_000;
/** Given-up ranges remembered, newest last, so that one that comes after all can be closed. */
const GIVEN_UP_KEPT = 1_000;

export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

export interface CoverageState {
  readonly first: number;
  readonly highest: number;
  readonly ranges: readonly NumberRange[];
  readonly asked: readonly (readonly [number, number])[];
  readonly givenUp?: readonly NumberRange[];
}

/** Mutable coverage of one life; every answer is a plain value. */
export class NumberCoverage {
  #first: number;
  #highest: number;
  /** Missing ranges, ascending, disjoint. */
  #ranges: NumberRange[];
  readonly #asked: Map<number, number>;
  #givenUp: NumberRange[];

  constructor(first: number, state?: CoverageState) {
    this.#first = state?.first ?? first;
    this.#highest = state?.highest ?? first;
    this.#ranges = [...(state?.ranges ?? [])];
    this.#asked = new Map(state?.asked ?? []);
    this.#givenUp = [...(state?.givenUp ?? [])];
  }

  get first(): number {
    return this.#first;
  }

  get highest(): number {
    return this.#highest;
  }

  get hasMissing(): boolean {
    return this.#ranges.length > 0;
  }

  /** True when this number had been given up and is there after all: its recorded gap closes. */
  reclaim(seq: number): boolean {
    if (!this.#isGivenUp(seq)) return false;
    this.#givenUp = without(this.#givenUp, seq, seq);
    return true;
  }

  /** Whether this number is on disk, voided or given up. */
  has(seq: number): boolean {
    return seq >= this.#first && seq <= this.#highest && !this.#ranges.some((range) => seq >= range.from && seq <= range.to);
  }

  /** True when it came, not only is no longer asked for. */
  saw(seq: number): boolean {
    return this.has(seq) && !this.#isGivenUp(seq);
  }

  #isGivenUp(seq: number): boolean {
    return this.#givenUp.some((range) => seq >= range.from && seq <= range.to);
  }

  /** Marks a number as on disk. Returns ranges that had to be given up to keep memory bounded. */
  add(seq: number): readonly NumberRange[] {
    if (seq > this.#highest) {
      if (seq > this.#highest + 1) this.#ranges.push({ from: this.#highest + 1, to: seq - 1 });
      this.#highest = seq;
      if (this.#ranges.length <= RANGES_KEPT) return NONE;
      const dropped = [this.#drop(0)];
      this.#giveUp(dropped);
      return dropped;
    }
    this.#fill(seq);
    return NONE;
  }

  /** The newest missing numbers, ascending, at most 100; counts them as asked for. Those asked too often are returned as gaps and leave the list. */
  ask(): { readonly missing: number[]; readonly gaps: readonly NumberRange[] } {
    if (this.#ranges.length === 0) return { missing: [], gaps: NONE };
    const missing = this.#newestMissing();
    const givenUp: number[] = [];
    for (const seq of missing) {
      const asks = (this.#asked.get(seq) ?? 0) + 1;
      if (asks >= ASKS_BEFORE_GAP) givenUp.push(seq);
      else this.#asked.set(seq, asks);
    }
    for (const seq of givenUp) this.#fill(seq);
    const gaps = toRanges(givenUp);
    this.#giveUp(gaps);
    return { missing, gaps };
  }

  /** These numbers will not come: they are no longer missing. */
  close(from: number, to: number): void {
    this.#ranges = without(this.#ranges, from, to);
    this.#giveUp([{ from, to }]);
    for (const seq of this.#asked.keys()) if (seq >= from && seq <= to) this.#asked.delete(seq);
  }

  state(): CoverageState {
    return { first: this.#first, highest: this.#highest, ranges: [...this.#ranges], asked: [...this.#asked], givenUp: [...this.#givenUp] };
  }

  #giveUp(ranges: readonly NumberRange[]): void {
    if (ranges.length > 0) this.#givenUp = [...this.#givenUp, ...ranges].slice(-GIVEN_UP_KEPT);
  }

  #newestMissing(): number[] {
    const missing: number[] = [];
    for (let index = this.#ranges.length - 1; index >= 0 && missing.length < MISSING_LISTED; index--) {
      const range = this.#ranges[index] as NumberRange;
      for (let seq = range.to; seq >= range.from && missing.length < MISSING_LISTED; seq--) missing.push(seq);
    }
    return missing.reverse();
  }

  #fill(seq: number): void {
    const index = this.#ranges.findIndex((range) => seq >= range.from && seq <= range.to);
    if (index < 0) return;
    const { from, to } = this.#ranges[index] as NumberRange;
    const rest: NumberRange[] = [];
    if (seq > from) rest.push({ from, to: seq - 1 });
    if (seq < to) rest.push({ from: seq + 1, to });
    this.#ranges.splice(index, 1, ...rest);
    this.#asked.delete(seq);
  }

  #drop(index: number): NumberRange {
    const [range] = this.#ranges.splice(index, 1);
    return range as NumberRange;
  }
}

const NONE: readonly NumberRange[] = [];

const without = (ranges: readonly NumberRange[], from: number, to: number): NumberRange[] =>
  ranges.flatMap((range) => {
    if (to < range.from || from > range.to) return [range];
    const rest: NumberRange[] = [];
    if (from > range.from) rest.push({ from: range.from, to: from - 1 });
    if (to < range.to) rest.push({ from: to + 1, to: range.to });
    return rest;
  });

const toRanges = (ascending: readonly number[]): NumberRange[] => {
  const ranges: NumberRange[] = [];
  for (const seq of ascending) {
    const last = ranges.at(-1);
    if (last !== undefined && last.to === seq - 1) ranges[ranges.length - 1] = { from: last.from, to: seq };
    else ranges.push({ from: seq, to: seq });
  }
  return ranges;
};
