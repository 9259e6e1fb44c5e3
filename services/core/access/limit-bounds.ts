/** How far a patient's own limit may move: no setting may put an alert out of reach (reliability S46, semantics 5.8). */
import { fail, succeed, type Outcome } from "#core/outcome.ts";
import type { RuleVersion } from "#core/rules/rule.ts";

export interface LimitChange {
  readonly threshold?: number;
  readonly enabled?: boolean;
}

export type LimitRefusal =
  | { readonly kind: "cannot_disable" }
  | { readonly kind: "no_threshold" }
  | { readonly kind: "out_of_bounds"; readonly from: number; readonly to: number };

/** Widest limits a clinician may set, by metric: below `low.min` or above `high.max` the rule would sleep through danger. */
const HARD_BOUNDS: Readonly<Record<string, { readonly low: readonly [number, number]; readonly high: readonly [number, number] }>> = {
  spo2: { low: [80, 97], high: [90, 99] },
  resp_rate: { low: [6, 14], high: [18, 35] },
  pulse_rate: { low: [35, 60], high: [90, 150] },
  heart_rate: { low: [35, 60], high: [90, 150] },
  body_temp: { low: [33, 36], high: [37.5, 40.5] },
  systolic_bp: { low: [80, 110], high: [140, 220] },
  diastolic_bp: { low: [40, 70], high: [85, 130] },
  pef_pct_best: { low: [40, 90], high: [100, 120] },
};

/** How many units a low SpO2 limit may be lowered below the rule's own. */
const SPO2_LOOSENING = 4;

/** A low rule fires at or below its threshold and recovers above it. */
const isLowRule = (rule: RuleVersion): boolean => rule.threshold !== null && rule.clear !== null && rule.clear > rule.threshold;

/** True when the patient's limit makes the rule fire later than the catalogue's. */
export const isLoosened = (rule: RuleVersion, change: LimitChange): boolean => {
  if (change.enabled === false) return true;
  if (change.threshold === undefined || rule.threshold === null) return false;
  return isLowRule(rule) ? change.threshold < rule.threshold : change.threshold > rule.threshold;
};

/** The range a limit of this rule may lie in; null when the rule has no limit. */
export const boundsOf = (rule: RuleVersion): { readonly from: number; readonly to: number } | null => {
  if (rule.threshold === null) return null;
  const low = isLowRule(rule);
  const hard = rule.metric === null ? undefined : HARD_BOUNDS[rule.metric];
  if (hard === undefined) {
    const quarter = Math.abs(rule.threshold) * 0.25;
    return { from: rule.threshold - quarter, to: rule.threshold + quarter };
  }
  const [min, max] = low ? hard.low : hard.high;
  const from = low && rule.metric === "spo2" ? Math.max(min, rule.threshold - SPO2_LOOSENING) : min;
  // The catalogue's own limit is always allowed, whatever the bounds of its metric.
  return { from: Math.min(from, rule.threshold), to: Math.max(max, rule.threshold) };
};

/** True when the rule, or a branch of it, speaks of an emergency. */
const seesEmergencies = (rule: RuleVersion): boolean => {
  const branches = rule.parameters["branches"];
  return (
    rule.severity === "S1" ||
    (Array.isArray(branches) && branches.some((branch: { readonly severity?: unknown }) => branch.severity === "S1"))
  );
};

/** Whether a patient may have this limit. Rules that see emergencies and the urgent SpO2 rules can never be switched off. */
export const judgeLimits = (rule: RuleVersion, change: LimitChange): Outcome<null, LimitRefusal> => {
  const vital = seesEmergencies(rule) || (rule.metric === "spo2" && rule.severity === "S2");
  if (change.enabled === false && vital) return fail({ kind: "cannot_disable" });
  if (change.threshold === undefined) return succeed(null);
  const bounds = boundsOf(rule);
  if (bounds === null) return fail({ kind: "no_threshold" });
  if (change.threshold < bounds.from || change.threshold > bounds.to) return fail({ kind: "out_of_bounds", ...bounds });
  return succeed(null);
};
