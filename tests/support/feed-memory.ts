/** The reading half of a ledger's feed in memory: transitions get cursors as they are committed. */
import type { Alert } from "#core/alerts/alert.ts";
import type { AlertId, InstitutionId, PatientId } from "#core/ids.ts";
import type { FeedEvent, Ledger } from "#ports/ledger.ts";

export interface FeedMemory extends Pick<Ledger, "feedAfter" | "feedBounds" | "openAlerts"> {
  /** Commits one transition of an alert; what it returns is what the hub is told afterwards. */
  commit(alert: Alert): FeedEvent;
  add(event: Omit<FeedEvent, "cursor">): FeedEvent;
  /** Forgets everything up to the cursor, as retention does. */
  forget(upTo: number): void;
}

export const createFeedMemory = (): FeedMemory => {
  let events: FeedEvent[] = [];
  let newest = 0;
  const alerts = new Map<AlertId, Alert>();
  const add = (event: Omit<FeedEvent, "cursor">): FeedEvent => {
    newest += 1;
    const added = { ...event, cursor: newest };
    events.push(added);
    return added;
  };
  return {
    add,
    commit(alert) {
      alerts.set(alert.id, alert);
      return add({
        kind: "alert",
        at: alert.updatedAt,
        patient: alert.patient,
        institution: alert.institution,
        payload: { version: alert.version, alert },
      });
    },
    forget(upTo) {
      events = events.filter((event) => event.cursor > upTo);
    },
    feedAfter: (cursor, limit) => events.filter((event) => event.cursor > cursor).slice(0, limit),
    feedBounds: () => ({ newest, oldest: events[0]?.cursor ?? newest + 1 }),
    openAlerts: () => [...alerts.values()].filter((alert) => alert.status !== "closed").reverse(),
  };
};

/** An alert as the engine would give it, with what a test wants to say about it. */
export const alertLike = (
  changes: { readonly id: string; readonly patient: string | null } & Partial<Omit<Alert, "id" | "patient">>,
): Alert => ({
  version: 1,
  rule: { id: "SPO2-A1", version: 1 },
  device: null,
  institution: "t1" as InstitutionId,
  severity: "S2",
  tier: "T1",
  status: "open",
  latched: false,
  stale: false,
  late: false,
  lowConfidence: false,
  recurrences: 0,
  supersededBy: null,
  raisedAt: 1_795_255_200_000,
  onsetAt: 1_795_255_200_000,
  updatedAt: 1_795_255_200_000,
  value: 89,
  unit: "%",
  threshold: 91,
  summary: { en: "Low oxygen saturation", zh: "血氧偏低" },
  action: { en: "Call the patient", zh: "致电患者" },
  evidence: { metric: "spo2", from: 1_795_255_100_000, to: 1_795_255_200_000, points: [[1_795_255_200_000, 89]] },
  escalation: { step: 0, nextAt: null },
  referral: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  contactedAt: null,
  snoozedUntilAt: null,
  disposition: null,
  ...changes,
  id: changes.id as AlertId,
  patient: changes.patient as PatientId | null,
});
