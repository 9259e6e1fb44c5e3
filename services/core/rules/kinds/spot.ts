/** Rule kind `spot`: a single measurement asks for a repeat; confirmed, or not repeated in time, it raises (semantics 5.9). */
import type { Severity } from "#core/alerts/alert.ts";
import type { Tier } from "#core/people.ts";
import { isWithin, type PlannedSampleRule, type Range } from "#core/rules/metric-plan.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import type { Visit } from "#core/rules/visit.ts";
import { type DurationMs, MINUTE } from "#core/time.ts";
import { limitsInForce, rangeOf, type RangeSpec } from "./range.ts";
import { appliesTo, type RuleKind } from "./rule-kind.ts";

interface Outcome extends RangeSpec {
  readonly severity: Severity;
  readonly tier: Tier;
}

export interface SpotParameters {
  readonly context: "rest" | "any";
  /** `spot`: only where the interval is over 10 min; streams have other rules. */
  readonly cadence: "spot" | "any";
  readonly step: number;
  /** Values that ask for a repeat. */
  readonly ask: readonly RangeSpec[];
  /** A repeat counts from `afterMs` to `withinMs` after the first. */
  readonly afterMs: DurationMs;
  readonly withinMs: DurationMs;
  readonly confirmed: { readonly severity: Severity; readonly tier: Tier };
  /** No repeat in time. */
  readonly alone: { readonly severity: Severity; readonly tier: Tier };
  /** Values that wait for nothing. */
  readonly atOnce?: readonly Outcome[];
  /** Values that make a confirmed or open alert worse. */
  readonly worse?: readonly Outcome[];
  readonly clearFrom?: number;
  /** The clear limits themselves do not clear. */
  readonly clearOpen?: true;
  readonly clearForMs: DurationMs;
  /** The value is this percentage of the patient's reference (semantics 5.10). */
  readonly percentOf?: { readonly metric: string; readonly of: string; readonly references: readonly string[] };
}

/** Cells: first measurement's time, value, arrival, whether degraded; the clear run's start; condition holds. */
const [FIRST_T, FIRST_VALUE, FIRST_ARRIVAL, FIRST_DEGRADED, CLEAR_START, HOLDING, CELLS] = [0, 1, 2, 3, 4, 5, 6] as const;

interface Compiled {
  readonly parameters: SpotParameters;
  readonly ask: readonly Range[];
  readonly atOnce: readonly { readonly range: Range; readonly outcome: Outcome }[];
  readonly worse: readonly { readonly range: Range; readonly outcome: Outcome }[];
  readonly clearLow: number;
  readonly clearHigh: number;
  /** Multiplies the sample; 1 when the device sends the rule's own metric. */
  readonly scale: number;
}

interface PlannedSpot extends PlannedSampleRule {
  readonly spot: Compiled;
}

const isClear = ({ clearLow, clearHigh, parameters }: Compiled, value: number): boolean =>
  parameters.clearOpen === true ? value > clearLow && value < clearHigh : value >= clearLow && value <= clearHigh;

const report = (visit: Visit, planned: PlannedSpot, what: { severity: Severity; tier: Tier }, value: number, onsetAt: number): void => {
  const { spot, rule } = planned;
  const range = spot.ask.find((candidate) => isWithin(candidate, value)) ?? spot.ask[0];
  const worse = [...spot.worse, ...spot.atOnce].find(
    ({ range: beyond, outcome }) => outcome.severity === what.severity && isWithin(beyond, value),
  );
  visit.report({
    rule,
    severity: what.severity,
    tier: what.tier,
    onsetAt,
    value,
    threshold: worse?.range.limit ?? range?.limit ?? rule.threshold,
    lowConfidence: visit.quality === 1 || visit.stream.cells[planned.cell + FIRST_DEGRADED] === 1,
    aggregate: "single",
    from: onsetAt,
    ...(spot.scale === 1 ? {} : { unit: "%" }),
  });
};

const confirmedBy = (spot: Compiled, value: number): { severity: Severity; tier: Tier } =>
  spot.worse.find(({ range }) => isWithin(range, value))?.outcome ?? spot.parameters.confirmed;

/** Further out than every asking range: another rule's business, so it neither confirms nor dismisses. */
const isBeyond = (spot: Compiled, value: number): boolean =>
  spot.ask.some((range) => (range.side === "low" ? value < range.low : value > range.high || (range.highOpen && value === range.high)));

const withoutRepeat = (visit: Visit, planned: PlannedSpot): void => {
  const { cells } = visit.stream;
  const { cell, spot } = planned;
  const onsetAt = cells[cell + FIRST_T] as number;
  const value = cells[cell + FIRST_VALUE] as number;
  cells[cell + FIRST_T] = Number.NaN;
  cells[cell + HOLDING] = 1;
  const { late } = visit;
  visit.late = (cells[cell + FIRST_ARRIVAL] as number) - (onsetAt + visit.offset) > 10 * MINUTE;
  report(visit, planned, spot.parameters.alone, value, onsetAt);
  visit.late = late;
};

