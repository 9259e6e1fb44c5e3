/** The life of alerts: raised, risen, promoted, cleared, reopened, escalated, stale, superseded (semantics 5 and 6, domain 3.6, 4.1). */
import type { Alert, AlertEventType, Severity } from "#core/alerts/alert.ts";
import { alertId } from "#core/alerts/alert-id.ts";
import { type AlertOwner, type AlertRecord, type AlertSlot, isActive } from "#core/alerts/alert-record.ts";
import type { Finding } from "#core/alerts/finding.ts";
import { Escalation } from "#core/alerts/escalation.ts";
import { isWorse, latches } from "#core/alerts/severity.ts";
import type { AlertId } from "#core/ids.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { EpochMs } from "#core/time.ts";

/** What the book needs of the engine around it. */
export interface BookHost {
  readonly now: EpochMs;
  emit(event: EngineEvent): void;
  /** Before anything of the owner changes. */
  touch(owner: AlertOwner): void;
  wake(owner: AlertOwner, at: EpochMs): void;
}

export class AlertBook {
  readonly #host: BookHost;
  readonly #escalation: Escalation;
  readonly #byId = new Map<AlertId, { readonly owner: AlertOwner; readonly record: AlertRecord }>();

  constructor(host: BookHost) {
    this.#host = host;
    this.#escalation = new Escalation(this, host);
  }

  find(id: AlertId): { readonly owner: AlertOwner; readonly record: AlertRecord } | null {
    return this.#byId.get(id) ?? null;
  }

  /** Takes an owner's alerts, e.g. from a checkpoint, under its care. */
  adopt(owner: AlertOwner): void {
    for (const record of owner.past) this.#byId.set(record.alert.id, { owner, record });
    for (const slot of owner.slots.values()) {
      if (slot.record !== null) this.#byId.set(slot.record.alert.id, { owner, record: slot.record });
    }
    this.rest(owner);
  }

  disown(owner: AlertOwner): void {
    for (const record of owner.past) this.#byId.delete(record.alert.id);
    for (const slot of owner.slots.values()) if (slot.record !== null) this.#byId.delete(slot.record.alert.id);
  }

  /** The rule's hold is complete: a new alert, a rise of the open one, or a recurrence of a latched one. True when something changed. */
  fire(owner: AlertOwner, slotKey: string, finding: Finding): boolean {
    this.#host.touch(owner);
    const slot = owner.slot(slotKey);
    const record = slot.record;
    if (record === null || record.ended) this.#open(owner, slot, finding);
    else if (record.alert.status === "cleared") this.#reopen(owner, slot, record, finding);
    else if (isWorse(finding.severity, record.alert.severity) || finding.worse === true) this.#rise(owner, slot, record, finding);
    else return false;
    return true;
  }

  #open(owner: AlertOwner, slot: AlertSlot, finding: Finding): void {
    const { now } = this.#host;
    slot.ordinal++;
    slot.decidedT = finding.decidedT;
    const alert: Alert = {
      id: alertId(owner.subject, slot.key, finding.onsetAt, slot.ordinal),
      version: 1,
      rule: { id: finding.rule.id, version: finding.rule.version },
      patient: owner.patientId,
      device: finding.device ?? owner.deviceId,
      institution: owner.institutionId,
      severity: finding.severity,
      tier: finding.tier,
      status: "open",
      latched: false,
      stale: false,
      late: finding.late,
      lowConfidence: finding.lowConfidence,
      recurrences: 0,
      supersededBy: null,
      raisedAt: now,
      onsetAt: finding.onsetAt,
      updatedAt: now,
      value: finding.value,
      unit: finding.unit,
      threshold: finding.threshold,
      summary: finding.summary ?? finding.rule.summary,
      action: finding.rule.action,
      evidence: finding.evidence(),
      escalation: { step: 0, nextAt: finding.late ? null : this.#escalation.firstStep(owner, finding.severity) },
      referral: null,
      acknowledgedBy: null,
      acknowledgedAt: null,
      contactedAt: null,
      snoozedUntilAt: null,
      disposition: null,
    };
    const record: AlertRecord = {
      alert,
      slot: slot.key,
      faces: [[1, "open", finding.severity, 0]],
      ladderFrom: finding.late ? null : now,
      contactDueAt: null,
      reached: null,
      ended: false,
    };
    slot.record = record;
    owner.live++;
    this.#byId.set(alert.id, { owner, record });
    for (const old of owner.forget()) this.#byId.delete(old.alert.id);
    this.#send(owner, record, finding.late ? "alert.late" : "alert.raised");
  }

