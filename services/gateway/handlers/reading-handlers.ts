/** A patient's measurements: newest, series, export. */
import { Readable } from "node:stream";
import * as calls from "#contracts/http/reading-calls.ts";
import { metricByCode, metricByKey, storedMetric } from "#core/metrics/catalogue.ts";
import type { Metric } from "#core/metrics/metric.ts";
import type { PatientConfig } from "#core/people.ts";
import { flagNames } from "#core/samples/flags.ts";
import { QUALITY_NAMES, type MetricCode } from "#core/samples/sample.ts";
import { DAY } from "#core/time.ts";
import { groundOf } from "#gateway/auditor.ts";
import { csvLine } from "#gateway/csv.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import type { House } from "#gateway/house.ts";
import { FARTHEST_AHEAD, readLatestValues } from "#gateway/latest-values.ts";
import { readPatientSeries } from "#gateway/patient-series.ts";
import { problem, type Problem } from "#gateway/problem.ts";

const LONGEST_RANGE = 3_660 * DAY;
const DEFAULT_POINTS = 1_500;
const LATEST_TIME = 8_640_000_000_000_000;

const rangeProblem = (from: number, to: number, longest = LONGEST_RANGE): Problem | null => {
  if (from < 0 || to > LATEST_TIME || to <= from) return problem("bad_time_range");
  return to - from > longest ? problem("bad_time_range", { detail: "The range is longer than ten years." }) : null;
};

const unknownMetric = (key: string): Problem =>
  problem("metric_not_in_catalogue", {
    detail: `metric: ${key}.`,
    errors: [{ in: "query", member: "/metric", detail: "Is not in the catalogue." }],
  });

export const readingHandlers = (house: House): Handling[] => {
  const { sights, auditor, readings, registry, clinicalClock, diagnostics } = house;

  /** A store that is down is not the caller's fault, and not a crash. */
  const orUnavailable = async <Value>(read: () => Promise<Value>): Promise<Value | Problem> => {
    try {
      return await read();
    } catch (cause) {
      diagnostics.warn("readings_unavailable", {}, cause);
      return problem("store_unavailable");
    }
  };

  async function* exportLines(
    patient: PatientConfig,
    from: number,
    to: number,
    metrics: readonly MetricCode[] | null,
  ): AsyncGenerator<string> {
    yield csvLine(["time", "t", "metric", "value", "unit", "quality", "flags", "tags", "device"]);
    const spans = registry.spansOf(patient.id, from, to);
    for await (const batch of readings.raw({ spans, ...(metrics === null ? {} : { metrics }), from, to })) {
      let text = "";
      for (const reading of batch) {
        const metric = metricByCode(reading.metric);
        text += csvLine([
          new Date(reading.t).toISOString(),
          reading.t,
          metric?.key ?? String(reading.metric),
          metric?.coded?.[reading.value] ?? reading.value,
          metric?.unit ?? "",
          QUALITY_NAMES[reading.quality] ?? "",
          flagNames(reading.flags).join(" "),
          reading.tags,
          reading.device,
        ]);
      }
      yield text;
    }
  }

  return [
    handle(calls.getLatest, async ({ params, viewer }) => {
      const seen = sights.patient(viewer, params.id);
      if (seen === null) return problem("not_found");
      await auditor.read(viewer, "patient.latest", { patient: seen.thing.id, ground: groundOf(seen.sight) });
      return orUnavailable(async () => ({ items: await readLatestValues(house, seen.thing) }));
    }),

    handle(calls.getSeries, async ({ params, query, viewer }) => {
      const seen = sights.patient(viewer, params.id);
      if (seen === null) return problem("not_found");
      const metric = metricByKey(query.metric);
      if (metric === undefined) return unknownMetric(query.metric);
      const refused = rangeProblem(query.from, query.to);
      if (refused !== null) return refused;
      await auditor.read(viewer, "patient.series", { patient: seen.thing.id, ground: groundOf(seen.sight) });
      const range = { from: query.from, to: query.to, maxPoints: query.maxPoints ?? DEFAULT_POINTS };
      return orUnavailable(() => readPatientSeries(house, seen.thing, metric, range));
    }),

    handle(calls.exportReadings, async ({ params, query, viewer, reply }) => {
      const seen = sights.patient(viewer, params.id);
      if (seen === null) return problem("not_found");
      const chosen: Metric[] = [];
      for (const key of query.metric ?? []) {
        const metric = metricByKey(key);
        if (metric === undefined) return unknownMetric(key);
        chosen.push(storedMetric(metric));
      }
      const from = query.from ?? 0;
      const to = query.to ?? Math.round(clinicalClock.now()) + FARTHEST_AHEAD;
      const refused = rangeProblem(from, to, Infinity);
      if (refused !== null) return refused;
      await auditor.write(viewer, "patient.export", {
        patient: seen.thing.id,
        ground: groundOf(seen.sight),
        detail: `from ${String(from)} to ${String(to)}`,
      });
      reply.header("content-disposition", `attachment; filename="readings-${seen.thing.id.replaceAll(/[^A-Za-z0-9_-]/g, "_")}.csv"`);
      const metrics = chosen.length === 0 ? null : chosen.map(({ code }) => code);
      return Readable.from(exportLines(seen.thing, from, to, metrics));
    }),
  ];
};
