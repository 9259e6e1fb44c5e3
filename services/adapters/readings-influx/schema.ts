/**
 * What stands in InfluxDB (docs/decisions/0008). Times are milliseconds.
 *
 * Bucket for readings
 * - `reading`, tags `device`, `metric` and the identity tags of the sample (semantics 1.1). A good or degraded value is the field `value`, one
 *   of a bad sample is `bad`, so that nobody adds them up by accident; `quality`, `flags` and `tags` are there when they are not 0, 0 and
 *   the identity tags: a good sample is one field.
 * - `waveform`, tags `device`, `signal`: one point a block, the values as little-endian floats in base64, cut into `v0`, `v1`, …
 *
 * Bucket for roll-ups (kept longer)
 * - `minute`, tags as `reading`: what `Minute` says; `last_t` and `first_t` count from the beginning of the minute.
 * - `reading` once more for spot metrics, which are kept as long as roll-ups are (docs/decisions/0002).
 * - `position`: how far the journal is stored, so that a database restored from a backup is noticed.
 */
import { metricByCode, metricByKey } from "#core/metrics/catalogue.ts";
import type { DeviceId } from "#core/ids.ts";
import type { WaveformBlock } from "#core/journal-entry.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import { addSample, createMinute, encodeMark, isUsable, type Minute } from "#core/series/minute.ts";
import { encodeValues, reachOf } from "#core/series/waveform-block.ts";
import { MINUTE, type EpochMs } from "#core/time.ts";
import { encodeLine, encodeSeries, encodeText, type FieldValue } from "./encode-line.ts";
import { numberIn } from "./influx-rows.ts";

export interface Buckets {
  readonly raw: string;
  readonly rollups: string;
}

/** `;`-joined `key=value` as tag pairs. */
const identityPairs = (identity: string): [string, string][] =>
  identity === ""
    ? []
    : identity.split(";").map((pair) => {
        const cut = pair.indexOf("=");
        return [pair.slice(0, cut), pair.slice(cut + 1)];
      });

/** Everything of a line before its fields, without the measurement; tags sorted, as the database wants them. */
export const seriesTags = (device: string, metric: MetricCode, identity: string): string => {
  const pairs: [string, string][] = [["device", device], ["metric", metricKey(metric)], ...identityPairs(identity)];
  return encodeSeries(
    "",
    pairs.toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
};

export const metricKey = (metric: MetricCode): string => metricByCode(metric)?.key ?? String(metric);

export interface SeriesName {
  readonly device: DeviceId;
  /** -1: not in the catalogue (any more). */
  readonly metric: MetricCode;
  readonly identity: string;
}

/** The group of a row (`GROUP BY *`) as a series. */
export const parseSeriesName = (tags: string): SeriesName => {
  let device = "";
  let metric = -1;
  const identity: string[] = [];
  for (const pair of tags.split(",")) {
    const cut = pair.indexOf("=");
    const value = pair.slice(cut + 1);
    if (pair.startsWith("device=")) device = value;
    else if (pair.startsWith("metric=")) metric = metricByKey(value)?.code ?? -1;
    else if (cut > 0 && value !== "") identity.push(pair);
  }
  return { device: device as DeviceId, metric, identity: identity.sort().join(";") };
};

/** One sample as it is stored. */
export interface Stored {
  readonly t: EpochMs;
  readonly value: number;
  readonly mark: number;
  readonly tags: string;
}

export const readingLine = (series: string, identity: string, { t, value, mark, tags }: Stored): string => {
  const usable = isUsable(value, mark);
  let fields = "";
  if (!Number.isNaN(value)) fields = `${usable ? "value" : "bad"}=${value}`;
  if (!usable || (mark & 3) !== 0) fields += `${fields === "" ? "" : ","}quality=${mark & 3}i`;
  if (mark >>> 2 !== 0) fields += `,flags=${mark >>> 2}i`;
  if (tags !== identity) fields += `,tags=${encodeText(tags)}`;
  return `reading${series} ${fields} ${t}`;
};

/** Columns of `reading`, in the order `storedAt` wants them. */
export const READING_COLUMNS = `"value", "bad", "quality", "flags", "tags"`;

export const storedAt = (t: EpochMs, cells: readonly string[], identity: string): Stored => {
  const value = numberIn(cells, 0);
  return {
    t,
    value: Number.isNaN(value) ? numberIn(cells, 1) : value,
    mark: encodeMark(orZero(numberIn(cells, 2)), orZero(numberIn(cells, 3))),
    tags: cells[4] === undefined || cells[4] === "" ? identity : cells[4],
  };
};

const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value);

