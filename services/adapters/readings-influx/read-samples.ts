/** Reads samples of a device as they are stored, and the values of its waveform blocks as samples in time. */
import { metricByCode } from "#core/metrics/catalogue.ts";
import type { DeviceId } from "#core/ids.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import { decodeValues, metricFedBy, timeOfValue } from "#core/series/waveform-block.ts";
import type { EpochMs } from "#core/time.ts";
import type { InfluxHttp } from "./influx-http.ts";
import { numberIn, readRows } from "./influx-rows.ts";
import { during, isOneOf, quote } from "./influxql.ts";
import { BLOCK_COLUMNS, blockBytes, type Buckets, metricKey, parseSeriesName, READING_COLUMNS, type Stored, storedAt } from "./schema.ts";

type Http = Pick<InfluxHttp, "query">;

interface DeviceRange {
  readonly device: DeviceId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Absent: all. */
  readonly metrics?: readonly MetricCode[] | undefined;
}

export interface StoredReading {
  readonly metric: MetricCode;
  readonly identity: string;
  readonly sample: Stored;
}

/** Series after series, each in the order of time. Spot metrics are read where they are kept longest. */
export const readStored = async (http: Http, buckets: Buckets, { device, from, to, metrics }: DeviceRange): Promise<StoredReading[]> => {
  const isSpot = (metric: MetricCode): boolean => metricByCode(metric)?.spot ?? false;
  const readings: StoredReading[] = [];
  const read = async (bucket: string, spot: boolean): Promise<void> => {
    const wanted = metrics?.filter((metric) => isSpot(metric) === spot);
    if (wanted?.length === 0) return;
    const named = wanted === undefined ? "" : ` AND ${isOneOf("metric", [...new Set(wanted)].map(metricKey))}`;
    const text = await http.query(
      bucket,
      `SELECT ${READING_COLUMNS} FROM "reading" WHERE "device" = ${quote(device)}${named} AND ${during(from, to)} GROUP BY *`,
    );
    let group = "";
    let name = parseSeriesName(group);
    readRows(text, (tags, t, cells) => {
      if (tags !== group) name = parseSeriesName((group = tags));
      if (isSpot(name.metric) === spot)
        readings.push({ metric: name.metric, identity: name.identity, sample: storedAt(t, cells, name.identity) });
    });
  };
  await Promise.all([read(buckets.raw, false), read(buckets.rollups, true)]);
  return readings;
};

export interface StoredBlock {
  readonly signal: string;
  readonly t0: EpochMs;
  readonly hz: number;
  readonly unit: string;
  readonly bytes: Uint8Array;
}

/** Blocks that begin in `[from, to)`. */
export const readBlocks = async (
  http: Http,
  buckets: Buckets,
  { device, from, to, signals }: Omit<DeviceRange, "metrics"> & { readonly signals?: readonly string[] | undefined },
): Promise<StoredBlock[]> => {
  if (signals?.length === 0) return [];
  const named = signals === undefined ? "" : ` AND ${isOneOf("signal", signals)}`;
  const text = await http.query(
    buckets.raw,
    `SELECT ${BLOCK_COLUMNS} FROM "waveform" WHERE "device" = ${quote(device)}${named} AND ${during(from, to)} GROUP BY "signal"`,
  );
  const blocks: StoredBlock[] = [];
  readRows(text, (tags, t0, cells) =>
    blocks.push({ signal: tags.slice("signal=".length), t0, hz: numberIn(cells, 0), unit: cells[1] ?? "", bytes: blockBytes(cells) }),
  );
  return blocks;
};

export interface WaveValue {
  readonly metric: MetricCode;
  readonly t: EpochMs;
  readonly value: number;
}

/** The farthest any block of these signals reaches past its beginning. */
export const readReach = async (http: Http, buckets: Buckets, device: DeviceId, signals?: readonly string[]): Promise<number> => {
  const named = signals === undefined ? "" : ` AND ${isOneOf("signal", signals)}`;
  const text = await http.query(buckets.raw, `SELECT max("reach") FROM "waveform" WHERE "device" = ${quote(device)}${named}`);
  let reach = 0;
  readRows(text, (_, __, cells) => {
    reach = Math.max(reach, Number(cells[0]));
  });
  return reach;
};

/** Values of blocks whose signal is a metric, with a time in `[from, to)`; `reach`: how far before `from` such a block may begin, 0 for no blocks. */
export const readWaveValues = async (
  http: Http,
  buckets: Buckets,
  { device, from, to, metrics, reach }: DeviceRange & { readonly reach: number },
): Promise<WaveValue[]> => {
  if (reach === 0) return [];
  const values: WaveValue[] = [];
  for (const block of await readBlocks(http, buckets, { device, from: from - reach, to, signals: metrics?.map(metricKey) })) {
    const metric = metricFedBy(block);
    if (metric === null) continue;
    decodeValues(block.bytes).forEach((value, index) => {
      const t = timeOfValue(block.t0, block.hz, index);
      if (t >= from && t < to) values.push({ metric, t, value });
    });
  }
  return values;
};
