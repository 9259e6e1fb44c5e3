/** The tables of the reading store. Times are ms since 1970, minutes are whole minutes since 1970. */

/**
 * `reading` holds one row a sample; `mark` is flags × 4 + quality, so that a row stays near 25 bytes.
 * `minute` holds the roll-ups of every minute but the newest of a series: that one is still growing and is read from its rows (at most one
 * minute of them), which halves what a sample costs to write. It joins `minute` when a sample of a later minute arrives.
 * Values of a waveform whose signal is a metric are rolled up at once, for they have no rows.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS store (
  id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, raw_since INTEGER NOT NULL, spot_since INTEGER NOT NULL);
INSERT OR IGNORE INTO store VALUES (1, 0, 0, 0);
CREATE TABLE IF NOT EXISTS series (
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric INTEGER NOT NULL, identity TEXT NOT NULL, UNIQUE (device, metric, identity));
CREATE TABLE IF NOT EXISTS tagset (id INTEGER PRIMARY KEY, tags TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS reading (
  series INTEGER NOT NULL, t INTEGER NOT NULL, value REAL, mark INTEGER NOT NULL, tags INTEGER NOT NULL,
  PRIMARY KEY (series, t)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS minute (
  series INTEGER NOT NULL, m INTEGER NOT NULL, n INTEGER NOT NULL, low REAL, high REAL, total REAL NOT NULL, last REAL,
  last_t INTEGER, first_t INTEGER, bad INTEGER NOT NULL, probe_off INTEGER NOT NULL,
  PRIMARY KEY (series, m)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS signal (
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, signal TEXT NOT NULL, series INTEGER, longest INTEGER NOT NULL, UNIQUE (device, signal));
CREATE INDEX IF NOT EXISTS signal_series ON signal (series);
CREATE TABLE IF NOT EXISTS waveform (
  id INTEGER PRIMARY KEY, signal INTEGER NOT NULL, t0 INTEGER NOT NULL, hz REAL NOT NULL, unit TEXT NOT NULL, n INTEGER NOT NULL,
  samples BLOB NOT NULL, UNIQUE (signal, t0));
CREATE TABLE IF NOT EXISTS quarantine (
  ordinal INTEGER PRIMARY KEY, institution TEXT NOT NULL, reason TEXT NOT NULL, topic TEXT NOT NULL, device TEXT, at INTEGER NOT NULL,
  payload INTEGER NOT NULL, bytes INTEGER NOT NULL, raw BLOB, sample TEXT);
CREATE INDEX IF NOT EXISTS quarantine_institution ON quarantine (institution, ordinal);
CREATE INDEX IF NOT EXISTS quarantine_payload ON quarantine (payload);
CREATE INDEX IF NOT EXISTS quarantine_device ON quarantine (device, at);
CREATE TABLE IF NOT EXISTS payload (id INTEGER PRIMARY KEY, raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS quarantine_held (institution TEXT PRIMARY KEY, items INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine_count (reason TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
`;
