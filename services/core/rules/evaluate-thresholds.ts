/** Evaluates the threshold rules of a stream at its newest sample: holds, pauses, restarts and clears (semantics 4.2, 4.3, 5). */
import { isWorse } from "#core/alerts/severity.ts";
import { isWithin, type PlannedAggregate, type PlannedBranch, type PlannedThreshold } from "#core/rules/metric-plan.ts";
import type { Visit } from "#core/rules/visit.ts";
import type { Window } from "#core/rules/window.ts";
import { type DurationMs, MINUTE } from "#core/time.ts";

/** Undefined for this long at most: the hold waits. Longer: it begins again. */
const LONGEST_PAUSE: DurationMs = MINUTE;
/** Without a defined window for this long, the patient is not measurable (semantics 1.3). */
const UNMEASURABLE_AFTER: DurationMs = 5 * MINUTE;

const FLOWING = 0;
const PAUSED = 1;
const RESTARTED = 2;

export interface ThresholdHost {
  /** Bad samples leave this aggregate undefined, or no longer do. */
  unmeasurable(visit: Visit, aggregate: PlannedAggregate): void;
  measurable(visit: Visit, aggregate: PlannedAggregate): void;
  /** A defined value of an aggregate, for what looks across metrics. */
  defined(visit: Visit, aggregate: PlannedAggregate, value: number): void;
  readonly crossMetric: number;
}

export const evaluateThresholds = (visit: Visit, host: ThresholdHost): void => {
  const { stream } = visit;
  const { plan, cells } = stream;
  const { aggregates } = plan;
  let close = false;
  for (let index = 0; index < aggregates.length; index++) {
    const aggregate = aggregates[index] as PlannedAggregate;
    const window = stream.windows[index] as Window;
    const { cell } = aggregate;
    if (window.median.size < window.needed) {
      cells[cell + 1] = 1;
      if (window.bad > 0) watchBadSamples(visit, aggregate, window, host);
      continue;
    }
    const value = window.median.median();
    let mode = FLOWING;
    let stretch = 0;
    if (cells[cell + 1] === 1) {
      cells[cell + 1] = 0;
      cells[cell + 3] = Number.NaN;
      stretch = visit.t - (cells[cell] as number);
      // The window's own refilling is no loss of data: only what went missing counts against the limit.
      const lost = stretch - window.needed * stream.interval;
      mode = lost > Math.max(LONGEST_PAUSE, 3 * stream.interval) || stretch !== stretch ? RESTARTED : PAUSED;
      if (stream.unmeasurable) host.measurable(visit, aggregate);
    }
    cells[cell] = visit.t;
    cells[cell + 2] = value;
    if (stream.metric === host.crossMetric) host.defined(visit, aggregate, value);
    if (mode === FLOWING && !stream.busy && value > aggregate.quietAbove && value < aggregate.quietBelow && visit.patient.live === 0)
      continue;
    for (const rule of aggregate.rules) evaluateRule(visit, aggregate, rule, window, value, mode, stretch);
    close = true;
  }
  if (close) stream.busy = isBusy(visit);
};

/** Whether a run is under way anywhere in the plan: then every sample is looked at closely. */
const isBusy = (visit: Visit): boolean => {
  const { cells, plan } = visit.stream;
  for (const aggregate of plan.aggregates) {
    for (const rule of aggregate.rules) {
      if (cells[rule.cell] === cells[rule.cell]) return true;
      for (const branch of rule.branches) if (cells[branch.cell] === cells[branch.cell]) return true;
    }
  }
  return false;
};

