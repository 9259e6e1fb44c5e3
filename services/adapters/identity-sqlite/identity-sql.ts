/** Tables and statements of the identity vault. */
export const IDENTITY_SCHEMA = 1;
export const IDENTITY_CREATE = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identities (patient TEXT PRIMARY KEY, wrapped BLOB NOT NULL, sealed BLOB NOT NULL);
PRAGMA user_version = ${IDENTITY_SCHEMA};`;
export const IDENTITY_SQL = {
  check: "SELECT value FROM meta WHERE key = 'check'",
  putCheck: "INSERT INTO meta VALUES ('check', ?)",
  get: "SELECT patient, wrapped, sealed FROM identities WHERE patient = ?",
  many: "SELECT patient, wrapped, sealed FROM identities WHERE patient IN (SELECT value FROM json_each(?))",
  put: `INSERT INTO identities VALUES (?, ?, ?) ON CONFLICT (patient) DO UPDATE SET wrapped = excluded.wrapped, sealed = excluded.sealed`,
  erase: "DELETE FROM identities WHERE patient = ?",
} as const;
