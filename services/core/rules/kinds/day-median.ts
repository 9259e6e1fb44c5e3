/** Rule kind `day-median`: the day-time median of 24 h left the patient's own level for a day (SPO2-A3). */
import type { Severity } from "#core/alerts/alert.ts";
import { DayMedian } from "#core/rules/day-median.ts";
import { isWithin, type PlannedSampleRule, type Range } from "#core/rules/metric-plan.ts";
import type { Visit } from "#core/rules/visit.ts";
import { type DurationMs, HOUR } from "#core/time.ts";
import { limitsInForce, rangeOf, type RangeSpec } from "./range.ts";
import { appliesTo, type RuleKind } from "./rule-kind.ts";

export interface DayMedianParameters {
  readonly step: number;
  readonly ask: readonly RangeSpec[];
  readonly holdMs: DurationMs;
  /** New only against a baseline at least this high; without one the rule is silent (semantics 5.10). */
  readonly baseline: { readonly metric: string; readonly atLeast: number };
}

/** Cells: the run's start, condition holds. */
const [RUN, HOLDING, CELLS] = [0, 1, 2] as const;

interface PlannedDay extends PlannedSampleRule {
  readonly range: Range;
  readonly clear: number;
  readonly holdFor: DurationMs;
}

const onSample = (visit: Visit, rule: PlannedSampleRule): void => {
  const planned = rule as PlannedDay;
  const { stream, patient } = visit;
  // A minute in which samples came out of order is judged as they came: a day does not turn on it.
  if (visit.again || visit.quality === 2 || !patient.isAtRest(visit.t + visit.offset)) return;
  stream.day ??= new DayMedian();
  if (!stream.day.add(visit.t + visit.offset, visit.value, patient.timeZone)) return;
  const { cells } = stream;
  const { cell, range } = planned;
  const { value } = stream.day;
  if (value !== value || !isWithin(range, value)) {
    cells[cell + RUN] = Number.NaN;
    cells[cell + HOLDING] = 0;
    if (value >= planned.clear && patient.isActive(planned.rule.id)) visit.recover(planned.rule);
    return;
  }
  const start = cells[cell + RUN] as number;
  if (start !== start) cells[cell + RUN] = visit.t;
  visit.fulfilled(planned.rule);
  if (cells[cell + HOLDING] === 1 || visit.t - (cells[cell + RUN] as number) < planned.holdFor) return;
  cells[cell + HOLDING] = 1;
  visit.report({
    rule: planned.rule,
    severity: planned.rule.severity satisfies Severity,
    tier: planned.rule.tier,
    onsetAt: cells[cell + RUN] as number,
    value,
    threshold: range.limit,
    lowConfidence: false,
    aggregate: "day",
    from: visit.t - HOUR,
  });
};

export const dayMedian: RuleKind = {
  kind: "day-median",
  metrics: (rule) => (rule.metric === null ? [] : [rule.metric]),
  plan(rule, subject, _metric, builder) {
    const parameters = rule.parameters as unknown as DayMedianParameters;
    const baseline = subject.baselineOf(parameters.baseline.metric);
    if (!appliesTo(rule, subject) || subject.cadence === "spot") return;
    if (baseline === undefined || baseline < parameters.baseline.atLeast) return;
    const { threshold, clear } = limitsInForce(rule, subject);
    const first = parameters.ask[0];
    if (first === undefined) return;
    const planned: PlannedDay = {
      rule,
      key: `${rule.id}@${rule.version} ${threshold}`,
      cells: CELLS,
      cell: 0,
      range: rangeOf(first, threshold, parameters.step, subject),
      clear,
      holdFor: parameters.holdMs,
      onSample,
      holds: (cells, cell) => cells[cell + HOLDING] === 1,
      forget: (cells, cell) => {
        cells[cell + RUN] = Number.NaN;
        cells[cell + HOLDING] = 0;
      },
    };
    builder.sampleRule(planned);
  },
};
