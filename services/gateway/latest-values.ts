/** The newest value of every metric of a patient, stored and derived, as people and programs read it. */
import { metricByCode, metricByKey } from "#core/metrics/catalogue.ts";
import type { PatientConfig } from "#core/people.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import { QUALITY_NAMES, type QualityName } from "#core/samples/sample.ts";
import { derivationOf, percentOf, referenceOf } from "#core/series/derived.ts";
import { DAY, type EpochMs } from "#core/time.ts";
import type { GatewayDeps } from "#gateway/gateway-deps.ts";
import type { LiveReading } from "#gateway/live/live-reading.ts";

export interface LatestValue {
  readonly metric: string;
  readonly value: number | string;
  readonly unit: string | null;
  readonly quality: QualityName;
  readonly t: EpochMs;
  readonly device: DeviceId | null;
}

/** A steady clock may run this far ahead and its readings keep their own times (semantics 3.1, decision 0003). */
export const FARTHEST_AHEAD = 400 * DAY;
const DERIVED = ["pef_pct_best"];

export const readLatestValues = async (
  { readings, registry, clinicalClock }: Pick<GatewayDeps, "readings" | "registry" | "clinicalClock">,
  patient: Pick<PatientConfig, "id" | "baseline">,
): Promise<LatestValue[]> => {
  const items: LatestValue[] = [];
  for (const reading of await readings.latest(registry.spansOf(patient.id, 0, Math.round(clinicalClock.now()) + FARTHEST_AHEAD))) {
    const metric = metricByCode(reading.metric);
    if (metric === undefined || Number.isNaN(reading.value)) continue;
    const code = metric.coded?.[reading.value];
    items.push({
      metric: metric.key,
      value: code ?? reading.value,
      unit: metric.unit,
      quality: QUALITY_NAMES[reading.quality] ?? "bad",
      t: reading.t,
      device: reading.device,
    });
  }
  for (const key of DERIVED) {
    const derivation = derivationOf(key);
    const source = items.find(({ metric }) => metric === derivation?.source);
    const reference = derivation === null ? undefined : referenceOf(derivation, patient.baseline);
    if (source === undefined || typeof source.value !== "number" || reference === undefined || !(reference > 0)) continue;
    if (items.some(({ metric }) => metric === key)) continue;
    items.push({ ...source, metric: key, value: percentOf(source.value, reference), unit: metricByKey(key)?.unit ?? null, device: null });
  }
  return items.toSorted((left, right) => (left.metric < right.metric ? -1 : 1));
};

/** The same for the snapshots of the live feed. */
export const latestLiveReadings = async (
  deps: Pick<GatewayDeps, "readings" | "registry" | "clinicalClock">,
  patients: readonly PatientId[],
): Promise<LiveReading[]> => {
  const all: LiveReading[] = [];
  for (const id of patients) {
    const patient = deps.registry.patient(id);
    if (patient === null) continue;
    for (const { metric, t, value, quality, device } of await readLatestValues(deps, patient))
      all.push({ patient: id, metric, t, value, quality, device });
  }
  return all;
};
