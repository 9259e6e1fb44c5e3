/** The registry of every metric the product knows: one entry in a family file is all a new metric takes. */
import { device } from "#core/metrics/device.ts";
import { gaitAndBalance } from "#core/metrics/gait-and-balance.ts";
import { inhalerAndCough } from "#core/metrics/inhaler-and-cough.ts";
import { lungFunction } from "#core/metrics/lung-function.ts";
import type { Metric } from "#core/metrics/metric.ts";
import { questionnaires } from "#core/metrics/questionnaires.ts";
import { rehabilitation } from "#core/metrics/rehabilitation.ts";
import { sleepAndTherapy } from "#core/metrics/sleep-and-therapy.ts";
import { vitalSigns } from "#core/metrics/vital-signs.ts";
import type { MetricCode } from "#core/samples/sample.ts";

/** All metrics in the order of their codes. */
export const metrics: readonly Metric[] = [
  ...vitalSigns,
  ...lungFunction,
  ...inhalerAndCough,
  ...sleepAndTherapy,
  ...questionnaires,
  ...rehabilitation,
  ...gaitAndBalance,
  ...device,
].toSorted((a, b) => a.code - b.code);

const byKey: ReadonlyMap<string, Metric> = new Map(metrics.map((metric) => [metric.key, metric]));

const byCode: readonly (Metric | undefined)[] = (() => {
  const table: (Metric | undefined)[] = Array.from({ length: (metrics.at(-1)?.code ?? 0) + 1 });
  for (const metric of metrics) table[metric.code] = metric;
  return table;
})();

export const metricByKey = (key: string): Metric | undefined => byKey.get(key);

/** The code of a metric named in the program text itself; −1, which no sample carries, for one the catalogue does not have. */
export const metricCode = (key: string): MetricCode => byKey.get(key)?.code ?? -1;

/** For codes read back from the journal or the store: an index into an array. */
export const metricByCode = (code: MetricCode): Metric | undefined => byCode[code];

/** The metric whose series holds these samples: itself, or what it is an alias of (row 57). */
export const storedMetric = (metric: Metric): Metric => (metric.alias === undefined ? metric : (byKey.get(metric.alias.of) ?? metric));
