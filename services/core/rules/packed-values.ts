/** Measured values in two bytes each, as hundredths, which is as fine as most sensors tell; in eight as soon as one is not exactly that. */
import { moveCells } from "#core/rules/move-cells.ts";

/** A division of whole numbers gives the very double that the decimal reads as: 3660 / 100 is 36.6 to the last bit. */
const PARTS = 100;
/** Stands for NaN, a sample without a value. */
const MISSING = -32_768;
const NONE = new Int16Array(0);

export const partsAsValue = (parts: number): number => (parts === MISSING ? Number.NaN : parts / PARTS);

export class PackedValues {
  #parts: Int16Array<ArrayBuffer>;
  /** The values as they are, instead. */
  #whole: Float64Array<ArrayBuffer> | null = null;

  constructor(capacity: number) {
    this.#parts = new Int16Array(capacity);
  }

  at(index: number): number {
    const whole = this.#whole;
    return whole === null ? partsAsValue(this.#parts[index] as number) : (whole[index] as number);
  }

  set(index: number, value: number): void {
    const whole = this.#whole;
    if (whole !== null) {
      whole[index] = value;
      return;
    }
    this.#parts[index] = value === value ? Math.round(value * PARTS) : MISSING;
    // Also −0, infinity and what 16 bits do not hold must come out as they went in.
    if (!Object.is(partsAsValue(this.#parts[index]), value)) {
      this.#whole = Float64Array.from(this.#parts, partsAsValue);
      this.#whole[index] = value;
      this.#parts = NONE;
    }
  }

  /** Keeps `count` values from `first` on, at the beginning of `capacity` places. */
  keep(first: number, count: number, capacity: number): void {
    const whole = this.#whole;
    if (whole === null) {
      const from = this.#parts;
      if (from.length !== capacity) this.#parts = new Int16Array(capacity);
      moveCells(from, first, count, this.#parts);
      return;
    }
    // The value that did not fit may be gone: tried anew.
    this.#whole = null;
    this.#parts = new Int16Array(capacity);
    for (let at = 0; at < count; at++) this.set(at, whole[first + at] as number);
  }

  /** How they are held: as hundredths or as they are. */
  state(start: number, end: number): Int16Array | Float64Array {
    return (this.#whole ?? this.#parts).subarray(start, end);
  }
}
