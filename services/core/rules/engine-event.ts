/** What the engine says: every event has a deterministic key, so that a replay is recognised (semantics 6.3). */
import type { Act } from "#core/alerts/act.ts";
import type { Alert, AlertEventType, BilingualText } from "#core/alerts/alert.ts";
import type { AlertId, DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { Actor } from "#core/journal-entry.ts";
import type { Tier } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";

/** One transition of one alert; `alert` is the whole alert after it, `alert.version` its place in the alert's order. */
export interface AlertTransition {
  readonly kind: "alert";
  readonly key: string;
  readonly at: EpochMs;
  readonly alert: Alert;
  /** The webhook type it sends, or null (turning stale and back go to the live feed alone). */
  readonly type: AlertEventType | null;
  /** It is part of a past that was told afterwards: kept, and announced to nobody. */
  readonly past?: true;
}

export interface DevicePresence {
  readonly kind: "device-presence";
  readonly key: string;
  readonly at: EpochMs;
  readonly type: "device.silent" | "device.returned";
  readonly device: DeviceId;
  readonly patient: PatientId | null;
  readonly institution: InstitutionId;
}

/** A tier was reached: its staff on call may see the patient until the alert closes (semantics 6.4). */
export interface TierReached {
  readonly kind: "tier-reached";
  readonly key: string;
  readonly at: EpochMs;
  readonly alert: AlertId;
  readonly patient: PatientId;
  readonly tier: Tier;
}

export interface TierLeft {
  readonly kind: "tier-left";
  readonly key: string;
  readonly at: EpochMs;
  readonly alert: AlertId;
}

/** An act that was accepted: append-only record with actor and time. */
export interface ActRecorded {
  readonly kind: "act-recorded";
  readonly key: string;
  readonly at: EpochMs;
  readonly alert: AlertId;
  readonly actor: Actor;
  readonly act: Act;
}

/** The answer for whoever waits for an act. Never committed, only handed back. */
export interface ActOutcome {
  readonly kind: "act-outcome";
  readonly request: string;
  /** `changed`: answer 409 with `alert`; `refused`: the state forbids it, `code` says why (an S1 cannot be snoozed). */
  readonly outcome: "done" | "changed" | "unknown" | "refused";
  readonly code?: string;
  readonly alert: Alert | null;
}

/** A rule this patient's cadence or data can never define (semantics 4.2, 5.10): listed on the patient. */
export interface RuleNote {
  readonly kind: "rule-note";
  readonly key: string;
  readonly at: EpochMs;
  readonly patient: PatientId;
  readonly rule: string;
  readonly note: "no_baseline" | "cadence_too_slow" | "no_oxygen_state";
  readonly active: boolean;
  readonly text: BilingualText;
}

export type EngineEvent = AlertTransition | DevicePresence | TierReached | TierLeft | ActRecorded | ActOutcome | RuleNote;
