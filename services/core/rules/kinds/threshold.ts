/** Rule kind `threshold`: an aggregate beyond a limit or inside a band, held for a time, cleared at a safer limit (domain 2.1, semantics 4 and 5). */
import type { Severity } from "#core/alerts/alert.ts";
import type { Tier } from "#core/people.ts";
import type { PlannedBranch, PlannedThreshold } from "#core/rules/metric-plan.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import type { DurationMs } from "#core/time.ts";
import { limitsInForce, rangeOf, type RangeSpec } from "./range.ts";
import { appliesTo, type RuleKind } from "./rule-kind.ts";

/** JSON of one branch. */
export interface ThresholdBranch extends RangeSpec {
  readonly severity: Severity;
  readonly tier: Tier;
  readonly holdMs: DurationMs;
  readonly withRespRate?: { readonly atLeast: number; readonly withinMs: DurationMs };
}

export interface ThresholdParameters {
  readonly aggregate: string;
  readonly windowMs: DurationMs;
  readonly minValid: number;
  readonly context: "rest" | "any";
  readonly cadence: "continuous" | "any";
  readonly onOxygen?: true;
  readonly step: number;
  readonly clearForMs: DurationMs;
  /** Second clear limit, for rules with a low and a high side. */
  readonly clearFrom?: number;
  readonly branches: readonly ThresholdBranch[];
}

export const thresholdParameters = (rule: RuleVersion): ThresholdParameters => rule.parameters as unknown as ThresholdParameters;

export const threshold: RuleKind = {
  kind: "threshold",
  metrics: (rule) => (rule.metric === null ? [] : [rule.metric]),
  plan(rule, subject, _metric, builder) {
    const parameters = thresholdParameters(rule);
    if (!appliesTo(rule, subject) || (parameters.cadence === "continuous" && subject.cadence === "spot")) return;
    const { threshold: limit, clear } = limitsInForce(rule, subject);
    const branches = parameters.branches.map((branch): PlannedBranch => ({
      severity: branch.severity,
      tier: branch.tier,
      range: rangeOf(branch, limit, parameters.step, subject),
      holdFor: branch.holdMs,
      withRespRate:
        branch.withRespRate === undefined ? null : { atLeast: branch.withRespRate.atLeast, within: branch.withRespRate.withinMs },
      cell: 0,
    }));
    const low = branches[0]?.range.side === "low";
    const planned: PlannedThreshold = {
      rule,
      key: `${rule.id}@${rule.version} ${limit} ${branches.map(({ range }) => `${range.low}..${range.high}`).join(" ")}`,
      branches,
      clearLow: low ? clear : (parameters.clearFrom ?? Number.NEGATIVE_INFINITY),
      clearHigh: low ? Number.POSITIVE_INFINITY : clear,
      clearFor: parameters.clearForMs,
      atRest: parameters.context === "rest",
      onOxygen: parameters.onOxygen === true,
      cell: 0,
    };
    builder.aggregate(parameters.aggregate, parameters.windowMs, parameters.minValid).rules.push(planned);
  },
};
