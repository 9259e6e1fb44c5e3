/** Rules compiled for one metric of one patient's situation: shared by all patients in the same one, laid out in flat cells. */
import type { Severity } from "#core/alerts/alert.ts";
import type { PatientConfig, Tier } from "#core/people.ts";
import type { RuleLimits, RuleVersion } from "#core/rules/rule.ts";
import type { Visit } from "#core/rules/visit.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";

/** Values that fulfil: between two ends, each belonging to the range or not. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
  /** The limit shown to people: the end from which it begins. */
  readonly limit: number;
  readonly side: "low" | "high";
}

export const isWithin = (range: Range, value: number): boolean =>
  (range.lowOpen ? value > range.low : value >= range.low) && (range.highOpen ? value < range.high : value <= range.high);

export interface PlannedBranch {
  readonly severity: Severity;
  readonly tier: Tier;
  readonly range: Range;
  readonly holdFor: DurationMs;
  /** Needs, besides, a respiratory rate this high lately (SPO2-A1, semantics 5.2). */
  readonly withRespRate: { readonly atLeast: number; readonly within: DurationMs } | null;
  cell: number;
}

export interface PlannedThreshold {
  readonly rule: RuleVersion;
  readonly key: string;
  readonly branches: readonly PlannedBranch[];
  readonly clearLow: number;
  readonly clearHigh: number;
  readonly clearFor: DurationMs;
  readonly atRest: boolean;
  readonly onOxygen: boolean;
  cell: number;
}

export interface PlannedAggregate {
  readonly name: string;
  readonly window: DurationMs;
  readonly minValid: number;
  readonly rules: PlannedThreshold[];
  /** Strictly between these no branch of any rule fulfils. */
  quietAbove: number;
  quietBelow: number;
  cell: number;
}

/** A rule that looks at each sample itself and keeps its state in cells: spot rules and whatever kind comes next. */
export interface PlannedSampleRule {
  readonly rule: RuleVersion;
  readonly key: string;
  readonly cells: number;
  cell: number;
  onSample(visit: Visit, planned: PlannedSampleRule): void;
  /** Time passed: what the absence of a sample proves. */
  onTime?(visit: Visit, planned: PlannedSampleRule): void;
  /** When `onTime` is due, in our time; Infinity for never. */
  dueAt?(cells: Float64Array, cell: number, offset: DurationMs): EpochMs;
  /** Whether its condition holds now, for absorption. */
  holds(cells: Float64Array, cell: number): boolean;
  forget(cells: Float64Array, cell: number): void;
}

export interface MetricPlan {
  readonly aggregates: readonly PlannedAggregate[];
  readonly sampleRules: readonly PlannedSampleRule[];
  readonly cells: number;
  readonly initial: Float64Array;
  readonly longestWindow: DurationMs;
}

/** How often the stream's samples come: rules for streams and rules for single measurements exclude one another (semantics 5.9). */
export type CadenceClass = "continuous" | "spot" | "unknown";
export const SPOT_FROM: DurationMs = 600_000;

/** What a rule's meaning depends on besides itself. */
export interface PlanSubject {
  readonly patient: PatientConfig;
  readonly cadence: CadenceClass;
  limitsOf(rule: string): RuleLimits | null;
  /** The patient's own level of a metric, by key. */
  baselineOf(metric: string): number | undefined;
  /** Newest version of a rule, by id. */
  rule(id: string): RuleVersion | null;
}

/** Cells of an aggregate: last defined evaluation, an undefined one came since (0/1), its last defined value, not measurable since. */
export const AGGREGATE_CELLS = 4;
/** Cells of a threshold rule: the clear run's start and paused time. */
export const RULE_CELLS = 2;
/** Cells of a branch: the run's start, its paused time, hold complete (0/1). */
export const BRANCH_CELLS = 3;

/** Gathers what the kinds of rules ask for. */
export class PlanBuilder {
  readonly #aggregates: PlannedAggregate[] = [];
  readonly #sampleRules: PlannedSampleRule[] = [];

  aggregate(name: string, window: DurationMs, minValid: number): PlannedAggregate {
    let found = this.#aggregates.find(
      (candidate) => candidate.name === name && candidate.window === window && candidate.minValid === minValid,
    );
    if (found === undefined) {
      found = {
        name,
        window,
        minValid,
        rules: [],
        quietAbove: Number.NEGATIVE_INFINITY,
        quietBelow: Number.POSITIVE_INFINITY,
        cell: 0,
      };
      this.#aggregates.push(found);
    }
    return found;
  }

  sampleRule(rule: PlannedSampleRule): void {
    this.#sampleRules.push(rule);
  }

  build(): MetricPlan {
    let cells = 0;
    let longestWindow = 0;
    const starts: number[] = [];
    for (const aggregate of this.#aggregates) {
      longestWindow = Math.max(longestWindow, aggregate.window);
      aggregate.cell = cells;
      starts.push(cells, cells + 2, cells + 3);
      cells += AGGREGATE_CELLS;
      for (const rule of aggregate.rules) {
        rule.cell = cells;
        starts.push(cells);
        cells += RULE_CELLS;
        for (const branch of rule.branches) {
          branch.cell = cells;
          starts.push(cells);
          cells += BRANCH_CELLS;
          const { range } = branch;
          if (range.side === "low") aggregate.quietAbove = Math.max(aggregate.quietAbove, range.high);
          else aggregate.quietBelow = Math.min(aggregate.quietBelow, range.low);
        }
      }
    }
    for (const rule of this.#sampleRules) {
      rule.cell = cells;
      for (let index = 0; index < rule.cells; index++) starts.push(cells + index);
      cells += rule.cells;
    }
    const initial = new Float64Array(cells);
    for (const start of starts) initial[start] = Number.NaN;
    return { aggregates: this.#aggregates, sampleRules: this.#sampleRules, cells, initial, longestWindow };
  }
}

/** Parts of a stream's cells by whose they are, so that a change of one rule leaves the others' holds alone. */
export const cellParts = (plan: MetricPlan): Map<string, readonly [from: number, length: number]> => {
  const parts = new Map<string, readonly [number, number]>();
  for (const aggregate of plan.aggregates) {
    parts.set(`aggregate ${aggregate.name} ${aggregate.window}`, [aggregate.cell, AGGREGATE_CELLS]);
    for (const rule of aggregate.rules) parts.set(rule.key, [rule.cell, RULE_CELLS + BRANCH_CELLS * rule.branches.length]);
  }
  for (const rule of plan.sampleRules) parts.set(rule.key, [rule.cell, rule.cells]);
  return parts;
};
