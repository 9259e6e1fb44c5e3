/** How the shipped rules are written down: what they share is said once. */
import type { BilingualText, Severity } from "#core/alerts/alert.ts";
import type { Condition, SpO2Profile, Tier } from "#core/people.ts";
import type { RuleVersion } from "#core/rules/rule.ts";

interface RuleText {
  readonly id: string;
  readonly family: string;
  readonly kind: string;
  readonly metric: string | null;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly threshold: number | null;
  readonly clear: number | null;
  readonly profile?: SpO2Profile;
  readonly conditions?: readonly Condition[];
  readonly parameters: object;
  readonly summary: BilingualText;
  readonly action: BilingualText;
  readonly source: string;
}

/** Version 1, enabled; approval is a clinician's act and none has happened. */
export const defineRule = (text: RuleText): RuleVersion => ({
  version: 1,
  enabled: true,
  profile: null,
  conditions: [],
  ...text,
  parameters: text.parameters as Readonly<Record<string, unknown>>,
  approvedBy: null,
  approvedAt: null,
});

/** SpO2 and pulse: the median of a minute. */
export const MINUTE_MEDIAN = { aggregate: "median_1min", windowMs: 60_000, minValid: 0.7 } as const;
/** Respiratory rate: the median of five minutes, 60 % of it valid (domain 4.5). */
export const FIVE_MINUTE_MEDIAN = { aggregate: "median_5min", windowMs: 300_000, minValid: 0.6 } as const;
export const min = (minutes: number): number => minutes * 60_000;
export const hours = (count: number): number => count * 3_600_000;
