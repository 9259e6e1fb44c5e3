/** Writes one commit of the alerting use-case: alerts, acts, feed, grants, deliveries, registry, position and the next checkpoint together. */
import { isLive } from "./is-live.ts";
import type { AlertTransition, EngineEvent } from "#core/rules/engine-event.ts";
import type { EpochMs } from "#core/time.ts";
import type { CommitAnswer, LedgerRequest } from "./ledger-request.ts";
import { WRITES } from "./sql-writes.ts";
import type { Statements } from "./statements.ts";
import { writeChange } from "./write-changes.ts";
import { adoptStaged } from "./write-checkpoint.ts";
import { queueAlert, queueDevice } from "./write-deliveries.ts";

const addFeed = (
  db: Statements,
  event: {
    readonly key: string;
    readonly kind: "alert" | "device";
    readonly at: EpochMs;
    readonly patient: string | null;
    readonly institution: string | null;
  },
  payload: unknown,
): number | null => {
  // Asked first, for an insert that meets its key would use up a cursor.
  if (db.get(WRITES.feedKnows, event.key) !== undefined) return null;
  const text = payload === null ? null : JSON.stringify(payload);
  return db.run(WRITES.addFeed, event.key, event.kind, event.at, event.patient, event.institution, text).id;
};

/** The cursor it got; null when it was there already, or is of the past and announced to nobody. */
const writeTransition = (db: Statements, event: AlertTransition): number | null => {
  const { alert } = event;
  const json = JSON.stringify(alert);
  if (db.run(WRITES.addTransition, event.key, alert.id, alert.version, event.at, event.type, json).changes === 0) return null;
  const { id, version, status, severity, tier, patient, institution, raisedAt } = alert;
  db.run(WRITES.putAlert, id, version, status, severity, tier, patient, institution, isLive(alert) ? 1 : 0, raisedAt, json);
  return event.past === true ? null : addFeed(db, { key: event.key, kind: "alert", at: event.at, patient, institution }, null);
};

export const writeCommit = (db: Statements, request: Extract<LedgerRequest, { kind: "commit" }>, feedKept: number): CommitAnswer => {
  const { work, urls, wallNow } = request;
  const fresh: [number, number][] = [];
  let queued = false;
  let grantsChanged = false;

  for (const change of work.changes) writeChange(db, change);
  // Grants carry the time from which they hold, so that a tier reached in this very commit is told of what follows, and of nothing before.
  for (const event of work.events) {
    if (event.kind !== "tier-reached") continue;
    grantsChanged = db.run(WRITES.addGrant, event.key, event.patient, event.tier, event.alert, event.at).changes > 0 || grantsChanged;
  }

  const write = (event: EngineEvent, index: number): void => {
    switch (event.kind) {
      case "alert": {
        const cursor = writeTransition(db, event);
        if (cursor === null) return;
        fresh.push([index, cursor]);
        queued = queueAlert(db, event, urls[index] ?? "", wallNow) || queued;
        return;
      }
      case "device-presence": {
        const { key, at, patient, institution } = event;
        const cursor = addFeed(db, { key, kind: "device", at, patient, institution }, devicePayload(event));
        if (cursor === null) return;
        fresh.push([index, cursor]);
        queued = queueDevice(db, event, cursor, wallNow) || queued;
        return;
      }
      case "tier-left":
        grantsChanged = db.run(WRITES.endGrants, event.at, event.alert, event.at).changes > 0 || grantsChanged;
        return;
      case "act-recorded":
        db.run(WRITES.addAct, event.key, event.alert, JSON.stringify(event));
        return;
      case "rule-note":
        db.run(event.active ? WRITES.addNote : WRITES.removeNote, event.patient, event.rule, event.note);
        return;
      case "tier-reached":
      case "act-outcome":
        return;
    }
  };
  work.events.forEach(write);

  if (work.adopt) adoptStaged(db);
  db.run(WRITES.position, work.position);
  const newest = fresh.at(-1)?.[1] ?? 0;
  if (newest > feedKept) db.run(WRITES.pruneFeed, newest - feedKept);
  return { fresh, queued, grantsChanged };
};

/** What the feed says of a device. */
export const devicePayload = (event: Extract<EngineEvent, { kind: "device-presence" }>): unknown => ({
  event: event.type,
  device: event.device,
  patient: event.patient,
  at: event.at,
});
