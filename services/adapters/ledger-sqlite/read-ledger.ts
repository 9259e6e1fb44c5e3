/** The reading half of the ledger: alerts, acts, feed, rules and grants from a read-only connection. */
import type { Alert } from "#core/alerts/alert.ts";
import type { ActRecorded, AlertTransition } from "#core/rules/engine-event.ts";
import type { AlertId, InstitutionId, PatientId } from "#core/ids.ts";
import type { DataGapEntry } from "#core/journal-entry.ts";
import type { RuleLimits, RuleVersion } from "#core/rules/rule.ts";
import type { Tier } from "#core/people.ts";
import type { Grant } from "#core/access/visibility.ts";
import type { AlertFilter, FeedEvent, Ledger } from "#ports/ledger.ts";
import { createAlertCache } from "./alert-cache.ts";
import { decodeCursor, encodeCursor } from "./alert-cursor.ts";
import { READS } from "./sql-reads.ts";
import { numberOrNull, orNull, readJson, textOrNull, type Row, type Statements } from "./statements.ts";

export interface LedgerReads extends Omit<Ledger, "commit" | "stage" | typeof Symbol.asyncDispose> {
  /** Reads the standing grants again: they are asked for on every request, and change rarely. */
  readonly refreshGrants: () => void;
}

const list = (values: readonly string[] | undefined): string | null => (values === undefined ? null : JSON.stringify(values));

const readFeedEvent = (row: Row): FeedEvent => ({
  cursor: Number(row["cursor"]),
  kind: String(row["kind"]) as FeedEvent["kind"],
  at: Number(row["at"]),
  patient: textOrNull(row["patient"]) as PatientId | null,
  institution: textOrNull(row["institution"]) as InstitutionId | null,
  payload: row["json"] === null ? readJson(row, "payload") : { version: Number(row["version"]), alert: readJson(row) as Alert },
});

const readGrant = (row: Row): Grant => ({
  patient: String(row["patient"]) as PatientId,
  tier: String(row["tier"]) as Tier,
  alert: textOrNull(row["alert"]) as AlertId | null,
  ground: String(row["ground"]) as Grant["ground"],
  from: Number(row["from_at"]),
  to: numberOrNull(row["to_at"]),
});

export const createLedgerReads = (db: Statements): LedgerReads => {
  let grants: readonly Grant[] = [];
  const refreshGrants = (): void => {
    grants = db.all(READS.grants).map(readGrant);
  };
  refreshGrants();

  const cache = createAlertCache();
  const load = (id: string): Alert | null => {
    const alert = orNull(db.get(READS.alert, id), (row) => readJson(row) as Alert);
    if (alert !== null) cache.put(alert);
    return alert;
  };
  const readAlerts = (rows: readonly Row[]): Alert[] =>
    rows.map((row) => cache.find(String(row["id"]), Number(row["version"])) ?? load(String(row["id"]))).filter((alert) => alert !== null);

  const selectAlerts = (filter: AlertFilter, limit: number): Alert[] => {
    const before = filter.before === undefined ? null : decodeCursor(filter.before);
    if (filter.before !== undefined && before === null) return [];
    const shared = [
      before?.raisedAt ?? null,
      before?.id ?? null,
      list(filter.status),
      list(filter.severity),
      list(filter.tier),
      limit,
    ] as const;
    const read = (sql: string, ids?: readonly string[]): Alert[] =>
      readAlerts(ids === undefined ? db.all(sql, ...shared) : db.all(sql, ...shared, JSON.stringify(ids)));
    if (filter.patients === undefined)
      return filter.institutions === undefined ? read(READS.alertsOfAll) : read(READS.alertsOfInstitutions, filter.institutions);
    const owned = read(READS.alertsOfPatients, filter.patients);
    if (filter.institutions === undefined) return owned;
    const nobodys = filter.unowned === true ? read(READS.alertsOfNobody) : [];
    return [...owned, ...read(READS.alertsUnowned, filter.institutions), ...nobodys]
      .sort((a, b) => b.raisedAt - a.raisedAt || (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  };

  return {
    refreshGrants,
    position: () => Number(db.get(READS.position)?.["value"] ?? 0),
    checkpoints: function* () {
      for (const row of db.iterate(READS.checkpoints)) yield { key: String(row["key"]), bytes: row["bytes"] as Uint8Array };
    },
    alert: (id) => load(id),
    alerts: (filter) => {
      const found = selectAlerts(filter, filter.limit + 1);
      const items = found.slice(0, filter.limit);
      const last = items.at(-1);
      return { items, next: found.length > items.length && last !== undefined ? encodeCursor(last) : null };
    },
    openAlerts: () => readAlerts(db.all(READS.openAlerts)),
    acts: (alert) => db.all(READS.acts, alert).map((row) => readJson(row) as ActRecorded),
    transitions: (alert) =>
      db.all(READS.transitions, alert).map((row) => ({
        kind: "alert",
        key: String(row["key"]),
        at: Number(row["at"]),
        alert: readJson(row) as Alert,
        type: textOrNull(row["type"]) as AlertTransition["type"],
      })),
    feedAfter: (cursor, limit) => db.all(READS.feedAfter, cursor, limit).map(readFeedEvent),
    feedBounds: () => {
      const newest = Number(db.get(READS.feedNewest)?.["cursor"] ?? 0);
      return { newest, oldest: Number(db.get(READS.feedOldest)?.["cursor"] ?? newest + 1) };
    },
    rules: () => db.all(READS.rules).map((row) => readJson(row) as RuleVersion),
    limitsOf: (patient) => new Map(db.all(READS.limits, patient).map((row) => [String(row["rule"]), readJson(row) as RuleLimits])),
    grants: () => grants,
    dataGaps: (device) => db.all(READS.dataGaps, device).map((row) => readJson(row) as DataGapEntry),
    ruleNotes: (patient) => db.all(READS.notes, patient).map((row) => ({ rule: String(row["rule"]), note: String(row["note"]) })),
  };
};
