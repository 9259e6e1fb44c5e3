/** Times in ascending order in four bytes each, as distances from a base; in eight while they lie too far apart for that. */
import { moveCells } from "#core/rules/move-cells.ts";
import type { EpochMs } from "#core/time.ts";

/** The base lies this far before the first time: about 25 days either way, for what comes late and for what comes next. */
const AHEAD = 2 ** 31;
/** Beyond this the base moves up, before its reach ends. */
const FAR_AHEAD = 3 * 2 ** 30;
const NONE = new Uint32Array(0);

export class PackedTimes {
  #base = Number.NaN;
  #near: Uint32Array<ArrayBuffer>;
  /** The times as they are, instead. */
  #far: Float64Array<ArrayBuffer> | null = null;

  constructor(capacity: number) {
    this.#near = new Uint32Array(capacity);
  }

  at(index: number): EpochMs {
    const far = this.#far;
    return far === null ? this.#base + (this.#near[index] as number) : (far[index] as number);
  }

  set(index: number, t: EpochMs): void {
    const far = this.#far;
    if (far !== null) {
      far[index] = t;
      return;
    }
    const distance = t - this.#base;
    this.#near[index] = distance;
    // Not what went in: the very first, out of reach, or between two milliseconds.
    if (this.#near[index] !== distance) this.#refit(index, t);
  }

  #refit(index: number, t: EpochMs): void {
    if (Number.isNaN(this.#base)) {
      this.#base = Math.floor(t) - AHEAD;
      this.set(index, t);
    } else {
      this.#far = Float64Array.from(this.#near, (distance) => this.#base + distance);
      this.#far[index] = t;
      this.#near = NONE;
    }
  }

  /** Keeps `count` times from `first` on, at the beginning of `capacity` places. */
  keep(first: number, count: number, capacity: number): void {
    const far = this.#far;
    if (far !== null) {
      // What lay far from the rest may be gone: tried anew.
      this.#far = null;
      this.#near = new Uint32Array(capacity);
      this.#base = Number.NaN;
      for (let at = 0; at < count; at++) this.set(at, far[first + at] as number);
      return;
    }
    const from = this.#near;
    if (from.length !== capacity) this.#near = new Uint32Array(capacity);
    moveCells(from, first, count, this.#near);
    const oldest = this.#near[0] as number;
    if (count > 0 && oldest <= FAR_AHEAD) return;
    this.#base = count === 0 ? Number.NaN : this.#base + (oldest - AHEAD);
    for (let at = 0; at < count; at++) this.#near[at] = (this.#near[at] as number) - (oldest - AHEAD);
  }

  /** How they are held: distances from `base`, or with base NaN the times themselves. */
  state(start: number, end: number): { readonly base: number; readonly cells: Uint32Array | Float64Array } {
    return this.#far === null
      ? { base: this.#base, cells: this.#near.subarray(start, end) }
      : { base: Number.NaN, cells: this.#far.subarray(start, end) };
  }
}
