/** What a rule found: everything an alert says about the condition that fired. */
import type { AlertEvidence, BilingualText, Severity } from "#core/alerts/alert.ts";
import type { DeviceId } from "#core/ids.ts";
import type { Tier } from "#core/people.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import type { EpochMs } from "#core/time.ts";

export interface Finding {
  readonly rule: RuleVersion;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly device: DeviceId | null;
  /** First moment of the unbroken run, event time. */
  readonly onsetAt: EpochMs;
  /** Event time of the evaluation that fired. */
  readonly decidedT: EpochMs;
  readonly value: number | null;
  readonly unit: string | null;
  readonly threshold: number | null;
  /** The newest sample that fulfilled was more than 10 min old when it arrived (semantics 3.5). */
  readonly late: boolean;
  /** The alert rests on degraded samples (semantics 1.3). */
  readonly lowConfidence: boolean;
  /** Built only when the alert moves. */
  readonly evidence: () => AlertEvidence;
  /** Other texts than the rule's, for conditions that say themselves what they are. */
  readonly summary?: BilingualText;
  /** Same severity, but worse all the same (a battery that is nearly empty): the next version, raised again. */
  readonly worse?: boolean;
}