export const minuteLine = (series: string, minute: Minute): string => {
  const start = minute.m * MINUTE;
  const { n, low, high, total, last, lastT, firstT, bad, probeOff } = minute;
  let fields =
    n === 0 ? "" : `n=${n}i,min=${low},max=${high},sum=${total},last=${last},last_t=${lastT - start}i,first_t=${firstT - start}i`;
  if (bad > 0) fields += `${fields === "" ? "" : ","}bad=${bad}i`;
  if (probeOff > 0) fields += `,off=${probeOff}i`;
  return `minute${series} ${fields} ${start}`;
};

/** Columns of `minute`, in the order `minuteAt` wants them. */
export const MINUTE_COLUMNS = `"n", "min", "max", "sum", "last", "last_t", "first_t", "bad", "off"`;

export const minuteAt = (t: EpochMs, cells: readonly string[]): Minute => {
  const minute = createMinute(Math.floor(t / MINUTE));
  minute.bad = orZero(numberIn(cells, 7));
  minute.probeOff = orZero(numberIn(cells, 8));
  const n = numberIn(cells, 0);
  if (!(n > 0)) return minute;
  minute.n = n;
  minute.low = numberIn(cells, 1);
  minute.high = numberIn(cells, 2);
  minute.total = numberIn(cells, 3);
  minute.last = numberIn(cells, 4);
  minute.lastT = t + numberIn(cells, 5);
  minute.firstT = t + numberIn(cells, 6);
  return minute;
};

/** InfluxDB holds 64 KiB in a string: this many bytes, as base64. */
const PIECE = 45_000;
/** A message has at most 256 KiB, so never more values than these pieces hold. */
const PIECES = 16;

export const blockLine = (device: string, { signal, t0, hz, unit, values }: WaveformBlock): string => {
  const bytes = encodeValues(values);
  const fields: [string, FieldValue][] = [
    ["hz", { kind: "float", value: hz }],
    ["n", { kind: "integer", value: values.length }],
    ["reach", { kind: "integer", value: reachOf(hz, values.length) }],
    ["unit", { kind: "string", value: unit }],
  ];
  for (let at = 0, piece = 0; at < bytes.length; at += PIECE, piece += 1)
    fields.push([`v${piece}`, { kind: "string", value: Buffer.from(bytes.subarray(at, at + PIECE)).toString("base64") }]);
  return encodeLine(
    encodeSeries("waveform", [
      ["device", device],
      ["signal", signal],
    ]),
    fields,
    t0,
  );
};

/** Columns of `waveform`, in the order `blockBytes` wants them. */
export const BLOCK_COLUMNS = `"hz", "unit", ${Array.from({ length: PIECES }, (_, piece) => `"v${piece}"`).join(", ")}`;

export const blockBytes = (cells: readonly string[]): Uint8Array =>
  new Uint8Array(Buffer.concat(cells.slice(2).flatMap((piece) => (piece === "" ? [] : [Buffer.from(piece, "base64")]))));

export const positionLine = (position: number, now: EpochMs): string => `position reached=${position}i ${now}`;

/** A roll-up of samples, for minutes that are made anew. */
export const rollUp = (m: number, samples: readonly Stored[]): Minute => {
  const minute = createMinute(m);
  for (const { t, value, mark } of samples) addSample(minute, t, value, mark);
  return minute;
};
