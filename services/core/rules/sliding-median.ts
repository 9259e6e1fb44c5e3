/** A multiset of numbers kept sorted in one typed array: the median of a window without sorting it again. */
export class SlidingMedian {
  #sorted: Float64Array;
  size = 0;

  constructor(capacity = 8) {
    this.#sorted = new Float64Array(capacity);
  }

  /** First place whose value is not below `value`. */
  #place(value: number): number {
    const sorted = this.#sorted;
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  insert(value: number): void {
    let sorted = this.#sorted;
    const size = this.size;
    if (size === sorted.length) {
      sorted = new Float64Array(size * 2);
      sorted.set(this.#sorted);
      this.#sorted = sorted;
    }
    let at = size;
    while (at > 0 && (sorted[at - 1] as number) > value) {
      sorted[at] = sorted[at - 1] as number;
      at--;
    }
    sorted[at] = value;
    this.size = size + 1;
  }

  remove(value: number): void {
    const sorted = this.#sorted;
    const last = this.size - 1;
    for (let at = this.#place(value); at < last; at++) sorted[at] = sorted[at + 1] as number;
    this.size = last;
  }

  /** One out, one in: in a steady stream the two lie close together and little moves. */
  replace(out: number, into: number): void {
    if (out === into) return;
    const sorted = this.#sorted;
    const last = this.size - 1;
    let at = this.#place(out);
    if (into > out) {
      while (at < last && (sorted[at + 1] as number) < into) {
        sorted[at] = sorted[at + 1] as number;
        at++;
      }
    } else {
      while (at > 0 && (sorted[at - 1] as number) > into) {
        sorted[at] = sorted[at - 1] as number;
        at--;
      }
    }
    sorted[at] = into;
  }

  clear(): void {
    this.size = 0;
  }

  /** Mean of the middle two for an even number (semantics 4.2). NaN when empty. */
  median(): number {
    const size = this.size;
    if (size === 0) return Number.NaN;
    const middle = size >>> 1;
    const upper = this.#sorted[middle] as number;
    return (size & 1) === 1 ? upper : ((this.#sorted[middle - 1] as number) + upper) / 2;
  }
}
