/** A minute of one series with all its samples: what decides whether a sample is new, and what its roll-up is. */
import { addSample, createMinute, type Minute } from "#core/series/minute.ts";
import type { EpochMs } from "#core/time.ts";
import type { Stored } from "./schema.ts";

export class HeldMinute {
  readonly samples: Stored[] = [];
  /** Values of waveform blocks count in it too. */
  roll: Minute;

  constructor(m: number) {
    this.roll = createMinute(m);
  }

  find(t: EpochMs): Stored | undefined {
    return this.samples[this.#indexOf(t)];
  }

  /** The caller has seen that there is none at this time. */
  add(sample: Stored): void {
    const { samples } = this;
    const newest = samples.at(-1);
    if (newest === undefined || sample.t > newest.t) samples.push(sample);
    else
      samples.splice(
        samples.findIndex(({ t }) => t > sample.t),
        0,
        sample,
      );
    addSample(this.roll, sample.t, sample.value, sample.mark);
  }

  /** Changes flags alone: they do not touch the roll-up. */
  replace(sample: Stored): void {
    this.samples[this.#indexOf(sample.t)] = sample;
  }

  remove(t: EpochMs): void {
    const index = this.#indexOf(t);
    if (index >= 0) this.samples.splice(index, 1);
  }

  #indexOf(t: EpochMs): number {
    const { samples } = this;
    let low = 0;
    let high = samples.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = samples[middle]?.t ?? Infinity;
      if (at === t) return middle;
      if (at < t) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
