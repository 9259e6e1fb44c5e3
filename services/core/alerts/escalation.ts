/** Climbs the ladder of an alert nobody acknowledged, and opens it again when an emergency went without a contact (domain 3.6). */
import type { Alert, AlertEventType, Severity } from "#core/alerts/alert.ts";
import type { AlertOwner, AlertRecord } from "#core/alerts/alert-record.ts";
import { CONTACT_DUE, stepDueAt, tierOfStep } from "#core/alerts/ladder.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { EpochMs } from "#core/time.ts";

/** What a step needs of the alerts around it. */
interface EscalationBook {
  move(owner: AlertOwner, record: AlertRecord, type: AlertEventType | null, changes: Partial<Alert>): void;
  amend(owner: AlertOwner, record: AlertRecord, changes: Partial<Alert>): void;
}

export class Escalation {
  readonly #book: EscalationBook;
  readonly #host: { readonly now: EpochMs; emit(event: EngineEvent): void };

  constructor(book: EscalationBook, host: { readonly now: EpochMs; emit(event: EngineEvent): void }) {
    this.#book = book;
    this.#host = host;
  }

  firstStep(owner: AlertOwner, severity: Severity): EpochMs | null {
    return owner.watched ? stepDueAt(severity, 1, this.#host.now, owner.timeZone) : null;
  }

  climb(owner: AlertOwner, record: AlertRecord): void {
    const { now } = this.#host;
    if (!owner.watched) {
      if (record.alert.escalation.nextAt !== null)
        this.#book.amend(owner, record, { escalation: { step: record.alert.escalation.step, nextAt: null } });
      record.contactDueAt = null;
      return;
    }
    for (;;) {
      const { step, nextAt } = record.alert.escalation;
      const contactDue = record.contactDueAt !== null && record.contactDueAt <= now;
      if (contactDue) {
        record.contactDueAt = null;
        const again = tierOfStep(record.alert.severity, step + 1) === null ? step : step + 1;
        this.#takeStep(owner, record, again, now);
      } else if (nextAt !== null && nextAt <= now) this.#takeStep(owner, record, step + 1, null);
      else return;
    }
  }

  /** `reopenedAt`: the ladder goes on from here instead of from `alert.raised`. */
  #takeStep(owner: AlertOwner, record: AlertRecord, step: number, reopenedAt: EpochMs | null): void {
    const { severity, id } = record.alert;
    const from = record.ladderFrom ?? this.#host.now;
    let nextAt = stepDueAt(severity, step + 1, from, owner.timeZone);
    if (reopenedAt !== null && nextAt !== null) {
      record.ladderFrom = reopenedAt - ((stepDueAt(severity, step, from, owner.timeZone) ?? from) - from);
      nextAt = stepDueAt(severity, step + 1, record.ladderFrom, owner.timeZone);
    }
    this.#book.move(owner, record, "alert.escalated", { escalation: { step, nextAt } });
    const tier = tierOfStep(severity, step);
    if (tier === "T2" && record.reached === null && owner.patientId !== null) {
      record.reached = tier;
      this.#host.emit({
        kind: "tier-reached",
        key: `${id}:tier:${tier}`,
        at: this.#host.now,
        alert: id,
        patient: owner.patientId,
        tier,
      });
    }
  }

  /** Stops the ladder; an S1 without a contact may re-open it. */
  quiet(record: AlertRecord): void {
    const { alert } = record;
    record.contactDueAt =
      alert.severity === "S1" && alert.contactedAt === null && !alert.late && !record.ended ? this.#host.now + CONTACT_DUE : null;
  }
}
