/** One metric of one patient over time: which devices to read, what is derived, and why there are gaps. */
import { storedMetric, metricByKey } from "#core/metrics/catalogue.ts";
import type { Metric } from "#core/metrics/metric.ts";
import type { DeviceId } from "#core/ids.ts";
import type { PatientConfig } from "#core/people.ts";
import { derivationOf, derivePoints, referenceOf } from "#core/series/derived.ts";
import { nameGaps, type Gap } from "#core/series/name-gaps.ts";
import { medianSpacing } from "#core/series/spacing.ts";
import { SECOND, type EpochMs } from "#core/time.ts";
import { readAliasPoints } from "#gateway/alias-points.ts";
import type { GatewayDeps } from "#gateway/gateway-deps.ts";
import type { DeviceSpan, SeriesPoint } from "#ports/reading-store.ts";

export interface PatientSeries {
  readonly metric: string;
  readonly unit: string | null;
  readonly points: readonly SeriesPoint[];
  readonly gaps: readonly Gap[];
  readonly resolutionMs: number;
}

type Deps = Pick<GatewayDeps, "readings" | "registry" | "clinicalClock">;

/** Every device worn in the range with what it ever sent; gaps need to know a mute device from a silent one. */
const wearingsOf = async ({ readings, registry }: Deps, patient: PatientConfig, spans: readonly DeviceSpan[], metric: Metric) => {
  const assignments = registry.assignmentsOfPatient(patient.id);
  const wearings = [];
  const newest = new Map<DeviceId, { readonly ofMetric: EpochMs | null; readonly ofAny: EpochMs | null; readonly everyS: number | null }>();
  for (const span of spans) {
    let known = newest.get(span.device);
    if (known === undefined) {
      const declared = registry.device(span.device)?.metrics;
      known = {
        ofMetric: await readings.newestOf(span.device, metric.code),
        ofAny: await readings.newestOf(span.device),
        everyS: declared !== undefined && Object.hasOwn(declared, metric.key) ? (declared[metric.key]?.everyS ?? null) : null,
      };
      newest.set(span.device, known);
    }
    // A device that neither declares nor ever sent the metric says nothing about it.
    if (known.everyS === null && known.ofMetric === null && known.ofAny !== null) continue;
    const since = assignments.findLast(({ device, from }) => device === span.device && from <= span.from)?.from;
    wearings.push({
      from: span.from,
      to: span.to,
      ...(since === undefined ? {} : { since }),
      newest: known.ofMetric,
      newestOfAny: known.ofAny,
      everyS: known.everyS,
    });
  }
  return wearings;
};

/** A device that sends the derived metric itself is believed; else it is computed from its source. */
const derivationFor = async (
  deps: Deps,
  patient: PatientConfig,
  asked: Metric,
  range: { readonly from: EpochMs; readonly to: EpochMs },
) => {
  const derivation = derivationOf(asked.key);
  if (derivation === null) return null;
  const spans = deps.registry.spansOf(patient.id, range.from, range.to);
  const sent = await deps.readings.series({ spans, metric: asked.code, ...range, maxPoints: 1 });
  return sent.points.length > 0 ? null : derivation;
};

export const readPatientSeries = async (
  deps: Deps,
  patient: PatientConfig,
  asked: Metric,
  range: { readonly from: EpochMs; readonly to: EpochMs; readonly maxPoints: number },
): Promise<PatientSeries> => {
  const derivation = await derivationFor(deps, patient, asked, range);
  const metric = storedMetric((derivation === null ? undefined : metricByKey(derivation.source)) ?? asked);
  const spans = deps.registry.spansOf(patient.id, range.from, range.to);
  if (asked.alias !== undefined) {
    // A session metric: between sessions nothing is expected, so there are no gaps to name.
    const { points, resolutionMs } = await readAliasPoints(deps.readings, asked.alias, metric, { spans, ...range });
    return { metric: asked.key, unit: asked.unit, points, gaps: [], resolutionMs };
  }
  const stored = await deps.readings.series({ spans, metric: metric.code, ...range });
  const points = derivation === null ? stored.points : derivePoints(stored.points, referenceOf(derivation, patient.baseline));
  const wearings = await wearingsOf(deps, patient, spans, metric);
  const declared = wearings.flatMap(({ everyS }) => (everyS === null ? [] : [everyS * SECOND]));
  const pause = patient.pause;
  const gaps = nameGaps({
    from: range.from,
    to: range.to,
    now: Math.round(deps.clinicalClock.now()),
    quiet: stored.quiet ?? [],
    bad: stored.bad,
    wearings,
    pauses: pause === null ? [] : [{ from: pause.from, to: pause.to }],
    declaredIntervalMs: declared.length === 0 ? null : Math.min(...declared),
    medianSpacingMs: medianSpacing(stored.points, stored.resolutionMs),
    spot: metric.spot,
  });
  return { metric: asked.key, unit: asked.unit, points, gaps, resolutionMs: stored.resolutionMs };
};
