/** One block of equally spaced values (contract section 2). */
import { boundedCopy } from "#contracts/bounded-copy.ts";
import { type DecodedMessage, type Numbering, type Rejected, setAside } from "#contracts/decoded-message.ts";
import type { DecodeContext } from "#contracts/decode-sample.ts";
import { MAX_UNIT_LENGTH } from "#contracts/telemetry-schema.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { Metric } from "#core/metrics/metric.ts";
import { applyConversion, type UnitConversion } from "#core/metrics/unit-conversion.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";

const SIGNAL = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_HZ = 100_000;
const AS_IT_IS: UnitConversion = { factor: 1, offset: 0 };

export const decodeWaveform = (
  message: Readonly<Record<string, unknown>>,
  numbering: Numbering,
  context: DecodeContext,
): DecodedMessage => {
  const { signal, t0, hz, unit, values } = message;
  const reject = (reason: QuarantineReason): DecodedMessage => setAside(numbering, reason);
  if (typeof signal !== "string" || !SIGNAL.test(signal) || !Array.isArray(values)) return reject("bad_shape");
  if (typeof hz !== "number" || !(hz > 0 && hz <= MAX_HZ)) return reject("bad_shape");
  if (typeof t0 !== "number" || !Number.isSafeInteger(t0) || t0 < 0) return reject("bad_time");
  const metric = metricByKey(signal);
  const conversion = conversionOf(metric, unit, context);
  if (conversion === null) return reject("unknown_unit");

  if (values.length === 0) return { ...numbering, samples: [], quarantined: [] };

  const block = new Float32Array(values.length);
  let outside: { index: number; value: unknown } | null = null;
  for (let index = 0; index < block.length; index++) {
    const value: unknown = values[index];
    if (value === null) {
      block[index] = Number.NaN;
      continue;
    }
    if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) return reject("bad_value");
    const converted = conversion === AS_IT_IS ? value : applyConversion(value, conversion);
    const isOutside = metric !== undefined && (converted < metric.hardLimits.min || converted > metric.hardLimits.max);
    if (isOutside) outside ??= { index, value };
    // A hole in the curve: what is outside the hard limits is never shown as a measurement (domain 1.1).
    block[index] = isOutside ? Number.NaN : converted;
  }
  const quarantined: Rejected[] =
    outside === null ? [] : [{ reason: "out_of_range", sample: boundedCopy({ signal, t0, hz, unit, firstOutside: outside }) }];
  const label = metric?.unit ?? (typeof unit === "string" ? unit : (metric?.displayUnit ?? "1"));
  return { ...numbering, samples: [], waveform: { signal, t0, hz, unit: label, values: block }, quarantined };
};

/** A signal named like a metric comes in that metric's unit; any other keeps the unit it was sent with. */
const conversionOf = (metric: Metric | undefined, unit: unknown, context: DecodeContext): UnitConversion | null => {
  if (unit === undefined || unit === null) return AS_IT_IS;
  if (typeof unit !== "string" || unit === "" || unit.length > MAX_UNIT_LENGTH) return null;
  if (metric === undefined || unit === metric.unit) return AS_IT_IS;
  if (metric.unit === null) return unit === metric.displayUnit ? AS_IT_IS : null;
  return context.convert.convert(metric.unit, unit);
};
