/** One metric of one patient over time: which devices to read, what is derived, and why there are gaps. */
import { storedMetric, metricByKey } from "#core/metrics/catalogue.ts";
import type { Metric } from "#core/metrics/metric.ts";
import type { DeviceId } from "#core/ids.ts";
import type { PatientConfig } from "#core/people.ts";
import { derivationOf, derivePoints } from "#core/series/derived.ts";
import { nameGaps, type Gap } from "#core/series/name-gaps.ts";
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
const wearingsOf = async ({ readings, registry }: Deps, spans: readonly DeviceSpan[], metric: Metric) => {
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
    wearings.push({ from: span.from, to: span.to, newest: known.ofMetric, newestOfAny: known.ofAny, everyS: known.everyS });
  }
  return wearings;
};

const medianSpacing = (points: readonly SeriesPoint[]): number | null => {
  if (points.length < 3) return null;
  const spacings = points
    .slice(1)
    .map((point, index) => point.t - (points[index]?.t ?? point.t))
    .toSorted((left, right) => left - right);
  return spacings[spacings.length >> 1] ?? null;
};

export const readPatientSeries = async (
  deps: Deps,
  patient: PatientConfig,
  asked: Metric,
  range: { readonly from: EpochMs; readonly to: EpochMs; readonly maxPoints: number },
): Promise<PatientSeries> => {
  const derivation = derivationOf(asked.key);
  const metric = storedMetric((derivation === null ? undefined : metricByKey(derivation.source)) ?? asked);
  const spans = deps.registry.spansOf(patient.id, range.from, range.to);
  if (asked.alias !== undefined) {
    // A session metric: between sessions nothing is expected, so there are no gaps to name.
    const { points, resolutionMs } = await readAliasPoints(deps.readings, asked.alias, metric, { spans, ...range });
    return { metric: asked.key, unit: asked.unit, points, gaps: [], resolutionMs };
  }
  const stored = await deps.readings.series({ spans, metric: metric.code, ...range });
  const points = derivation === null ? stored.points : derivePoints(stored.points, patient.baseline[derivation.baseline]);
  const wearings = await wearingsOf(deps, spans, metric);
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
    medianSpacingMs: stored.resolutionMs === 0 ? medianSpacing(stored.points) : (metric.everyS ?? 0) * SECOND || null,
    spot: metric.spot,
  });
  return { metric: asked.key, unit: asked.unit, points, gaps, resolutionMs: stored.resolutionMs };
};
