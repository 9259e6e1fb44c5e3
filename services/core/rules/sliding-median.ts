/** A multiset of numbers kept sorted, each once with how often it is there: the median of a window without sorting it again. */
const FIRST_CAPACITY = 8;

export class SlidingMedian {
  /** Ascending, all different; sensors tell few different values in a window. */
  #values = new Float64Array(FIRST_CAPACITY);
  #counts = new Uint32Array(FIRST_CAPACITY);
  #distinct = 0;
  size = 0;
  /** Where the median was last found, and how many of all lie before that value. */
  #at = 0;
  #before = 0;

  /** First place whose value is not below `value`. */
  #place(value: number): number {
    const values = this.#values;
    let low = 0;
    let high = this.#distinct;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  insert(value: number): void {
    const place = this.#place(value);
    if (place === this.#distinct || this.#values[place] !== value) this.#open(place, value);
    this.#counts[place] = (this.#counts[place] as number) + 1;
    if (place < this.#at) this.#before++;
    this.size++;
  }

  remove(value: number): void {
    const place = this.#place(value);
    const count = (this.#counts[place] as number) - 1;
    this.#counts[place] = count;
    if (place < this.#at) this.#before--;
    this.size--;
    if (count === 0) this.#close(place);
  }

  /** One out, one in. */
  replace(out: number, into: number): void {
    if (out === into) return;
    this.remove(out);
    this.insert(into);
  }

  #open(place: number, value: number): void {
    const distinct = this.#distinct;
    if (distinct === this.#values.length) {
      const values = new Float64Array(distinct * 2);
      values.set(this.#values);
      this.#values = values;
      const counts = new Uint32Array(distinct * 2);
      counts.set(this.#counts);
      this.#counts = counts;
    }
    const values = this.#values;
    const counts = this.#counts;
    for (let at = distinct; at > place; at--) {
      values[at] = values[at - 1] as number;
      counts[at] = counts[at - 1] as number;
    }
    values[place] = value;
    counts[place] = 0;
    this.#distinct = distinct + 1;
    // The new one lies before what stood here.
    if (place <= this.#at && distinct > 0) this.#at++;
  }

  #close(place: number): void {
    const values = this.#values;
    const counts = this.#counts;
    const last = this.#distinct - 1;
    for (let at = place; at < last; at++) {
      values[at] = values[at + 1] as number;
      counts[at] = counts[at + 1] as number;
    }
    this.#distinct = last;
    if (place < this.#at) this.#at--;
  }

  clear(): void {
    this.size = 0;
    this.#distinct = 0;
    this.#at = 0;
    this.#before = 0;
  }

  /** Mean of the middle two for an even number (semantics 4.2). NaN when empty. */
  median(): number {
    const size = this.size;
    if (size === 0) return Number.NaN;
    const values = this.#values;
    const counts = this.#counts;
    const rank = size >>> 1;
    let at = this.#at;
    let before = this.#before;
    while (before > rank) before -= counts[--at] as number;
    while (before + (counts[at] as number) <= rank) before += counts[at++] as number;
    this.#at = at;
    this.#before = before;
    const upper = values[at] as number;
    return (size & 1) === 1 || before < rank ? upper : ((values[at - 1] as number) + upper) / 2;
  }
}
