/** Reads raw readings of many series in the order of time, a stretch at a time that holds some thousands. */
import type { QualityCode } from "#core/samples/sample.ts";
import { mergeSpans } from "#core/series/merge-spans.ts";
import { DAY, HOUR, MINUTE, type EpochMs } from "#core/time.ts";
import type { DeviceSpan, RawReading, ReadingStore } from "#ports/reading-store.ts";
import type { InfluxHttp } from "./influx-http.ts";
import { readRows } from "./influx-rows.ts";
import { during, quote } from "./influxql.ts";
import { readReach, readStored, readWaveValues } from "./read-samples.ts";
import type { Buckets } from "./schema.ts";

type Http = Pick<InfluxHttp, "query">;
type Query = Parameters<ReadingStore["raw"]>[0];

interface Part extends DeviceSpan {
  readonly reach: number;
}

const FEW = 2_000;
const MANY = 8_000;
const WIDEST = 30 * DAY;

export async function* readRaw(http: Http, buckets: Buckets, query: Query): AsyncIterable<RawReading[]> {
  const { metrics, to } = query;
  const spans = mergeSpans(query.spans, query.from, to);
  const parts: Part[] = await Promise.all(spans.map(async (span) => ({ ...span, reach: await readReach(http, buckets, span.device) })));
  let width = HOUR;
  for (let from = await nextFrom(http, buckets, parts, query.from); from !== null && from < to;) {
    const end: EpochMs = Math.min(from + width, to);
    const readings = await readWindow(http, buckets, parts, metrics, from, end);
    if (readings.length > 0) yield readings;
    if (readings.length > MANY) width = Math.max(MINUTE, width / 2);
    else if (readings.length < FEW) width = Math.min(WIDEST, width * 4);
    from = readings.length > 0 ? end : await nextFrom(http, buckets, parts, end);
  }
}

/** Where the next sample may be, so that empty years cost one question. */
const nextFrom = async (http: Http, buckets: Buckets, parts: readonly Part[], from: EpochMs): Promise<EpochMs | null> => {
  const firsts = await Promise.all(
    parts
      .filter((part) => part.to > from)
      .flatMap(({ device, from: begin, to, reach }) => {
        const start = Math.max(begin, from);
        const first = async (bucket: string, field: string, measurement: string, since: EpochMs): Promise<EpochMs> => {
          let found = Infinity;
          const condition = `WHERE "device" = ${quote(device)} AND ${during(since, to)}`;
          readRows(await http.query(bucket, `SELECT first("${field}") FROM "${measurement}" ${condition}`), (_, t) => {
            found = Math.min(found, Math.max(t, start));
          });
          return found;
        };
        return [
          first(buckets.raw, "value", "reading", start),
          first(buckets.raw, "quality", "reading", start),
          first(buckets.rollups, "value", "reading", start),
          first(buckets.rollups, "quality", "reading", start),
          ...(reach === 0 ? [] : [first(buckets.raw, "n", "waveform", start - reach)]),
        ];
      }),
  );
  const next = Math.min(Infinity, ...firsts);
  return next === Infinity ? null : next;
};

const readWindow = async (
  http: Http,
  buckets: Buckets,
  parts: readonly Part[],
  metrics: Query["metrics"],
  from: EpochMs,
  to: EpochMs,
): Promise<RawReading[]> => {
  const read = await Promise.all(
    parts.map(async (part): Promise<RawReading[]> => {
      const range = { device: part.device, from: Math.max(part.from, from), to: Math.min(part.to, to), metrics };
      if (range.to <= range.from) return [];
      const [rows, values] = await Promise.all([
        readStored(http, buckets, range),
        readWaveValues(http, buckets, { ...range, reach: part.reach }),
      ]);
      const { device } = part;
      return [
        ...rows.map(({ metric, sample: { t, value, mark, tags } }) => ({
          device,
          metric,
          t,
          value,
          quality: (mark & 3) as QualityCode,
          flags: mark >>> 2,
          tags,
        })),
        ...values.map(({ metric, t, value }) => ({ device, metric, t, value, quality: 0 as const, flags: 0, tags: "" })),
      ];
    }),
  );
  return read.flat().sort((left, right) => left.t - right.t);
};
