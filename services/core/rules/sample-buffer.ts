/** The recent samples of one stream in time order, in typed arrays that grow on demand: a spot device costs almost nothing. */
import type { EpochMs } from "#core/time.ts";

const FIRST_CAPACITY = 8;
/** Two bits of quality; the rest tells apart measurements of one instant by their identity tags. */
const IDENTITIES = 62;

export class SampleBuffer {
  times = new Float64Array(FIRST_CAPACITY);
  values = new Float64Array(FIRST_CAPACITY);
  marks = new Uint8Array(FIRST_CAPACITY);
  start = 0;
  end = 0;
  /** How far indices moved down at the last append: windows follow. */
  moved = 0;
  /** How many samples it is expected to hold: growth goes there at once. */
  expected = 0;
  readonly #identities: string[] = [""];

  markOf(quality: number, identity: string): number {
    if (identity === "") return quality;
    let index = this.#identities.indexOf(identity);
    if (index < 0) {
      index = Math.min(this.#identities.length, IDENTITIES);
      this.#identities[index] = identity;
    }
    return quality | (index << 2);
  }

  get newestT(): EpochMs {
    return this.end > this.start ? (this.times[this.end - 1] as number) : Number.NEGATIVE_INFINITY;
  }

  append(t: EpochMs, value: number, mark: number, keepFrom: EpochMs): void {
    this.moved = 0;
    if (this.end === this.times.length) this.#room(keepFrom);
    const at = this.end++;
    this.times[at] = t;
    this.values[at] = value;
    this.marks[at] = mark;
  }

  /** Index at which a sample of `t` goes: after everything at or before it. */
  placeOf(t: EpochMs): number {
    let at = this.end;
    while (at > this.start && (this.times[at - 1] as number) > t) at--;
    return at;
  }

  /** Whether the same identity is already there at `t`; the first wins. */
  has(t: EpochMs, mark: number): boolean {
    for (let at = this.placeOf(t) - 1; at >= this.start && this.times[at] === t; at--) {
      if ((this.marks[at] as number) >> 2 === mark >> 2) return true;
    }
    return false;
  }

  insert(t: EpochMs, value: number, mark: number, keepFrom: EpochMs): number {
    this.append(t, value, mark, keepFrom);
    let at = this.end - 1;
    for (; at > this.start && (this.times[at - 1] as number) > t; at--) {
      this.times[at] = this.times[at - 1] as number;
      this.values[at] = this.values[at - 1] as number;
      this.marks[at] = this.marks[at - 1] as number;
    }
    this.times[at] = t;
    this.values[at] = value;
    this.marks[at] = mark;
    return at;
  }

  #room(keepFrom: EpochMs): void {
    let first = this.start;
    while (first < this.end && (this.times[first] as number) < keepFrom) first++;
    const kept = this.end - first;
    const capacity = this.times.length;
    if (kept > capacity * 0.75) {
      const [times, values, marks] = [this.times, this.values, this.marks];
      const grown = capacity < 32 ? capacity * 2 : Math.max(Math.ceil(capacity * 1.5), this.expected);
      this.times = new Float64Array(grown);
      this.values = new Float64Array(grown);
      this.marks = new Uint8Array(grown);
      this.times.set(times.subarray(first, this.end));
      this.values.set(values.subarray(first, this.end));
      this.marks.set(marks.subarray(first, this.end));
    } else {
      this.times.copyWithin(0, first, this.end);
      this.values.copyWithin(0, first, this.end);
      this.marks.copyWithin(0, first, this.end);
    }
    this.moved = first;
    this.start = 0;
    this.end = kept;
  }

  identities(): readonly string[] {
    return this.#identities;
  }

  restoreIdentities(identities: readonly string[]): void {
    this.#identities.splice(0, this.#identities.length, ...identities);
  }
}
