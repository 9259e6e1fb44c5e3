/** Hands accepted samples to the live feed, resolved to whoever wore the device at their time. */
import type { PatientId } from "#core/ids.ts";
import { metricByCode } from "#core/metrics/catalogue.ts";
import { OFF_BODY } from "#core/samples/flags.ts";
import { QUALITY_NAMES, type QualityName } from "#core/samples/sample.ts";
import type { Journal } from "#ports/journal.ts";
import type { Registry } from "#ports/registry.ts";

export interface LiveReading {
  readonly patient: PatientId;
  readonly device: string;
  readonly metric: string;
  readonly t: number;
  /** Text for coded metrics; null when the sensor was off the body: viewers must not go on showing the last value as if it were now. */
  readonly value: number | string | null;
  readonly quality: QualityName;
}

export interface LiveReadingsOptions {
  readonly journal: Journal;
  readonly registry: Registry;
  /** False while nobody watches: nothing is resolved then. */
  readonly isWatched: () => boolean;
  readonly publish: (reading: LiveReading) => void;
}

/** Follows the journal until the returned call stops it. */
export const startLiveReadings = ({ journal, registry, isWatched, publish }: LiveReadingsOptions): (() => void) =>
  journal.follow((batch) => {
    if (!isWatched()) return;
    for (const { entry } of batch) {
      if (entry.kind !== "message") continue;
      for (const sample of entry.samples) {
        const patient = registry.wearerAt(entry.device, sample.t);
        const metric = metricByCode(sample.metric);
        if (patient === null || metric === undefined) continue;
        const off = (sample.flags & OFF_BODY) !== 0 || Number.isNaN(sample.value);
        const value = off ? null : metric.coded === undefined ? sample.value : (metric.coded[sample.value] ?? sample.value);
        publish({
          patient,
          device: entry.device,
          metric: metric.key,
          t: sample.t,
          value,
          quality: QUALITY_NAMES[sample.quality] as QualityName,
        });
      }
    }
  });
