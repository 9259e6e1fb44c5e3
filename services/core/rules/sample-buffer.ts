/** The recent samples of one stream in time order, seven bytes each, in arrays that grow on demand: a spot device costs almost nothing. */
import { moveCells } from "#core/rules/move-cells.ts";
import { PackedTimes } from "#core/rules/packed-times.ts";
import { PackedValues } from "#core/rules/packed-values.ts";
import type { EpochMs } from "#core/time.ts";

const FIRST_CAPACITY = 8;
/** Fuller than this after old samples left, it grows; emptier, what is left only moves down. */
const FULL = 7 / 8;
const GROWTH = 5 / 4;
/** Two bits of quality; the rest tells apart measurements of one instant by their identity tags. */
const IDENTITIES = 62;

export class SampleBuffer {
  readonly times: PackedTimes;
  readonly values: PackedValues;
  marks: Uint8Array<ArrayBuffer>;
  start = 0;
  end = 0;
  /** How far indices moved down at the last append: windows follow. */
  moved = 0;
  /** How many samples it is expected to hold: growth goes there at once. */
  expected = 0;
  readonly #identities: string[];

  constructor(capacity = FIRST_CAPACITY, identities: readonly string[] = [""]) {
    this.times = new PackedTimes(capacity);
    this.values = new PackedValues(capacity);
    this.marks = new Uint8Array(capacity);
    this.#identities = [...identities];
  }

  get capacity(): number {
    return this.marks.length;
  }

  markOf(quality: number, identity: string): number {
    if (identity === "") return quality;
    let index = this.#identities.indexOf(identity);
    if (index < 0) {
      index = Math.min(this.#identities.length, IDENTITIES);
      this.#identities[index] = identity;
    }
    return quality | (index << 2);
  }

  qualityAt(index: number): number {
    return (this.marks[index] as number) & 3;
  }

  get newestT(): EpochMs {
    return this.end > this.start ? this.times.at(this.end - 1) : Number.NEGATIVE_INFINITY;
  }

  append(t: EpochMs, value: number, mark: number, keepFrom: EpochMs): void {
    this.moved = 0;
    if (this.end === this.marks.length) this.#room(keepFrom);
    this.#set(this.end++, t, value, mark);
  }

  #set(at: number, t: EpochMs, value: number, mark: number): void {
    this.times.set(at, t);
    this.values.set(at, value);
    this.marks[at] = mark;
  }

  /** Index at which a sample of `t` goes: after everything at or before it. */
  placeOf(t: EpochMs): number {
    let at = this.end;
    while (at > this.start && this.times.at(at - 1) > t) at--;
    return at;
  }

  /** Whether the same identity is already there at `t`; the first wins. */
  has(t: EpochMs, mark: number): boolean {
    for (let at = this.placeOf(t) - 1; at >= this.start && this.times.at(at) === t; at--) {
      if ((this.marks[at] as number) >> 2 === mark >> 2) return true;
    }
    return false;
  }

  insert(t: EpochMs, value: number, mark: number, keepFrom: EpochMs): number {
    this.append(t, value, mark, keepFrom);
    let at = this.end - 1;
    for (; at > this.start && this.times.at(at - 1) > t; at--)
      this.#set(at, this.times.at(at - 1), this.values.at(at - 1), this.marks[at - 1] as number);
    this.#set(at, t, value, mark);
    return at;
  }

  #room(keepFrom: EpochMs): void {
    let first = this.start;
    while (first < this.end && this.times.at(first) < keepFrom) first++;
    const kept = this.end - first;
    let capacity = this.capacity;
    if (kept > capacity * FULL) capacity = capacity < 32 ? capacity * 2 : Math.max(Math.ceil(capacity * GROWTH), this.expected);
    this.times.keep(first, kept, capacity);
    this.values.keep(first, kept, capacity);
    const { marks } = this;
    if (capacity !== marks.length) this.marks = new Uint8Array(capacity);
    moveCells(marks, first, kept, this.marks);
    this.moved = first;
    this.start = 0;
    this.end = kept;
  }

  identities(): readonly string[] {
    return this.#identities;
  }
}
