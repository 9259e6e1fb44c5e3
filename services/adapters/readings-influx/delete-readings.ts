/** Deletes readings: what retention no longer keeps, and what a patient wants erased, roll-ups included. */
import { metrics } from "#core/metrics/catalogue.ts";
import { addSample, type Minute, minuteOf } from "#core/series/minute.ts";
import { decodeValues, encodeValues, timeOfValue } from "#core/series/waveform-block.ts";
import { MINUTE, type EpochMs } from "#core/time.ts";
import type { DeviceSpan, ReadingStore } from "#ports/reading-store.ts";
import type { InfluxHttp } from "./influx-http.ts";
import { numberIn, readRows } from "./influx-rows.ts";
import { during } from "./influxql.ts";
import { readBlocks, readReach, readStored, readWaveValues } from "./read-samples.ts";
import { blockLine, type Buckets, minuteLine, rollUp, seriesTags, type Stored } from "./schema.ts";

type Limits = Parameters<ReadingStore["prune"]>[0];
type Deliver = (bucket: string, lines: readonly string[]) => Promise<void>;

const SPOTS = metrics.filter(({ spot }) => spot).map(({ key }) => key);

/** Whole minutes alone are deleted, so that a roll-up is either wholly backed by samples or not at all. */
const wholeMinute = (t: EpochMs): EpochMs => minuteOf(t) * MINUTE;

/** The buckets' own retention does this usually; here is what a shorter one of ours would leave. */
export const pruneReadings = async (http: InfluxHttp, buckets: Buckets, limits: Limits): Promise<number> => {
  const count = async (bucket: string, from: string, field: string, before: EpochMs, condition = ""): Promise<number> => {
    let sum = 0;
    const text = await http.query(bucket, `SELECT count("${field}") FROM "${from}" WHERE ${during(0, before)}${condition}`);
    readRows(text, (_, __, cells) => {
      sum += numberIn(cells, 0);
    });
    return sum;
  };
  const readings = async (bucket: string, before: EpochMs, condition: string): Promise<number> =>
    (await count(bucket, "reading", "value", before, condition)) +
    (await count(bucket, "reading", "quality", before, `${condition} AND "quality" = 2`));
  const drop = async (counted: Promise<number>, bucket: string, measurement: string, before: EpochMs): Promise<number> => {
    const deleted = await counted;
    if (deleted > 0) await http.delete(bucket, 0, before, `_measurement="${measurement}"`);
    return deleted;
  };
  const raw = wholeMinute(limits.rawBefore);
  const spot = wholeMinute(limits.spotBefore);
  const rolled = wholeMinute(limits.rollupsBefore);
  // Copies of spot readings go with the others; they are counted where they are kept.
  const continuous = SPOTS.map((key) => ` AND "metric" != '${key}'`).join("");
  let deleted = await drop(readings(buckets.raw, raw, continuous), buckets.raw, "reading", raw);
  deleted += await drop(count(buckets.raw, "waveform", "n", raw), buckets.raw, "waveform", raw);
  deleted += await drop(readings(buckets.rollups, spot, ""), buckets.rollups, "reading", spot);
  const minutes = async (): Promise<number> =>
    (await count(buckets.rollups, "minute", "n", rolled)) + (await count(buckets.rollups, "minute", "bad", rolled));
  return deleted + (await drop(minutes(), buckets.rollups, "minute", rolled));
};

/** Erases a span; of minutes and blocks that reach over its ends the rest stays. */
export const eraseSpan = async (http: InfluxHttp, buckets: Buckets, { device, from, to }: DeviceSpan, deliver: Deliver): Promise<void> => {
  if (to <= from) return;
  const reach = await readReach(http, buckets, device);
  const rest = reach === 0 ? [] : await blocksAround(http, buckets, { device, from, to }, reach);
  const where = (measurement: string): string => `_measurement="${measurement}" AND device="${device}"`;
  await http.delete(buckets.raw, from, to, where("reading"));
  await http.delete(buckets.raw, from, to, where("waveform"));
  await http.delete(buckets.rollups, from, to, where("reading"));
  await deliver(buckets.raw, rest);
  // Where the samples of an edge minute are gone already, the whole minute goes: the right to be erased comes before completeness.
  await http.delete(buckets.rollups, wholeMinute(from), Math.ceil(to / MINUTE) * MINUTE, where("minute"));
  const edges = [...new Set([from, to].filter((t) => t % MINUTE !== 0).map(minuteOf))];
  for (const m of edges) await deliver(buckets.rollups, await rollUpsOf(http, buckets, device, m, reach));
};

/** Blocks that reach into the span and out of it, with the values inside blanked. */
const blocksAround = async (http: InfluxHttp, buckets: Buckets, { device, from, to }: DeviceSpan, reach: number): Promise<string[]> =>
  (await readBlocks(http, buckets, { device, from: from - reach, to })).flatMap(({ signal, t0, hz, unit, bytes }) => {
    const values = decodeValues(bytes);
    const blanked = values.map((value, index) => {
      const t = timeOfValue(t0, hz, index);
      return t >= from && t < to ? Number.NaN : value;
    });
    const left = blanked.some((value) => !Number.isNaN(value));
    const changed = blanked.some((value, index) => Number.isNaN(value) && !Number.isNaN(values[index] ?? Number.NaN));
    return left && changed ? [blockLine(device, { signal, t0, hz, unit, values: decodeValues(encodeValues(blanked)) })] : [];
  });

/** Every roll-up of one minute of a device, made of what is stored now. */
const rollUpsOf = async (http: InfluxHttp, buckets: Buckets, device: DeviceSpan["device"], m: number, reach: number): Promise<string[]> => {
  const range = { device, from: m * MINUTE, to: (m + 1) * MINUTE };
  const [rows, values] = await Promise.all([readStored(http, buckets, range), readWaveValues(http, buckets, { ...range, reach })]);
  const bySeries = new Map<string, Stored[]>();
  for (const { metric, identity, sample } of rows) {
    const tags = seriesTags(device, metric, identity);
    const known = bySeries.get(tags);
    if (known === undefined) bySeries.set(tags, [sample]);
    else known.push(sample);
  }
  const minutes = new Map<string, Minute>([...bySeries].map(([tags, samples]) => [tags, rollUp(m, samples)]));
  for (const { metric, t, value } of values) {
    const tags = seriesTags(device, metric, "");
    let minute = minutes.get(tags);
    if (minute === undefined) minutes.set(tags, (minute = rollUp(m, [])));
    addSample(minute, t, value, 0);
  }
  return [...minutes].filter(([, { n, bad }]) => n + bad > 0).map(([tags, minute]) => minuteLine(tags, minute));
};
