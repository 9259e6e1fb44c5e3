/** One sample's way through the rules: what they may look at and whom they tell. One object is reused for every sample. */
import type { AlertEvidence, Severity } from "#core/alerts/alert.ts";
import type { PatientState } from "#core/rules/patient-state.ts";
import type { Stream } from "#core/rules/stream.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import type { Tier } from "#core/people.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";

export interface Report {
  readonly rule: RuleVersion;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly onsetAt: EpochMs;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly lowConfidence: boolean;
  readonly aggregate: string;
  /** Evidence begins here; ends at the sample. */
  readonly from: EpochMs;
  readonly unit?: string | null;
  readonly metric?: string;
}

export interface Visit {
  patient: PatientState;
  stream: Stream;
  /** Our time. */
  now: EpochMs;
  t: EpochMs;
  value: number;
  quality: number;
  arrivedAt: EpochMs;
  /** What to add to `t` to get our time. */
  offset: DurationMs;
  /** Older than 10 min when it arrived (semantics 3.5). */
  late: boolean;
  /** A past evaluation is done again because a sample came in between: it decides nothing that was decided. */
  again: boolean;
  /** Fires, raises or reopens the rule's alert. */
  report(report: Report): void;
  /** The rule's clear is reached on this stream. */
  recover(rule: RuleVersion): void;
  /** The rule is fulfilled by this sample: promotes a late alert when the sample is fresh. */
  fulfilled(rule: RuleVersion): void;
  evidence(from: EpochMs, to: EpochMs, aggregate: string, metric: string): AlertEvidence;
}
