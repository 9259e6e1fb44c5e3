/** Reads one metric of a patient as a chart: roll-ups first, for they are few; samples where these are few too. */
import { type Chart, chartOfMinutes, chartOfNothing, chartOfSamples, mostSamplesFor } from "#core/series/chart.ts";
import { mergeMinutes } from "#core/series/merge-minutes.ts";
import { mergeSpans } from "#core/series/merge-spans.ts";
import { addSample, createMinute, minuteOf, type Minute } from "#core/series/minute.ts";
import { MINUTE, type EpochMs } from "#core/time.ts";
import type { DeviceSpan, ReadingStore } from "#ports/reading-store.ts";
import type { InfluxHttp } from "./influx-http.ts";
import { readRows } from "./influx-rows.ts";
import { during, quote } from "./influxql.ts";
import { readReach, readStored, readWaveValues } from "./read-samples.ts";
import { type Buckets, metricKey, MINUTE_COLUMNS, minuteAt, type Stored } from "./schema.ts";

type Http = Pick<InfluxHttp, "query">;
type Question = Parameters<ReadingStore["series"]>[0];
type Sample = Pick<Stored, "t" | "value" | "mark">;

/** What was read of one span. */
interface Part {
  readonly span: DeviceSpan;
  /** Roll-ups of the minutes the span touches, in order. */
  readonly minutes: readonly Minute[];
  /** Samples of the minutes at either end, when the span cuts them. */
  readonly edges: ReadonlyMap<number, readonly Sample[]>;
}

export const readSeries = async (http: Http, buckets: Buckets, question: Question): Promise<Chart> => {
  const { from, to, maxPoints, metric } = question;
  const spans = to <= from || maxPoints < 1 ? [] : mergeSpans(question.spans, from, to);
  if (spans.length === 0) return chartOfNothing(question);
  const parts = await Promise.all(spans.map((span) => readPart(http, buckets, metric, span)));
  const most = mostSamplesFor(maxPoints);
  const counted = parts.reduce((sum, { minutes }) => sum + minutes.reduce((some, { n, bad }) => some + n + bad, 0), 0);
  // The minutes at the ends may have up to so many samples outside the spans.
  if (counted <= most) {
    const samples = await samplesOf(http, buckets, metric, parts);
    if (samples !== null)
      return chartOfSamples((call) => {
        for (const { t, value, mark } of samples) call(t, value, mark);
      }, question);
  }
  const minutes = parts.map((part) => clipped(part));
  return chartOfMinutes([minutes.length === 1 ? (minutes[0] ?? []) : mergeMinutes(minutes.flat())], question);
};

const readPart = async (http: Http, buckets: Buckets, metric: number, span: DeviceSpan): Promise<Part> => {
  const { device, from, to } = span;
  const cut = new Set([from, to].filter((t) => t % MINUTE !== 0).map(minuteOf));
  const [text, ...edges] = await Promise.all([
    http.query(
      buckets.rollups,
      `SELECT ${MINUTE_COLUMNS} FROM "minute" WHERE "device" = ${quote(device)} AND "metric" = ${quote(metricKey(metric))} AND ${during(minuteOf(from) * MINUTE, to)}`,
    ),
    ...[...cut].map(async (m) => [m, await readAll(http, buckets, metric, { device, from: m * MINUTE, to: (m + 1) * MINUTE })] as const),
  ]);
  const minutes: Minute[] = [];
  readRows(text, (_, t, cells) => minutes.push(minuteAt(t, cells)));
  return { span, minutes: mergeMinutes(minutes), edges: new Map(edges) };
};

/** Rows and values of waveforms, in the order of time. */
const readAll = async (http: Http, buckets: Buckets, metric: number, span: DeviceSpan): Promise<Sample[]> => {
  const [rows, reach] = await Promise.all([
    readStored(http, buckets, { ...span, metrics: [metric] }),
    readReach(http, buckets, span.device, [metricKey(metric)]),
  ]);
  const values = await readWaveValues(http, buckets, { ...span, metrics: [metric], reach });
  const samples: Sample[] = [...rows.map(({ sample }) => sample), ...values.map(({ t, value }) => ({ t, value, mark: 0 }))];
  return samples.sort((left, right) => left.t - right.t);
};

/** Null: retention took some of them, and only the roll-ups know. */
const samplesOf = async (http: Http, buckets: Buckets, metric: number, parts: readonly Part[]): Promise<Sample[] | null> => {
  const read = await Promise.all(
    parts
      .filter(({ minutes }) => minutes.length > 0)
      .map(async ({ span, minutes }) => {
        const whole = { device: span.device, from: minuteOf(span.from) * MINUTE, to: Math.ceil(span.to / MINUTE) * MINUTE };
        const samples = await readAll(http, buckets, metric, whole);
        const known = minutes.reduce((sum, { n, bad }) => sum + n + bad, 0);
        return samples.length < known ? null : samples.filter(({ t }) => t >= span.from && t < span.to);
      }),
  );
  const complete = read.filter((samples) => samples !== null);
  if (complete.length < read.length) return null;
  return complete.length === 1 ? (complete[0] ?? []) : complete.flat().sort((left, right) => left.t - right.t);
};

/** The minutes of a part, those at its ends without what lies outside. */
const clipped = ({ span, minutes, edges }: Part): Minute[] =>
  minutes.flatMap((minute) => {
    const samples = edges.get(minute.m);
    if (samples === undefined) return [minute];
    const cut = createMinute(minute.m);
    const whole = createMinute(minute.m);
    for (const { t, value, mark } of samples) {
      addSample(whole, t, value, mark);
      if (isWithin(t, span)) addSample(cut, t, value, mark);
    }
    // Rows are gone: the roll-up counts as a whole, unless its samples are known to lie outside. Better one minute too many than an extreme lost.
    if (minute.n > whole.n) return minute.lastT < span.from || minute.firstT >= span.to ? [] : [minute];
    return cut.n + cut.bad > 0 ? [cut] : [];
  });

const isWithin = (t: EpochMs, { from, to }: DeviceSpan): boolean => t >= from && t < to;
