/** SenML packs (RFC 8428): base fields carry forward, names end in a catalogue key, times may be relative to the arrival. */
import { boundedCopy } from "#contracts/bounded-copy.ts";
import { type DecodedMessage, type Numbering, readNumbering, type Rejected, setAside } from "#contracts/decoded-message.ts";
import { type DecodeContext, decodeSample } from "#contracts/decode-sample.ts";
import { senmlUnit } from "#contracts/senml-unit.ts";
import { MAX_SAMPLES } from "#contracts/telemetry-schema.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { Sample } from "#core/samples/sample.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Base {
  name: string;
  time: number;
  unit: string | undefined;
  value: number | undefined;
}

/** RFC 8428 section 4.5.3: seconds below it are relative to now. */
const RELATIVE_BELOW = 2 ** 28;
/** The version this decoder speaks (section 4.4). */
const VERSION = 10;
/** What may stand between a device's name and a metric key. */
const SEPARATOR = /[:/.]/;

export const decodeSenml = (records: readonly unknown[], context: DecodeContext): DecodedMessage => {
  const first = isFields(records[0]) ? records[0] : {};
  const numbering = readNumbering(first.seq, first.epoch);
  if (numbering === null) return setAside({}, "bad_seq");
  if (records.length === 0) return setAside({}, "bad_shape");
  if (records.length > MAX_SAMPLES) return setAside(numbering, "too_many_samples");
  if (records.length === 1 && first.void === true && numbering.seq !== undefined) {
    return { ...numbering, void: true, samples: [], quarantined: [] };
  }
  return decodeRecords(records, numbering, context);
};

const decodeRecords = (records: readonly unknown[], numbering: Numbering, context: DecodeContext): DecodedMessage => {
  const samples: Sample[] = [];
  const quarantined: Rejected[] = [];
  const base: Base = { name: "", time: 0, unit: undefined, value: undefined };
  for (const record of records) {
    if (!isFields(record)) {
      quarantined.push({ reason: "bad_shape", sample: boundedCopy(record) });
      continue;
    }
    // A base that cannot be read makes every later record doubtful, and so does a field that must be understood (section 4.4).
    if (!carryBase(record, base) || Object.keys(record).some((label) => label.endsWith("_"))) return setAside(numbering, "bad_shape");
    if (isBaseOnly(record)) continue;
    const verdict = decodeRecord(record, base, context);
    if (typeof verdict === "string") quarantined.push({ reason: verdict, sample: boundedCopy(asSeen(record, base)) });
    else samples.push(verdict);
  }
  return { ...numbering, samples, quarantined };
};

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const carryBase = (record: Fields, base: Base): boolean => {
  const { bn, bt, bu, bv, bs, bver } = record;
  if (bver !== undefined && !(typeof bver === "number" && Number.isInteger(bver) && bver >= 1 && bver <= VERSION)) return false;
  if (bs !== undefined && typeof bs !== "number") return false;
  if (bn !== undefined) {
    if (typeof bn !== "string") return false;
    base.name = bn;
  }
  if (bt !== undefined) {
    if (typeof bt !== "number") return false;
    base.time = bt;
  }
  if (bu !== undefined) {
    if (typeof bu !== "string") return false;
    base.unit = bu;
  }
  if (bv !== undefined) {
    if (typeof bv !== "number") return false;
    base.value = bv;
  }
  return true;
};

const VALUE_FIELDS = ["n", "u", "v", "vs", "vb", "vd", "s", "t"] as const;
const isBaseOnly = (record: Fields): boolean => VALUE_FIELDS.every((field) => record[field] === undefined);

/** The record as it has to be read, without the records before it. */
const asSeen = (record: Fields, base: Base): unknown => ({
  ...record,
  ...(base.name === "" ? {} : { bn: base.name }),
  ...(base.time === 0 ? {} : { bt: base.time }),
  ...(base.unit === undefined ? {} : { bu: base.unit }),
  ...(base.value === undefined ? {} : { bv: base.value }),
});

const decodeRecord = (record: Fields, base: Base, context: DecodeContext): Sample | QuarantineReason => {
  const { n, t, u, quality, tags, flags } = record;
  if (n !== undefined && typeof n !== "string") return "bad_shape";
  if (t !== undefined && typeof t !== "number") return "bad_time";
  if (u !== undefined && typeof u !== "string") return "unknown_unit";
  const key = metricKey(base.name, n);
  const value = valueOf(record, base);
  if (value === undefined) return metricByKey(key) === undefined ? "unknown_metric" : "bad_value";
  const time = timeOf(base.time + (t ?? 0), context.arrivedAt);
  const unit = u ?? base.unit;
  if (unit === "%" && typeof value === "number") return decodePercent(key, time, value, quality, tags, flags, context);
  const ucum = unit === undefined ? undefined : senmlUnit(unit);
  if (ucum === null && metricByKey(key) !== undefined) return "unknown_unit";
  return decodeSample(key, time, value, ucum, quality, tags, flags, context);
};

/** `n` that is a key says which metric whatever comes before it; else the last part of the whole name. */
const metricKey = (baseName: string, name: string | undefined): string => {
  if (name !== undefined && metricByKey(name) !== undefined) return name;
  const whole = baseName + (name ?? "");
  return whole.split(SEPARATOR).at(-1) ?? whole;
};

/** Undefined: the record has no value that a sample could have (`vd`, a sum alone). */
const valueOf = (record: Fields, base: Base): unknown => {
  const { v, vs, vb, vd, s } = record;
  if (v !== undefined) return typeof v === "number" && base.value !== undefined ? Number((v + base.value).toPrecision(15)) : v;
  if (vs !== undefined) return vs;
  if (vb !== undefined) return vb;
  // Section 4.1: a missing v beside a base value counts as zero.
  return vd === undefined && s === undefined ? base.value : undefined;
};

const timeOf = (seconds: number, arrivedAt: number): number => {
  const ms = Math.round(seconds * 1_000);
  return seconds < RELATIVE_BELOW && seconds > -RELATIVE_BELOW ? arrivedAt + ms : ms;
};

/**
 * RFC 8428 registers `%` for a ratio of 0 to 1, and devices send percent with it. Where only one reading is a possible value
 * it is that one; where both are possible the number would be a guess, so it is set aside (`/100` and `/` are clear).
 */
const decodePercent = (
  key: string,
  t: number,
  value: number,
  quality: unknown,
  tags: unknown,
  flags: unknown,
  context: DecodeContext,
): Sample | QuarantineReason => {
  const asRatio = decodeSample(key, t, value, "1", quality, tags, flags, context);
  if (metricByKey(key)?.unit !== "%") return asRatio;
  const asPercent = decodeSample(key, t, value, "%", quality, tags, flags, context);
  if (typeof asRatio === "string" || Number.isNaN(asRatio.value)) return asPercent;
  if (typeof asPercent === "string" || Number.isNaN(asPercent.value)) return asRatio;
  return asRatio.value === asPercent.value ? asPercent : "unknown_unit";
};
