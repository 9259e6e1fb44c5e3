/** What a rule kind provides: one file each, one line in the registry (design 5). */
import type { PlanBuilder, PlanSubject } from "#core/rules/metric-plan.ts";
import type { RuleVersion } from "#core/rules/rule.ts";

export interface RuleKind {
  readonly kind: string;
  /** Metric keys whose streams it evaluates. */
  metrics(rule: RuleVersion): readonly string[];
  /** Adds what it needs to the plan of one of its metrics. */
  plan(rule: RuleVersion, subject: PlanSubject, metric: string, builder: PlanBuilder): void;
}

/** What limits and profile make of a rule: does it apply to this patient at all? */
export const appliesTo = (rule: RuleVersion, subject: PlanSubject): boolean => {
  const { patient } = subject;
  if (!rule.enabled || subject.limitsOf(rule.id)?.enabled === false) return false;
  if (rule.profile !== null && rule.profile !== patient.profile) return false;
  return rule.conditions.length === 0 || rule.conditions.some((condition) => patient.conditions.includes(condition));
};

/** How far the patient's own limit moves the rule's. */
export const shiftOf = (rule: RuleVersion, subject: PlanSubject): number => {
  const own = subject.limitsOf(rule.id)?.threshold;
  return own === undefined || rule.threshold === null ? 0 : own - rule.threshold;
};
