/** The alert as everyone outside sees it (contract section 5). */
import type { AlertId, DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { Tier } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";

export type Severity = "S1" | "S2" | "S3" | "S4" | "T";
export type AlertStatus = "open" | "acknowledged" | "snoozed" | "cleared" | "closed";
export interface BilingualText {
  readonly en: string;
  readonly zh: string;
}

export interface AlertEvidence {
  readonly metric: string | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** `[t, value]`, at most 600, oldest first: what the rule saw. */
  readonly points: readonly (readonly [EpochMs, number])[];
  /** The aggregate, its window and the branch that fired. */
  readonly aggregate?: string;
  readonly revised?: boolean;
}

export interface Alert {
  readonly id: AlertId;
  readonly version: number;
  readonly rule: { readonly id: string; readonly version: number };
  /** Null for a device or system condition that belongs to no patient. */
  readonly patient: PatientId | null;
  readonly device: DeviceId | null;
  readonly institution: InstitutionId | null;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly status: AlertStatus;
  readonly latched: boolean;
  readonly stale: boolean;
  readonly late: boolean;
  readonly lowConfidence: boolean;
  readonly recurrences: number;
  readonly supersededBy: AlertId | null;
  readonly raisedAt: EpochMs;
  readonly onsetAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly value: number | null;
  readonly unit: string | null;
  readonly threshold: number | null;
  readonly summary: BilingualText;
  readonly action: BilingualText;
  readonly evidence: AlertEvidence;
  readonly escalation: { readonly step: number; readonly nextAt: EpochMs | null };
  readonly referral: string | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly contactedAt: EpochMs | null;
  readonly snoozedUntilAt: EpochMs | null;
  readonly disposition: string | null;
}

/** Which webhook type, if any, a transition sends (contract section 6). */
export type AlertEventType = "alert.raised" | "alert.late" | "alert.escalated" | "alert.acknowledged" | "alert.cleared" | "alert.closed";
