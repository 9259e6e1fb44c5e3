/** The interval of a stream whose device does not state one: the median spacing of its last 20 samples (semantics 4.1). */
import type { SampleBuffer } from "#core/rules/sample-buffer.ts";
import { SlidingMedian } from "#core/rules/sliding-median.ts";
import type { DurationMs } from "#core/time.ts";

const SAMPLES = 20;
const SPACINGS = SAMPLES - 1;

export class Spacing {
  readonly #ring = new Float64Array(SPACINGS);
  readonly #median = new SlidingMedian();
  #count = 0;

  add(spacing: DurationMs): void {
    const at = this.#count % SPACINGS;
    if (this.#count < SPACINGS) this.#median.insert(spacing);
    else this.#median.replace(this.#ring[at] as number, spacing);
    this.#ring[at] = spacing;
    this.#count++;
  }

  /** NaN until two samples came. */
  get interval(): DurationMs {
    return this.#median.median();
  }

  relearn({ times, start, end }: SampleBuffer): void {
    this.#count = 0;
    this.#median.clear();
    for (let at = Math.max(start + 1, end - SPACINGS); at < end; at++) this.add(times.at(at) - times.at(at - 1));
  }

  state(): readonly number[] {
    return [this.#count, ...this.#ring];
  }

  restore(state: ArrayLike<number>): void {
    const count = state[0] ?? 0;
    this.#median.clear();
    this.#count = count;
    for (let at = 0; at < SPACINGS; at++) {
      this.#ring[at] = state[at + 1] ?? 0;
      if (at < count) this.#median.insert(this.#ring[at] as number);
    }
  }
}
