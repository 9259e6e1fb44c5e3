/** Judges one measurement as a device wrote it: an admitted sample, or the reason why not (contract section 2, semantics 1). */
import { MAX_UNIT_LENGTH } from "#contracts/telemetry-schema.ts";
import { metricByKey, storedMetric } from "#core/metrics/catalogue.ts";
import type { Metric } from "#core/metrics/metric.ts";
import { applyConversion, type UnitConversions } from "#core/metrics/unit-conversion.ts";
import { flag } from "#core/samples/flags.ts";
import { readMakerFlags } from "#core/samples/maker-flags.ts";
import { parseQuality } from "#core/samples/quality.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import { QUALITY, type QualityCode, type Sample } from "#core/samples/sample.ts";
import { isSentinelNumber, isSentinelText } from "#core/samples/sentinels.ts";
import { type CanonicalTags, canonicalTags } from "#core/samples/tags.ts";
import type { EpochMs } from "#core/time.ts";

export interface DecodeContext {
  /** Arrival of the message; relative SenML times count from it. */
  readonly arrivedAt: EpochMs;
  readonly convert: UnitConversions;
  /** Metric key → values inside the hard limits that this device's kind declares to mean "no measurement". */
  readonly sentinels?: Readonly<Record<string, readonly number[]>> | undefined;
}

/** Below it an oximeter's accuracy is not declared; the sample stays good (semantics 1.3). */
const DECLARED_ACCURACY = 70;
const LOW_ACCURACY = flag("low-accuracy-zone");
const SENSOR_OFF = flag("sensor-off");
const SPO2 = metricByKey("spo2")?.code;

/** Metric, tags, time, value with its unit and limits, quality: the first that fails names the reason. */
export const decodeSample = (
  key: unknown,
  t: unknown,
  value: unknown,
  unit: unknown,
  quality: unknown,
  tags: unknown,
  flags: unknown,
  context: DecodeContext,
): Sample | QuarantineReason => {
  if (typeof key !== "string") return "bad_shape";
  const metric = metricByKey(key);
  if (metric === undefined) return "unknown_metric";
  const canonical = metric.alias === undefined ? canonicalTags(metric, tags) : aliasTags(metric, tags);
  if (canonical === null) return "unknown_tag";
  if (typeof t !== "number" || !Number.isSafeInteger(t) || t < 0) return "bad_time";
  if (unit !== undefined && unit !== null && typeof unit !== "string") return "unknown_unit";
  const verdict =
    typeof value === "number" && metric.coded === undefined ? judgeNumber(metric, value, unit, context) : judgeOther(metric, value);
  if (typeof verdict === "string") return verdict;
  const declared = parseQuality(quality);
  if (declared === null) return "bad_quality";
  const own = Number.isNaN(verdict) ? SENSOR_OFF : metric.code === SPO2 && verdict < DECLARED_ACCURACY ? LOW_ACCURACY : 0;
  const maker = flags === undefined ? undefined : readMakerFlags(flags);
  return {
    metric: metric.alias === undefined ? metric.code : storedMetric(metric).code,
    t,
    value: verdict,
    // NaN: no measurement. Its quality is bad whatever the device says of it.
    quality: Number.isNaN(verdict) ? QUALITY.bad : maker === undefined ? declared : (Math.max(declared, maker.quality) as QualityCode),
    flags: maker === undefined ? own : own | maker.bits,
    tags: canonical.tags,
    identity: canonical.identity,
  };
};

/** The value in the metric's unit, NaN for a sensor that is off, or the reason why it is neither. */
const judgeNumber = (metric: Metric, value: number, unit: string | null | undefined, context: DecodeContext): number | QuarantineReason => {
  if (context.sentinels !== undefined && isDeclared(context.sentinels, metric.key, value)) return Number.NaN;
  let converted = value;
  if (unit !== undefined && unit !== null && unit !== metric.unit) {
    const result = inMetricUnit(metric, value, unit, context);
    if (result === null) return "unknown_unit";
    converted = result;
  }
  const { min, max } = metric.hardLimits;
  if (converted >= min && converted <= max) return metric.binary === true && converted !== 0 && converted !== 1 ? "bad_value" : converted;
  if (isSentinelNumber(value)) return Number.NaN;
  return Number.isFinite(value) ? "out_of_range" : "bad_value";
};

const inMetricUnit = (metric: Metric, value: number, unit: string, context: DecodeContext): number | null => {
  if (unit.length > MAX_UNIT_LENGTH) return null;
  // dBm is not UCUM (domain 1.4): it is accepted by its own name alone.
  if (metric.unit === null) return unit === metric.displayUnit ? value : null;
  const conversion = context.convert.convert(metric.unit, unit);
  return conversion === null ? null : applyConversion(value, conversion);
};

/** Values that are not numbers: codes, yes and no, and the texts of a sensor that is off. A number in quotes is never guessed at. */
const judgeOther = (metric: Metric, value: unknown): number | QuarantineReason => {
  if (value === null) return Number.NaN;
  if (typeof value === "boolean") return metric.binary === true ? Number(value) : "bad_value";
  if (typeof value !== "string") return "bad_value";
  const index = metric.coded?.indexOf(value) ?? -1;
  if (index >= 0) return index;
  return isSentinelText(value) ? Number.NaN : "bad_value";
};

const isDeclared = (sentinels: Readonly<Record<string, readonly number[]>>, key: string, value: number): boolean =>
  Object.hasOwn(sentinels, key) && sentinels[key]?.includes(value) === true;

/** An alias adds its own tags (row 57: context=exercise); a device that contradicts them names a tag that is not allowed. */
const aliasTags = (metric: Metric, tags: unknown): CanonicalTags | null => {
  const own = metric.alias?.tags ?? {};
  if (canonicalTags(metric, tags) === null) return null;
  const given = (tags ?? {}) as Record<string, unknown>;
  for (const key of Object.keys(own)) if (Object.hasOwn(given, key) && given[key] !== own[key]) return null;
  return canonicalTags(storedMetric(metric), { ...given, ...own });
};
