/** What the engine keeps of an alert beside what the outside sees, and the slots that hold one alert per subject and rule. */
import type { Alert, AlertStatus, Severity } from "#core/alerts/alert.ts";
import type { DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { Tier } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";

/** From this version on the alert had this face: what an act's `version` is compared with (semantics 6.1). */
export type Face = readonly [version: number, status: AlertStatus, severity: Severity, recurrences: number];

export interface AlertRecord {
  alert: Alert;
  readonly slot: string;
  faces: Face[];
  /** `alert.raised` went out: the ladder counts from here. Null for an alert that only ever was late. */
  ladderFrom: EpochMs | null;
  /** An acknowledged S1 waits for a contact until then (domain 3.6). */
  contactDueAt: EpochMs | null;
  reached: Tier | null;
  /** Nothing can happen to it any more: closed, or a condition that does not latch and is over. */
  ended: boolean;
}

/** The place of one subject's alert of one rule: one open alert at a time (semantics 5.3). */
export interface AlertSlot {
  readonly key: string;
  /** How many alerts this slot has had: part of their ids. */
  ordinal: number;
  record: AlertRecord | null;
  /** Event time of the evaluation that moved the alert last: a recomputed past decides nothing again. */
  decidedT: EpochMs;
}

/** Ended alerts kept to answer a late act with the alert as it is; older ones are in the ledger alone. */
const REMEMBERED = 16;

/** Whoever alerts are about: a patient, a device, or the system itself. */
export abstract class AlertOwner {
  abstract readonly key: string;
  /** Part of the alerts' ids. */
  abstract readonly subject: string;
  abstract readonly patientId: PatientId | null;
  abstract readonly institutionId: InstitutionId | null;
  abstract readonly timeZone: string;
  /** False: nobody waits for this subject any more, no ladder climbs. */
  abstract readonly watched: boolean;
  readonly slots = new Map<string, AlertSlot>();
  readonly past: AlertRecord[] = [];
  /** Alerts that have not ended: the hot path asks only this. */
  live = 0;
  wakeAt: EpochMs = Number.POSITIVE_INFINITY;
  dirty = false;

  /** When this alert turns stale if nothing comes; Infinity when it cannot (semantics 5.6). */
  abstract staleAt(record: AlertRecord, now: EpochMs): EpochMs;
  /** The device an alert of this owner names when its finding names none. */
  abstract readonly deviceId: DeviceId | null;

  slot(key: string): AlertSlot {
    let slot = this.slots.get(key);
    if (slot === undefined) {
      slot = { key, ordinal: 0, record: null, decidedT: Number.NEGATIVE_INFINITY };
      this.slots.set(key, slot);
    }
    return slot;
  }

  /** The alert that has not ended, or null. */
  current(key: string): AlertRecord | null {
    const record = this.slots.get(key)?.record ?? null;
    return record === null || record.ended ? null : record;
  }

  retire(record: AlertRecord): void {
    record.ended = true;
    this.live--;
    this.past.push(record);
  }

  /** Forgets the oldest ended alerts; returns them. */
  forget(): AlertRecord[] {
    return this.past.length > REMEMBERED ? this.past.splice(0, this.past.length - REMEMBERED) : [];
  }
}

/** The condition is still present as far as the engine knows: neither cleared nor closed. */
export const isActive = (record: AlertRecord | null): record is AlertRecord =>
  record !== null && !record.ended && record.alert.status !== "cleared" && record.alert.status !== "closed";