const evaluateRule = (
  visit: Visit,
  aggregate: PlannedAggregate,
  rule: PlannedThreshold,
  window: Window,
  value: number,
  mode: number,
  stretch: DurationMs,
): void => {
  const { cells } = visit.stream;
  const { patient, t } = visit;
  const at = t + visit.offset;
  const applies = (!rule.atRest || patient.isAtRest(at)) && (!rule.onOxygen || patient.oxygen === "o2");
  let fires: PlannedBranch | null = null;
  let fulfilled = false;
  let onsetAt = t;
  for (let index = 0; index < rule.branches.length; index++) {
    const branch = rule.branches[index] as PlannedBranch;
    const { cell } = branch;
    if (!applies || !isWithin(branch.range, value)) {
      cells[cell] = Number.NaN;
      cells[cell + 2] = 0;
      continue;
    }
    fulfilled = true;
    const start = cells[cell] as number;
    if (start !== start || mode === RESTARTED) {
      cells[cell] = t;
      cells[cell + 1] = 0;
      cells[cell + 2] = 0;
    } else if (mode === PAUSED) cells[cell + 1] = (cells[cell + 1] as number) + stretch;
    const begun = cells[cell] as number;
    if (begun < onsetAt) onsetAt = begun;
    if (cells[cell + 2] === 1) {
      // Said already, unless a worse rule of the family covered it then: when that one lets go, this must speak.
      if (patient.isActive(rule.rule.id)) continue;
    } else if (t - begun - (cells[cell + 1] as number) < branch.holdFor) continue;
    const { withRespRate } = branch;
    if (withRespRate !== null && at - patient.respHighAt > withRespRate.within) continue;
    cells[cell + 2] = 1;
    if (fires === null || isWorse(branch.severity, fires.severity)) fires = branch;
  }
  if (fires !== null) {
    visit.report({
      rule: rule.rule,
      severity: fires.severity,
      tier: fires.tier,
      onsetAt,
      value,
      threshold: fires.range.limit,
      lowConfidence: window.degraded > 0,
      aggregate: aggregate.name,
      from: onsetAt - window.length,
    });
  }
  if (patient.live === 0) {
    cells[rule.cell] = Number.NaN;
    return;
  }
  if (fulfilled) visit.fulfilled(rule.rule);
  evaluateClear(visit, rule, value, mode, stretch, applies);
};

const evaluateClear = (visit: Visit, rule: PlannedThreshold, value: number, mode: number, stretch: DurationMs, applies: boolean): void => {
  const { cells } = visit.stream;
  const { cell } = rule;
  if (!visit.patient.isActive(rule.rule.id) || value < rule.clearLow || value > rule.clearHigh) {
    cells[cell] = Number.NaN;
    return;
  }
  // In exercise a rest rule says nothing, neither worse nor better.
  if (!applies && rule.atRest) return;
  const start = cells[cell] as number;
  if (start !== start || mode === RESTARTED) {
    cells[cell] = visit.t;
    cells[cell + 1] = 0;
  } else if (mode === PAUSED) cells[cell + 1] = (cells[cell + 1] as number) + stretch;
  if (visit.t - (cells[cell] as number) - (cells[cell + 1] as number) < rule.clearFor) return;
  cells[cell] = Number.NaN;
  visit.recover(rule.rule);
};

/** Bad samples keep the window undefined: after 5 min, or at once when the last value was urgent, somebody must know. */
const watchBadSamples = (visit: Visit, aggregate: PlannedAggregate, window: Window, host: ThresholdHost): void => {
  const { stream, t } = visit;
  if (stream.unmeasurable || window.needed === Number.POSITIVE_INFINITY || window.median.size + window.bad < window.needed) return;
  const { cells } = stream;
  const { cell } = aggregate;
  if (!visit.patient.isAtRest(t + visit.offset)) return;
  const last = cells[cell + 2] as number;
  if (cells[cell + 3] !== cells[cell + 3]) {
    const lastT = cells[cell] as number;
    cells[cell + 3] = lastT === lastT && t - lastT <= UNMEASURABLE_AFTER ? lastT : t;
  }
  const urgent =
    last === last &&
    aggregate.rules.some((rule) => rule.branches.some(({ severity, range }) => isWorse(severity, "S3") && isWithin(range, last)));
  if (urgent || t - (cells[cell + 3] as number) >= UNMEASURABLE_AFTER) host.unmeasurable(visit, aggregate);
};
