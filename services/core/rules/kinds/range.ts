/** Limits in force for one patient and the ranges they make: bands end where the worse rule begins (semantics 5.1). */
import type { PlanSubject, Range } from "#core/rules/metric-plan.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import { appliesTo, shiftOf } from "./rule-kind.ts";

/** JSON of a condition. A limit left out is the rule's threshold; `inside` names the rule beyond whose limit this band ends. */
export interface RangeSpec {
  readonly op: "at_most" | "at_least" | "below" | "low_band" | "high_band";
  readonly limit?: number;
  readonly inside?: string;
  /** Other end of a band whose neighbour is a branch of the same rule. */
  readonly until?: number;
}

/** What limits need of a rule's parameters, whatever its kind. */
interface LimitParameters {
  /** The unit in which the last printed value of a low band steps to the limit of the next. */
  readonly step?: number;
  /** The threshold is the patient's `spo2LowerLimit` plus this, never below the floor (semantics 5.8). */
  readonly fromLowerLimit?: { readonly plus: number; readonly clearPlus: number; readonly floor: number };
  /** Thresholds of single measurements that follow the profile (semantics 5.9). */
  readonly byProfile?: Readonly<Record<string, { readonly threshold: number; readonly clear: number }>>;
  readonly branches?: readonly RangeSpec[];
  readonly ask?: readonly RangeSpec[];
}

const parametersOf = (rule: RuleVersion): LimitParameters => rule.parameters;

/** Threshold and clear in force for this patient. */
export const limitsInForce = (rule: RuleVersion, subject: PlanSubject): { readonly threshold: number; readonly clear: number } => {
  const { fromLowerLimit, byProfile } = parametersOf(rule);
  if (fromLowerLimit !== undefined && (byProfile === undefined || subject.patient.profile === "custom_target")) {
    const limit = subject.patient.spo2LowerLimit ?? 88;
    const threshold = Math.max(limit + fromLowerLimit.plus, fromLowerLimit.floor);
    const own = subject.limitsOf(rule.id)?.threshold;
    const shift = own === undefined ? 0 : own - threshold;
    return { threshold: threshold + shift, clear: Math.min(100, threshold + fromLowerLimit.clearPlus + shift) };
  }
  const shift = shiftOf(rule, subject);
  const own = byProfile?.[subject.patient.profile];
  if (own !== undefined) return { threshold: own.threshold + shift, clear: own.clear + shift };
  return { threshold: (rule.threshold ?? Number.NaN) + shift, clear: (rule.clear ?? Number.NaN) + shift };
};

/** Where the worse neighbour's region begins; nothing when that rule does not apply, so that no value lies between two rules. */
const edgeOf = (id: string, subject: PlanSubject): { readonly at: number; readonly open: boolean } | null => {
  const rule = subject.rule(id);
  if (rule === null || !appliesTo(rule, subject)) return null;
  const { threshold } = limitsInForce(rule, subject);
  const parameters = parametersOf(rule);
  const op = (parameters.branches ?? parameters.ask)?.[0]?.op;
  if (op === "low_band") return { at: threshold + (parameters.step ?? 0), open: false };
  return { at: threshold, open: op === "at_most" };
};

/** The range of values that fulfil. */
export const rangeOf = (branch: RangeSpec, threshold: number, step: number, subject: PlanSubject): Range => {
  const limit = branch.limit ?? threshold;
  const none = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, lowOpen: false, highOpen: false };
  const edge = branch.inside === undefined ? null : edgeOf(branch.inside, subject);
  switch (branch.op) {
    case "at_most":
      return { ...none, high: limit, limit, side: "low" };
    case "below":
      return { ...none, high: limit, highOpen: true, limit, side: "low" };
    case "at_least":
      return { ...none, low: limit, limit, side: "high" };
    case "low_band":
      return { low: edge?.at ?? none.low, lowOpen: edge?.open ?? false, high: limit + step, highOpen: true, limit, side: "low" };
    case "high_band":
      return { low: limit, lowOpen: false, high: branch.until ?? edge?.at ?? none.high, highOpen: true, limit, side: "high" };
  }
};
