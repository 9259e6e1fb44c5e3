/** One aggregate's window `(t − w, t]` over a stream: what is in it, its median, and whether it is defined (semantics 4.2). */
import { SlidingMedian } from "#core/rules/sliding-median.ts";
import type { SampleBuffer } from "#core/rules/sample-buffer.ts";
import type { DurationMs } from "#core/time.ts";

export class Window {
  length: DurationMs = 0;
  /** Good or degraded samples it must hold to be defined. */
  needed = Number.POSITIVE_INFINITY;
  readonly median = new SlidingMedian();
  degraded = 0;
  bad = 0;
  /** Index of its oldest sample in the buffer. */
  first = 0;

  /** The longer of the name and 3 intervals; defined at round(min valid × expected) samples. */
  resize(name: DurationMs, minValid: number, interval: DurationMs): void {
    this.length = Math.max(name, 3 * interval);
    this.needed = interval > 0 ? Math.max(1, Math.round((minValid * this.length) / interval)) : Number.POSITIVE_INFINITY;
  }

  get defined(): boolean {
    return this.median.size >= this.needed;
  }

  /** Takes in the sample at `index`, the newest so far, and lets go of what is too old. */
  advance(buffer: SampleBuffer, index: number): void {
    const { times, values } = buffer;
    const cut = times.at(index) - this.length;
    const { median } = this;
    let out = Number.NaN;
    let first = this.first;
    while (first < index && times.at(first) <= cut) {
      const quality = buffer.qualityAt(first);
      if (quality === 2) this.bad--;
      else {
        if (out === out) median.remove(out);
        out = values.at(first);
        if (quality === 1) this.degraded--;
      }
      first++;
    }
    this.first = first;
    const quality = buffer.qualityAt(index);
    if (quality === 2) {
      this.bad++;
      if (out === out) median.remove(out);
      return;
    }
    if (quality === 1) this.degraded++;
    if (out === out) median.replace(out, values.at(index));
    else median.insert(values.at(index));
  }

  /** As if every sample up to `last` had been taken in; −1 empties it. */
  rebuild(buffer: SampleBuffer, last: number): void {
    this.median.clear();
    this.degraded = 0;
    this.bad = 0;
    this.first = buffer.start;
    if (last < buffer.start) return;
    const cut = buffer.times.at(last) - this.length;
    let first = last;
    while (first > buffer.start && buffer.times.at(first - 1) > cut) first--;
    this.first = first;
    for (let index = first; index <= last; index++) this.advance(buffer, index);
  }
}
