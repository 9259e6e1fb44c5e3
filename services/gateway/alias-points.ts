/** Points of a metric that is stored as another one with tags (heart rate in exercise): chosen by tag, then thinned with extremes kept. */
import type { Metric } from "#core/metrics/metric.ts";
import { QUALITY } from "#core/samples/sample.ts";
import type { EpochMs } from "#core/time.ts";
import type { DeviceSpan, ReadingStore, SeriesPoint } from "#ports/reading-store.ts";

interface Bucket {
  t: EpochMs;
  min: number;
  max: number;
  sum: number;
  last: number;
  lastT: EpochMs;
  n: number;
}

export const readAliasPoints = async (
  readings: ReadingStore,
  alias: NonNullable<Metric["alias"]>,
  metric: Metric,
  range: { readonly spans: readonly DeviceSpan[]; readonly from: EpochMs; readonly to: EpochMs; readonly maxPoints: number },
): Promise<{ readonly points: SeriesPoint[]; readonly resolutionMs: number }> => {
  const wanted = Object.entries(alias.tags).map(([key, value]) => `${key}=${value}`);
  const width = Math.max(1, Math.ceil((range.to - range.from) / range.maxPoints));
  const buckets = new Map<number, Bucket>();
  for await (const page of readings.raw({ spans: range.spans, metrics: [metric.code], from: range.from, to: range.to })) {
    for (const { t, value, quality, tags } of page) {
      if (quality === QUALITY.bad || Number.isNaN(value)) continue;
      const has = tags.split(";");
      if (!wanted.every((tag) => has.includes(tag))) continue;
      const index = Math.floor((t - range.from) / width);
      const bucket = buckets.get(index);
      if (bucket === undefined) {
        buckets.set(index, { t, min: value, max: value, sum: value, last: value, lastT: t, n: 1 });
        continue;
      }
      bucket.t = Math.min(bucket.t, t);
      bucket.min = Math.min(bucket.min, value);
      bucket.max = Math.max(bucket.max, value);
      bucket.sum += value;
      bucket.n += 1;
      if (t >= bucket.lastT) {
        bucket.last = value;
        bucket.lastT = t;
      }
    }
  }
  const points = [...buckets.values()]
    .map(({ t, min, max, sum, last, n }) => ({ t, min, max, mean: sum / n, last, n }))
    .toSorted((left, right) => left.t - right.t);
  return { points, resolutionMs: points.every(({ n }) => n === 1) ? 0 : width };
};
