/** What the journal carries: every input of the engine and everything a device was told is safe. */
import type { Act } from "#core/alerts/act.ts";
import type { DeviceConfig, Assignment, PatientConfig } from "#core/people.ts";
import type { AlertId, DeviceId, InstitutionId, PatientId, UserId } from "#core/ids.ts";
import type { ActRecorded, AlertTransition } from "#core/rules/engine-event.ts";
import type { RuleLimits, RuleVersion } from "#core/rules/rule.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { Sample } from "#core/samples/sample.ts";
import type { EpochMs } from "#core/time.ts";

/** Name of a counter's life; echoed in receipts only when the device sent one (semantics 2.1). */
export type Epoch = string | number;

export interface QuarantinedItem {
  readonly reason: QuarantineReason;
  /** The raw payload, at most 64 KiB of it. Shared by the items of one message. */
  readonly raw: Uint8Array;
  /** The offending sample as the device wrote it, when one sample was set aside. */
  readonly sample?: unknown;
}

export interface WaveformBlock {
  readonly signal: string;
  readonly t0: EpochMs;
  readonly hz: number;
  readonly unit: string;
  readonly values: Float32Array;
}

/** One message of a device, judged: what is good, what is quarantined. */
export interface MessageEntry {
  readonly kind: "message";
  readonly device: DeviceId;
  readonly topic: string;
  /** Clinical time of arrival. */
  readonly arrivedAt: EpochMs;
  /** Absent: a message without a number gets no receipt. */
  readonly seq?: number;
  readonly epoch?: Epoch;
  /** Which life of the counter this number belongs to, counted by us from 0 (implicit epochs included). */
  readonly life?: number;
  /** 32-bit hash of the payload: tells a repeat from another message with the same number. */
  readonly hash: number;
  /** `{"seq":n,"void":true}`: the device cannot send this number again. */
  readonly void?: boolean;
  readonly samples: readonly Sample[];
  readonly waveform?: WaveformBlock;
  readonly quarantined: readonly QuarantinedItem[];
}

/** A device's status, its last will, or its connection as the broker saw it. */
export interface StatusEntry {
  readonly kind: "status";
  readonly device: DeviceId;
  readonly arrivedAt: EpochMs;
  readonly online?: boolean;
  readonly battery?: number;
  readonly rssi?: number;
  readonly firmware?: string;
}

/** Numbers of a device that were given up: asked for 5 times, or voided (semantics 2.2, invariant I2); `arrived`: one came after all. */
export interface DataGapEntry {
  readonly kind: "data-gap";
  readonly device: DeviceId;
  readonly at: EpochMs;
  readonly life: number;
  readonly from: number;
  readonly to: number;
  readonly reason: "voided" | "not_resent" | "arrived";
}

/** Something that must reach a person although no sample says it (DEV-8, exhausted webhooks, a clock offset). */
export interface ConditionEntry {
  readonly kind: "condition";
  readonly at: EpochMs;
  /** Stable code: `unknown_device`, `wrong_binding`, `replayed_sequence`, `clock_offset`, `webhook_exhausted`, `journal_full`, … */
  readonly condition: string;
  readonly active: boolean;
  readonly device?: DeviceId;
  readonly institution?: InstitutionId;
  readonly value?: number;
  readonly detail?: string;
}

export interface Actor {
  readonly user: UserId | "system";
  readonly institution: InstitutionId | null;
  readonly roles: readonly string[];
}

export type ChangeEntry =
  | { readonly kind: "patient"; readonly at: EpochMs; readonly actor: Actor; readonly patient: PatientConfig }
  | { readonly kind: "device"; readonly at: EpochMs; readonly actor: Actor; readonly device: DeviceConfig }
  | { readonly kind: "assignment"; readonly at: EpochMs; readonly actor: Actor; readonly assignment: Assignment }
  | {
      readonly kind: "limits";
      readonly at: EpochMs;
      readonly actor: Actor;
      readonly patient: PatientId;
      readonly rule: string;
      readonly limits: RuleLimits | null;
    }
  | { readonly kind: "rule"; readonly at: EpochMs; readonly actor: Actor; readonly rule: RuleVersion };

/** A clinician's act on an alert; `version` is the one on their screen. `request` correlates with the caller waiting for the outcome. */
export interface ActEntry {
  readonly kind: "act";
  readonly at: EpochMs;
  readonly actor: Actor;
  readonly alert: AlertId;
  readonly version: number;
  readonly act: Act;
  readonly request: string;
}

/** Time passing: only what absence proves needs it. */
export interface TickEntry {
  readonly kind: "tick";
  readonly at: EpochMs;
}

/** We began (or ceased) to receive: our own outage is never a patient's silence (semantics 3.6). */
export interface ReceivingEntry {
  readonly kind: "receiving";
  readonly at: EpochMs;
  readonly receiving: boolean;
}

/** What an engine said of a time before this journal began, alerts that are over and what staff did: the demo's past, in no other profile. */
export interface PastEntry {
  readonly kind: "past";
  /** When it was told, not when it happened. */
  readonly at: EpochMs;
  readonly events: readonly (AlertTransition | ActRecorded)[];
}

export type JournalEntry =
  | MessageEntry
  | StatusEntry
  | DataGapEntry
  | ConditionEntry
  | ChangeEntry
  | ActEntry
  | TickEntry
  | ReceivingEntry
  | PastEntry;
