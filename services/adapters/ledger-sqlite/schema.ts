/** The ledger's tables, as migrations: entry n brings `user_version` n to n + 1. Never change one that was released, add another. */
import type { DatabaseSync } from "node:sqlite";
import { LedgerError } from "#contracts/errors/ledger.ts";

const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('fence', 0), ('position', 0);

CREATE TABLE alerts (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, severity TEXT NOT NULL, tier TEXT NOT NULL,
  patient TEXT, institution TEXT, live INTEGER NOT NULL, raised_at INTEGER NOT NULL, json TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alerts_newest ON alerts (raised_at, id);
CREATE INDEX alerts_live ON alerts (raised_at, id) WHERE live = 1;
CREATE INDEX alerts_patient ON alerts (patient, raised_at, id);
CREATE INDEX alerts_institution ON alerts (institution, raised_at, id);
CREATE INDEX alerts_unowned ON alerts (institution, raised_at, id) WHERE patient IS NULL;

CREATE TABLE transitions (
  key TEXT PRIMARY KEY, alert TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT, json TEXT NOT NULL
);
CREATE INDEX transitions_alert ON transitions (alert, version);

CREATE TABLE acts (n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, alert TEXT NOT NULL, json TEXT NOT NULL);
CREATE INDEX acts_alert ON acts (alert, n);

CREATE TABLE feed (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL,
  patient TEXT, institution TEXT, payload TEXT
);

CREATE TABLE grants (
  key TEXT PRIMARY KEY, patient TEXT NOT NULL, tier TEXT NOT NULL, alert TEXT, ground TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER
) WITHOUT ROWID;
CREATE INDEX grants_alert ON grants (alert);
CREATE INDEX grants_patient ON grants (patient);
CREATE INDEX grants_standing ON grants (patient) WHERE to_at IS NULL;

CREATE TABLE rule_notes (patient TEXT NOT NULL, rule TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (patient, rule, note)) WITHOUT ROWID;
CREATE TABLE rules (id TEXT NOT NULL, version INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (id, version)) WITHOUT ROWID;
CREATE TABLE limits (patient TEXT NOT NULL, rule TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (patient, rule)) WITHOUT ROWID;
CREATE TABLE checkpoints (key TEXT PRIMARY KEY, bytes BLOB NOT NULL);

CREATE TABLE patients (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE devices (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE assignments (device TEXT NOT NULL, from_at INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (device, from_at)) WITHOUT ROWID;
CREATE TABLE presence (device TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE institutions (id TEXT PRIMARY KEY, alliance TEXT NOT NULL, tier TEXT NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX institutions_alliance ON institutions (alliance, tier);
CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, institution TEXT NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX users_institution ON users (institution);
CREATE TABLE sessions (token_hash TEXT PRIMARY KEY, user TEXT NOT NULL, expires_at INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE audit (
  n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, institution TEXT, action TEXT NOT NULL,
  patient TEXT, target TEXT, ground TEXT, detail TEXT, hash TEXT NOT NULL
);
CREATE INDEX audit_institution ON audit (institution, n);
CREATE INDEX audit_patient ON audit (patient, n);

CREATE TABLE webhooks (id TEXT PRIMARY KEY, institution TEXT NOT NULL, status TEXT NOT NULL, created_at INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX webhooks_institution ON webhooks (institution, status);
CREATE TABLE deliveries (
  n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, webhook TEXT NOT NULL, type TEXT NOT NULL, message_id TEXT NOT NULL,
  subject TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL,
  next_at INTEGER, created_at INTEGER NOT NULL, last_status INTEGER, last_error TEXT
);
CREATE INDEX deliveries_due ON deliveries (next_at, n) WHERE status = 'pending' AND next_at IS NOT NULL;
CREATE INDEX deliveries_waiting ON deliveries (webhook, subject, version, n) WHERE status = 'pending';
CREATE INDEX deliveries_webhook ON deliveries (webhook, n);
`,
  `
CREATE TABLE data_gaps (
  n INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, life INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  json TEXT NOT NULL, UNIQUE (device, life, first, last)
);
CREATE INDEX data_gaps_device ON data_gaps (device, n);
`,
  `
CREATE TABLE checkpoint_parts (key TEXT NOT NULL, generation INTEGER NOT NULL, bytes BLOB, PRIMARY KEY (key, generation));
CREATE INDEX checkpoint_parts_generation ON checkpoint_parts (generation);
CREATE INDEX checkpoint_parts_gone ON checkpoint_parts (generation, key) WHERE bytes IS NULL;
INSERT INTO checkpoint_parts SELECT key, 0, bytes FROM checkpoints;
DROP TABLE checkpoints;
INSERT INTO meta VALUES ('generation', 0);
`,
];

/** Newest `user_version` this program knows. */
export const LEDGER_SCHEMA = MIGRATIONS.length;

/** Brings the file to the newest schema; refuses one that a newer program wrote. */
export const migrate = (db: DatabaseSync): void => {
  const row = db.prepare("PRAGMA user_version").get();
  const version = Number(row?.["user_version"] ?? 0);
  if (version > LEDGER_SCHEMA) throw new LedgerError("ledger_too_new", `schema ${version}, known ${LEDGER_SCHEMA}`);
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
};