  /** A recovery was not the end: the same alert once more (semantics 5.5). */
  #reopen(owner: AlertOwner, slot: AlertSlot, record: AlertRecord, finding: Finding): void {
    slot.decidedT = finding.decidedT;
    const severity = isWorse(finding.severity, record.alert.severity) ? finding.severity : record.alert.severity;
    this.#again(owner, record, finding, severity, { recurrences: record.alert.recurrences + 1, onsetAt: finding.onsetAt }, finding.late);
  }

  /** Severity only rises (semantics 5.2); what was live stays live whatever the age of the sample that made it worse. */
  #rise(owner: AlertOwner, slot: AlertSlot, record: AlertRecord, finding: Finding): void {
    slot.decidedT = finding.decidedT;
    const late = record.alert.late && finding.late;
    this.#again(owner, record, finding, finding.severity, { onsetAt: Math.min(record.alert.onsetAt, finding.onsetAt) }, late);
  }

  #again(owner: AlertOwner, record: AlertRecord, finding: Finding, severity: Severity, extra: Partial<Alert>, late: boolean): void {
    record.ladderFrom = late ? null : this.#host.now;
    record.contactDueAt = null;
    this.move(owner, record, late ? "alert.late" : "alert.raised", {
      ...extra,
      severity,
      // An emergency that comes again less bad is one still, and still somebody's who deals with emergencies.
      tier: isWorse(severity, finding.severity) ? record.alert.tier : finding.tier,
      rule: { id: finding.rule.id, version: finding.rule.version },
      device: finding.device ?? record.alert.device,
      status: "open",
      latched: false,
      stale: false,
      late,
      lowConfidence: finding.lowConfidence,
      value: finding.value,
      unit: finding.unit,
      threshold: finding.threshold,
      summary: finding.summary ?? finding.rule.summary,
      action: finding.rule.action,
      evidence: finding.evidence(),
      escalation: { step: 0, nextAt: late ? null : this.#escalation.firstStep(owner, severity) },
      acknowledgedBy: null,
      acknowledgedAt: null,
      contactedAt: null,
      snoozedUntilAt: null,
    });
  }

  /** A fresh sample still fulfils a late alert: it belongs to the present now (semantics 3.5). */
  promote(owner: AlertOwner, record: AlertRecord): void {
    this.#host.touch(owner);
    if (record.alert.acknowledgedAt !== null) {
      this.move(owner, record, null, { late: false });
      return;
    }
    record.ladderFrom = this.#host.now;
    this.move(owner, record, "alert.raised", {
      late: false,
      escalation: { step: 0, nextAt: this.#escalation.firstStep(owner, record.alert.severity) },
    });
  }

  /** The clear hold is complete. S1 and S2 latch, the others end here (semantics 5.5). */
  clear(owner: AlertOwner, slotKey: string, decidedT: EpochMs): void {
    this.#host.touch(owner);
    const slot = owner.slot(slotKey);
    const record = slot.record;
    if (!isActive(record)) return;
    slot.decidedT = decidedT;
    const latched = latches(record.alert.severity);
    if (latched) {
      // A latched alert that nobody has seen still climbs its ladder: recovery is no acknowledgement.
      const keeps = record.alert.acknowledgedAt === null && !record.alert.late;
      const escalation = keeps ? record.alert.escalation : { step: record.alert.escalation.step, nextAt: null };
      this.move(owner, record, "alert.cleared", { status: "cleared", latched, stale: false, snoozedUntilAt: null, escalation });
      return;
    }
    this.#end(owner, record, "alert.cleared", { status: "cleared", latched, stale: false });
  }

  /** A higher rule of the family took over (semantics 5.4). */
  supersede(owner: AlertOwner, record: AlertRecord, by: AlertId): void {
    this.#end(owner, record, "alert.closed", { status: "closed", disposition: "superseded", supersededBy: by });
  }

  close(owner: AlertOwner, record: AlertRecord, disposition: string): void {
    const wasEnded = record.ended;
    if (wasEnded) {
      this.move(owner, record, "alert.closed", { status: "closed", latched: false, disposition });
      return;
    }
    this.#end(owner, record, "alert.closed", { status: "closed", latched: false, stale: false, disposition });
  }

  #end(owner: AlertOwner, record: AlertRecord, type: AlertEventType, changes: Partial<Alert>): void {
    this.#host.touch(owner);
    owner.retire(record);
    record.contactDueAt = null;
    this.move(owner, record, type, {
      ...changes,
      snoozedUntilAt: null,
      escalation: { step: record.alert.escalation.step, nextAt: null },
    });
    if (record.reached !== null) {
      const { id, version } = record.alert;
      this.#host.emit({ kind: "tier-left", key: `${id}:left:${version}`, at: this.#host.now, alert: id });
    }
  }

  /** Turning stale or back is for the live feed alone (semantics 5.6). */
  setStale(owner: AlertOwner, record: AlertRecord, stale: boolean): void {
    if (record.alert.stale !== stale && isActive(record)) this.move(owner, record, null, { stale });
  }

  /** The next version of an alert, sent out. */
  move(owner: AlertOwner, record: AlertRecord, type: AlertEventType | null, changes: Partial<Alert>): void {
    this.#host.touch(owner);
    const before = record.alert;
    record.alert = { ...before, ...changes, version: before.version + 1, updatedAt: this.#host.now };
    const { version, status, severity, recurrences } = record.alert;
    if (status !== before.status || severity !== before.severity || recurrences !== before.recurrences)
      record.faces.push([version, status, severity, recurrences]);
    this.#send(owner, record, type);
  }

  /** A change that is no transition: values and evidence do not raise the version (semantics 6.1). */
  amend(owner: AlertOwner, record: AlertRecord, changes: Partial<Alert>): void {
    this.#host.touch(owner);
    record.alert = { ...record.alert, ...changes };
  }

  #send(owner: AlertOwner, record: AlertRecord, type: AlertEventType | null): void {
    const { alert } = record;
    this.#host.emit({ kind: "alert", key: `${alert.id}:${alert.version}`, at: this.#host.now, alert, type });
    this.#host.wake(owner, this.#dueAt(owner, record));
  }

  #dueAt(owner: AlertOwner, record: AlertRecord): EpochMs {
    const { alert } = record;
    if (record.ended) return Number.POSITIVE_INFINITY;
    let due = alert.escalation.nextAt ?? Number.POSITIVE_INFINITY;
    if (record.contactDueAt !== null) due = Math.min(due, record.contactDueAt);
    if (alert.status === "snoozed" && alert.snoozedUntilAt !== null) due = Math.min(due, alert.snoozedUntilAt);
    if (!alert.stale && isActive(record)) due = Math.min(due, owner.staleAt(record, this.#host.now));
    return due;
  }

  /** Does for this owner's alerts what time alone brings, and asks for the next wake. */
  wake(owner: AlertOwner): void {
    const { now } = this.#host;
    this.#host.touch(owner);
    for (const slot of owner.slots.values()) {
      const record = slot.record;
      if (record === null || record.ended) continue;
      const until = record.alert.snoozedUntilAt;
      if (record.alert.status === "snoozed" && until !== null && until <= now) {
        // Nobody acts on it any more: an alert that was never acknowledged climbs its ladder again.
        const seen = record.alert.acknowledgedAt !== null;
        if (!seen) record.ladderFrom = now;
        this.move(owner, record, null, {
          status: seen ? "acknowledged" : "open",
          snoozedUntilAt: null,
          ...(seen || record.alert.late
            ? {}
            : { escalation: { step: 0, nextAt: this.#escalation.firstStep(owner, record.alert.severity) } }),
        });
      }
      this.#escalation.climb(owner, record);
      if (!record.alert.stale && isActive(record) && owner.staleAt(record, now) <= now) this.setStale(owner, record, true);
    }
    this.rest(owner);
  }

  rest(owner: AlertOwner): void {
    for (const slot of owner.slots.values()) if (slot.record !== null) this.#host.wake(owner, this.#dueAt(owner, slot.record));
  }

  /** Somebody took it: an S1 without a contact may still open its ladder again. */
  quiet(record: AlertRecord): void {
    this.#escalation.quiet(record);
  }
}
