/** One admitted measurement as the spine carries it: canonical unit, known metric, checked tags. */
import type { EpochMs } from "#core/time.ts";

/** Index of a metric in the catalogue (`#core/metrics/catalogue.ts`), stable for ever: it stands in the journal and the store. */
export type MetricCode = number;

export const QUALITY = { good: 0, degraded: 1, bad: 2 } as const;
export type QualityCode = (typeof QUALITY)[keyof typeof QUALITY];
export type QualityName = keyof typeof QUALITY;
export const QUALITY_NAMES: readonly QualityName[] = ["good", "degraded", "bad"];

export interface Sample {
  readonly metric: MetricCode;
  /** The device's own time, raw: identity keeps it whatever its clock's offset (semantics 3.1). */
  readonly t: EpochMs;
  /** In the catalogue's unit, unrounded; NaN when there is none (a sensor that is off, semantics 1.4). Coded metrics: index of the code. */
  readonly value: number;
  readonly quality: QualityCode;
  /** Bit set of `#core/samples/flags.ts`. */
  readonly flags: number;
  /** All tags, canonical: `key=value` joined by `;`, keys sorted; "" for none. */
  readonly tags: string;
  /** The identity tags alone (`side`, `site`, `exercise_id`, `n`), canonical; "" for none (semantics 1.1). */
  readonly identity: string;
}
