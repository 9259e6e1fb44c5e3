/** What a device tells of a stretch that is over: streams thinned to a sample a minute, everything else whole; newest first. */
import { MINUTE } from "#core/time.ts";
import { isStream } from "../devices/is-stream.ts";
import type { DeviceSample } from "../devices/simulated-device.ts";

/** Samples of one message. */
const LONGEST = 800;

const isUsable = ({ value, quality }: DeviceSample): boolean => value !== null && quality !== "bad";

export class PastMessages {
  readonly #samples: DeviceSample[] = [];
  /** Of each stream, where its newest minute's sample stands. */
  readonly #newest = new Map<string, { readonly minute: number; readonly index: number }>();

  /** In the order of time. */
  add(samples: readonly DeviceSample[]): void {
    for (const sample of samples) {
      if (!isStream(sample.metric)) {
        this.#samples.push(sample);
        continue;
      }
      const minute = Math.floor(sample.t / MINUTE);
      const before = this.#newest.get(sample.metric);
      if (before?.minute !== minute) {
        this.#newest.set(sample.metric, { minute, index: this.#samples.length });
        this.#samples.push(sample);
      } else if (isUsable(sample) && !isUsable(this.#samples[before.index] as DeviceSample)) this.#samples[before.index] = sample;
    }
  }

  /** What was said of one moment stays in its order. */
  newestFirst(): DeviceSample[][] {
    const ordered = this.#samples.toSorted((a, b) => b.t - a.t);
    return Array.from({ length: Math.ceil(ordered.length / LONGEST) }, (_, index) => ordered.slice(index * LONGEST, (index + 1) * LONGEST));
  }
}
