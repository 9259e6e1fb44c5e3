/** The reading half of a ledger's feed in memory: transitions get cursors as they are committed. */
import type { Alert } from "#core/alerts/alert.ts";
import type { AlertId } from "#core/ids.ts";
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
