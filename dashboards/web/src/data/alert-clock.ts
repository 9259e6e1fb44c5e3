/** The clock that runs on an alert: what is due, how much of it is used, when the ladder takes its next step (domain 3.6, 4.1). */
import { CONTACT_DUE, stepDueAt } from "#core/alerts/ladder.ts";
import { HOUR, MINUTE } from "#core/time.ts";
import type { Severity, WireAlert } from "./wire.ts";

type AlertTimes = Pick<
  WireAlert,
  "severity" | "status" | "late" | "raisedAt" | "acknowledgedAt" | "contactedAt" | "snoozedUntilAt" | "escalation"
>;

export interface AlertClock {
  /** What is due: acknowledging, contact, an assessment, or the end of a snooze. */
  readonly due: "acknowledge" | "contact" | "assess" | "snooze_end";
  readonly from: number;
  readonly at: number;
  /** Used share of it; over 1 when late. */
  readonly share: number;
  readonly remaining: number;
}

const ACKNOWLEDGE_WITHIN: Readonly<Record<Severity, number | null>> = { S1: 2 * MINUTE, S2: 15 * MINUTE, S3: 4 * HOUR, S4: null, T: null };
const ASSESS_WITHIN = HOUR;

/** Where the ladder counts from: a step back from the next one; without one, when the alert was raised. */
export const ladderStart = ({ severity, escalation, raisedAt }: AlertTimes): number => {
  if (escalation.nextAt === null || severity === "S3" || severity === "S4" || severity === "T") return raisedAt;
  const span = stepDueAt(severity, escalation.step + 1, 0, "UTC");
  return span === null ? raisedAt : escalation.nextAt - span;
};

export const clockOf = (alert: AlertTimes, now: number): AlertClock | null => {
  const made = (due: AlertClock["due"], from: number, at: number): AlertClock => ({
    due,
    from,
    at,
    // The page ticks once a second, so a fresh alert may be ahead of it.
    share: at <= from ? 1 : Math.max(0, (now - from) / (at - from)),
    remaining: at - now,
  });
  if (alert.status === "open") {
    const within = ACKNOWLEDGE_WITHIN[alert.severity];
    // A late alert escalates to nobody (contract section 5), so no clock runs on it.
    if (within === null || alert.late) return null;
    const from = ladderStart(alert);
    return made("acknowledge", from, from + within);
  }
  if (alert.status === "snoozed" && alert.snoozedUntilAt !== null) return made("snooze_end", alert.raisedAt, alert.snoozedUntilAt);
  if (alert.status !== "acknowledged" || alert.acknowledgedAt === null || alert.contactedAt !== null) return null;
  if (alert.severity === "S1") return made("contact", alert.acknowledgedAt, alert.acknowledgedAt + CONTACT_DUE);
  if (alert.severity === "S2") return made("assess", alert.raisedAt, alert.raisedAt + ASSESS_WITHIN);
  return null;
};

/** The rungs of the ladder in minutes, for the bar below the countdown. */
export const ladderMinutes = (severity: Severity): readonly number[] =>
  [1, 2, 3].flatMap((step) => {
    if (severity === "S3" || severity === "S4" || severity === "T") return [];
    const due = stepDueAt(severity, step, 0, "UTC");
    return due === null ? [] : [due / MINUTE];
  });
