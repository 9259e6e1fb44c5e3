/** A clinician's act on an alert: done, refused, or answered with the alert as it is because it changed meanwhile (contract section 3). */
import type { AlertBook } from "#core/alerts/alert-book.ts";
import type { AlertOwner, AlertRecord } from "#core/alerts/alert-record.ts";
import type { ActEntry } from "#core/journal-entry.ts";
import type { Severity } from "#core/alerts/alert.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import { DAY, type DurationMs, type EpochMs, HOUR } from "#core/time.ts";

/** Longest snooze (domain 4.4); an S1 cannot be snoozed. */
const LONGEST_SNOOZE: Readonly<Record<Severity, DurationMs>> = { S1: 0, S2: HOUR, S3: DAY, S4: 7 * DAY, T: 7 * DAY };

/** Whether status, severity or recurrences differ from those at that version, or that version never was (semantics 6.1). */
const hasChanged = (record: AlertRecord, version: number): boolean => {
  const { alert, faces } = record;
  if (!Number.isInteger(version) || version < 1 || version > alert.version) return true;
  const face = faces.findLast(([from]) => from <= version);
  return face === undefined || face[1] !== alert.status || face[2] !== alert.severity || face[3] !== alert.recurrences;
};

const refusalOf = (record: AlertRecord, entry: ActEntry, now: EpochMs): string | null => {
  const { alert } = record;
  const { act } = entry;
  if (alert.status === "closed" && (act.kind === "acknowledge" || act.kind === "snooze" || act.kind === "close")) return "alert_closed";
  if (act.kind !== "snooze") return null;
  if (alert.severity === "S1") return "snooze_refused_s1";
  if (alert.status === "cleared") return "alert_not_open";
  if (act.untilAt <= now) return "snooze_in_past";
  return act.untilAt - now > LONGEST_SNOOZE[alert.severity] ? "snooze_too_long" : null;
};

/** `onClosed`: the condition may still hold, so a new hold begins (semantics 5.5). */
export const applyAct = (
  book: AlertBook,
  entry: ActEntry,
  host: { readonly now: EpochMs; emit(event: EngineEvent): void; touch(owner: AlertOwner): void },
  onClosed: (owner: AlertOwner, record: AlertRecord) => void,
): void => {
  const found = book.find(entry.alert);
  if (found === null) {
    host.emit({ kind: "act-outcome", request: entry.request, outcome: "unknown", alert: null });
    return;
  }
  const { owner, record } = found;
  const { act, request } = entry;
  if (hasChanged(record, entry.version)) {
    host.emit({ kind: "act-outcome", request, outcome: "changed", alert: record.alert });
    return;
  }
  const code = refusalOf(record, entry, host.now);
  if (code !== null) {
    host.emit({ kind: "act-outcome", request, outcome: "refused", code, alert: record.alert });
    return;
  }
  host.touch(owner);
  host.emit({ kind: "act-recorded", key: `act:${request}`, at: host.now, alert: entry.alert, actor: entry.actor, act });
  const { alert } = record;
  const stopped = { step: alert.escalation.step, nextAt: null };
  switch (act.kind) {
    case "acknowledge":
      if (alert.acknowledgedAt === null || alert.status === "open" || alert.status === "snoozed") {
        book.quiet(record);
        book.move(owner, record, "alert.acknowledged", {
          status: alert.status === "cleared" ? "cleared" : "acknowledged",
          acknowledgedBy: entry.actor.user,
          acknowledgedAt: host.now,
          snoozedUntilAt: null,
          escalation: stopped,
        });
      }
      break;
    case "contact":
      record.contactDueAt = null;
      book.move(owner, record, null, {
        contactedAt: host.now,
        ...(alert.acknowledgedAt === null ? {} : { escalation: stopped }),
      });
      break;
    case "snooze":
      book.move(owner, record, null, { status: "snoozed", snoozedUntilAt: act.untilAt, escalation: stopped });
      break;
    case "close":
      book.close(owner, record, act.disposition);
      onClosed(owner, record);
      break;
    case "comment":
    case "feedback":
      break;
  }
  host.emit({ kind: "act-outcome", request, outcome: "done", alert: record.alert });
};