const onSample = (visit: Visit, rule: PlannedSampleRule): void => {
  const planned = rule as PlannedSpot;
  const { spot, cell } = planned;
  const { parameters } = spot;
  const { cells } = visit.stream;
  const firstT = cells[cell + FIRST_T] as number;
  if (visit.t > firstT + parameters.withinMs) withoutRepeat(visit, planned);
  if (visit.quality === 2 || visit.value !== visit.value) return;
  if (parameters.context === "rest" && !visit.patient.isAtRest(visit.t + visit.offset)) return;
  const value = visit.value * spot.scale;
  const asks = spot.ask.some((range) => isWithin(range, value));
  const open = visit.patient.isActive(planned.rule.id);
  const pending = firstT === firstT && cells[cell + FIRST_T] === firstT;
  const immediate = spot.atOnce.find(({ range }) => isWithin(range, value));
  cells[cell + HOLDING] = asks || immediate !== undefined ? 1 : 0;

  if (pending && asks && visit.t - firstT >= parameters.afterMs && visit.t > firstT) {
    report(visit, planned, confirmedBy(spot, value), value, firstT);
    cells[cell + FIRST_T] = Number.NaN;
  } else if (immediate !== undefined && visit.stream.cadence !== "unknown" && !open) {
    report(visit, planned, immediate.outcome, value, pending ? firstT : visit.t);
    if (asks && !pending) remember(visit, planned, value);
  } else if (asks && open && !pending) report(visit, planned, confirmedBy(spot, value), value, visit.t);
  else if (asks && !pending) remember(visit, planned, value);
  else if (pending && !asks && !isBeyond(spot, value) && visit.t - firstT >= parameters.afterMs) cells[cell + FIRST_T] = Number.NaN;

  if (asks) visit.fulfilled(planned.rule);
  if (!isClear(spot, value)) cells[cell + CLEAR_START] = Number.NaN;
  else if (visit.patient.isActive(planned.rule.id)) {
    const start = cells[cell + CLEAR_START] as number;
    if (start !== start) cells[cell + CLEAR_START] = visit.t;
    if (visit.t - (cells[cell + CLEAR_START] as number) >= parameters.clearForMs) {
      cells[cell + CLEAR_START] = Number.NaN;
      visit.recover(planned.rule);
    }
  }
};

const remember = (visit: Visit, planned: PlannedSpot, value: number): void => {
  const { cells } = visit.stream;
  cells[planned.cell + FIRST_T] = visit.t;
  cells[planned.cell + FIRST_VALUE] = value;
  cells[planned.cell + FIRST_ARRIVAL] = visit.arrivedAt;
  cells[planned.cell + FIRST_DEGRADED] = visit.quality;
};

/** The absence of a repeat is proved by time, but never before the disorder bound after the arrival (semantics 3.3). */
const dueAt = (parameters: SpotParameters, cells: Float64Array, cell: number, offset: DurationMs): number => {
  const firstT = cells[cell + FIRST_T] as number;
  if (firstT !== firstT) return Number.POSITIVE_INFINITY;
  return Math.max(firstT + offset + parameters.withinMs, (cells[cell + FIRST_ARRIVAL] as number) + MINUTE);
};

const scaleFor = (rule: RuleVersion, metric: string, baseline: Readonly<Record<string, number>>): number | null => {
  const { percentOf } = rule.parameters as unknown as SpotParameters;
  if (percentOf === undefined || metric === rule.metric) return 1;
  for (const key of percentOf.references) {
    const reference = baseline[key];
    if (reference !== undefined && reference > 0) return 100 / reference;
  }
  return null;
};

export const spot: RuleKind = {
  kind: "spot",
  metrics: (rule) => {
    const { percentOf } = rule.parameters as unknown as SpotParameters;
    return [...(rule.metric === null ? [] : [rule.metric]), ...(percentOf === undefined ? [] : [percentOf.of])];
  },
  plan(rule, subject, metric, builder) {
    const parameters = rule.parameters as unknown as SpotParameters;
    if (!appliesTo(rule, subject) || (parameters.cadence === "spot" && subject.cadence === "continuous")) return;
    const scale = scaleFor(rule, metric, subject.patient.baseline);
    if (scale === null) return;
    const { threshold, clear } = limitsInForce(rule, subject);
    const compile = (outcome: Outcome) => ({ range: rangeOf(outcome, threshold, parameters.step, subject), outcome });
    const ask = parameters.ask.map((spec) => rangeOf(spec, threshold, parameters.step, subject));
    const low = ask[0]?.side === "low";
    const compiled: Compiled = {
      parameters,
      ask,
      atOnce: (parameters.atOnce ?? []).map(compile),
      worse: (parameters.worse ?? []).map(compile),
      clearLow: low ? clear : (parameters.clearFrom ?? Number.NEGATIVE_INFINITY),
      clearHigh: low ? (parameters.clearFrom ?? Number.POSITIVE_INFINITY) : clear,
      scale,
    };
    const planned: PlannedSpot = {
      rule,
      key: `${rule.id}@${rule.version} ${threshold} ${ask.map((range) => `${range.low}..${range.high}`).join(" ")}`,
      cells: CELLS,
      cell: 0,
      spot: compiled,
      onSample,
      onTime: (visit, self) => {
        if (dueAt(parameters, visit.stream.cells, self.cell, visit.offset) <= visit.now) withoutRepeat(visit, self as PlannedSpot);
      },
      dueAt: (cells, cell, offset) => dueAt(parameters, cells, cell, offset),
      holds: (cells, cell) => cells[cell + HOLDING] === 1,
      forget: (cells, cell) => {
        cells[cell + HOLDING] = 0;
        cells[cell + FIRST_T] = Number.NaN;
      },
    };
    builder.sampleRule(planned);
  },
};
