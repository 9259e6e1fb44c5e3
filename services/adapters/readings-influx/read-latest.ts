/** Finds newest readings from the ends of the series, never by reading what a day brought. */
import { metricByCode } from "#core/metrics/catalogue.ts";
import type { DeviceId } from "#core/ids.ts";
import type { MetricCode, QualityCode } from "#core/samples/sample.ts";
import { mergeSpans } from "#core/series/merge-spans.ts";
import { MINUTE, type EpochMs } from "#core/time.ts";
import type { DeviceSpan, RawReading } from "#ports/reading-store.ts";
import type { InfluxHttp } from "./influx-http.ts";
import { numberIn, readRows } from "./influx-rows.ts";
import { during, quote } from "./influxql.ts";
import { type Buckets, metricKey, parseSeriesName, READING_COLUMNS, storedAt } from "./schema.ts";

type Http = Pick<InfluxHttp, "query">;

const FOR_EVER = 9e12;
/** `last("value")` picks the point; the other columns come from the same point. */
const NEWEST = READING_COLUMNS.replace(`"value"`, `last("value")`);

/** The newest usable reading of every metric inside the spans. */
export const readLatest = async (http: Http, buckets: Buckets, spans: readonly DeviceSpan[]): Promise<RawReading[]> => {
  const found = await Promise.all(mergeSpans(spans, 0, FOR_EVER).map((span) => newestWithin(http, buckets, span)));
  const best = new Map<MetricCode, RawReading>();
  for (const reading of found.flat()) if (reading.t > (best.get(reading.metric)?.t ?? -Infinity)) best.set(reading.metric, reading);
  return [...best.values()];
};

const newestWithin = async (http: Http, buckets: Buckets, { device, from, to }: DeviceSpan): Promise<RawReading[]> => {
  const where = (start: EpochMs, end: EpochMs): string => `WHERE "device" = ${quote(device)} AND ${during(start, end)} GROUP BY *`;
  const readings = `SELECT ${NEWEST} FROM "reading" ${where(from, to)}`;
  const [raw, spot, rolled] = await Promise.all([
    http.query(buckets.raw, readings),
    http.query(buckets.rollups, readings),
    http.query(buckets.rollups, `SELECT last("last"), "last_t" FROM "minute" ${where(Math.floor(from / MINUTE) * MINUTE, to)}`),
  ]);
  const newest: RawReading[] = [];
  const take = (text: string, wantSpot: boolean): void =>
    readRows(text, (tags, t, cells) => {
      const { metric, identity } = parseSeriesName(tags);
      if ((metricByCode(metric)?.spot ?? false) !== wantSpot || metric < 0) return;
      const { value, mark, tags: said } = storedAt(t, cells, identity);
      newest.push({ device, metric, t, value, quality: (mark & 3) as QualityCode, flags: mark >>> 2, tags: said });
    });
  take(raw, false);
  take(spot, true);
  // Roll-ups also know values of waveforms, and readings that retention took.
  readRows(rolled, (tags, start, cells) => {
    const { metric } = parseSeriesName(tags);
    const t = start + numberIn(cells, 1);
    if (metric < 0 || t < from || t >= to || newest.some((reading) => reading.metric === metric && reading.t >= t)) return;
    newest.push({ device, metric, t, value: numberIn(cells, 0), quality: 0, flags: 0, tags: "" });
  });
  return newest;
};

/** Newest `t` of a device, bad samples included; of one metric when given. */
export const readNewest = async (http: Http, buckets: Buckets, device: DeviceId, metric?: MetricCode): Promise<EpochMs | null> => {
  const named = metric === undefined ? "" : ` AND "metric" = ${quote(metricKey(metric))}`;
  const where = `WHERE "device" = ${quote(device)}${named}`;
  const [raw, rolled] = await Promise.all([
    http.query(buckets.raw, `SELECT last("value") FROM "reading" ${where}; SELECT last("quality") FROM "reading" ${where}`),
    http.query(buckets.rollups, `SELECT last("last"), "last_t" FROM "minute" ${where}; SELECT last("bad") FROM "minute" ${where}`),
  ]);
  let newest = -Infinity;
  readRows(raw, (_, t) => {
    newest = Math.max(newest, t);
  });
  readRows(rolled, (_, t, cells) => {
    const offset = cells.length > 1 ? numberIn(cells, 1) : 0;
    newest = Math.max(newest, t + offset);
  });
  return newest === -Infinity ? null : newest;
};
