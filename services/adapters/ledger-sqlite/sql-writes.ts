/** Every statement the writer runs. A test asks SQLite for the plan of each that reads. */
export const WRITES = {
  fence: "SELECT value FROM meta WHERE key = 'fence'",
  raiseFence: "UPDATE meta SET value = value + 1 WHERE key = 'fence' RETURNING value",
  position: "UPDATE meta SET value = ? WHERE key = 'position'",
  putMeta: "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",

  addTransition: "INSERT INTO transitions (key, alert, version, at, type, json) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
  putAlert: `INSERT INTO alerts (id, version, status, severity, tier, patient, institution, live, raised_at, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, severity = excluded.severity, tier = excluded.tier,
    patient = excluded.patient, institution = excluded.institution, live = excluded.live, raised_at = excluded.raised_at, json = excluded.json
    WHERE excluded.version >= version`,
  addFeed: "INSERT INTO feed (key, kind, at, patient, institution, payload) VALUES (?, ?, ?, ?, ?, ?)",
  feedKnows: "SELECT cursor FROM feed WHERE key = ?",
  pruneFeed: "DELETE FROM feed WHERE cursor <= ?",
  addAct: "INSERT INTO acts (key, alert, json) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
  addGrant: `INSERT INTO grants (key, patient, tier, alert, ground, from_at, to_at) VALUES (?, ?, ?, ?, 'urgent_care', ?, NULL)
    ON CONFLICT (key) DO NOTHING`,
  endGrants: "UPDATE grants SET to_at = ? WHERE alert = ? AND to_at IS NULL AND from_at <= ?",
  addNote: "INSERT INTO rule_notes VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  removeNote: "DELETE FROM rule_notes WHERE patient = ? AND rule = ? AND note = ?",

  generation: "SELECT value FROM meta WHERE key = 'generation'",
  nextGeneration: "UPDATE meta SET value = value + 1 WHERE key = 'generation'",
  /** A part without bytes: this key is gone from its generation on. */
  stage: "INSERT INTO checkpoint_parts VALUES (?, ?, ?) ON CONFLICT (key, generation) DO UPDATE SET bytes = excluded.bytes",
  /** Of one key, what the generation in force does not need. */
  dropOlder: `DELETE FROM checkpoint_parts WHERE key = ?1 AND generation <
    (SELECT MAX(generation) FROM checkpoint_parts WHERE key = ?1 AND generation <= ?2)`,
  /** Once adopted: nothing may be left of an erased patient. */
  dropGone: "DELETE FROM checkpoint_parts WHERE key IN (SELECT key FROM checkpoint_parts WHERE bytes IS NULL AND generation > 0)",
  dropUnfinished: "DELETE FROM checkpoint_parts WHERE generation > (SELECT value FROM meta WHERE key = 'generation')",

  putPatient: "INSERT INTO patients VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET json = excluded.json",
  putDevice: "INSERT INTO devices VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET json = excluded.json",
  putAssignment: "INSERT INTO assignments VALUES (?, ?, ?) ON CONFLICT (device, from_at) DO UPDATE SET json = excluded.json",
  putLimits: "INSERT INTO limits VALUES (?, ?, ?) ON CONFLICT (patient, rule) DO UPDATE SET json = excluded.json",
  removeLimits: "DELETE FROM limits WHERE patient = ? AND rule = ?",
  addRule: "INSERT INTO rules VALUES (?, ?, ?) ON CONFLICT (id, version) DO NOTHING",
  presence: "SELECT json FROM presence WHERE device = ?",
  putPresence: "INSERT INTO presence VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET json = excluded.json",

  putInstitution: `INSERT INTO institutions (id, alliance, tier, json) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET alliance = excluded.alliance, tier = excluded.tier, json = excluded.json`,
  userNamed: "SELECT id FROM users WHERE username = ?",
  putUser: `INSERT INTO users (id, username, institution, json) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET username = excluded.username, institution = excluded.institution, json = excluded.json`,
  putSession: `INSERT INTO sessions (token_hash, user, expires_at, json) VALUES (?, ?, ?, ?)
    ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at, json = excluded.json`,
  pruneSessions: "DELETE FROM sessions WHERE expires_at < ?",
  endSession: "DELETE FROM sessions WHERE token_hash = ?",
  endSessionsOf: "DELETE FROM sessions WHERE user = ?",
  putSetting: "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  lastAudit: "SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1",
  addAudit:
    "INSERT INTO audit (n, at, actor, institution, action, patient, target, ground, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",

  addDataGap: "INSERT INTO data_gaps (device, life, first, last, json) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  dataGapAround: "SELECT json FROM data_gaps WHERE device = ? AND life = ? AND first <= ? AND last >= ?",
  removeDataGap: "DELETE FROM data_gaps WHERE device = ? AND life = ? AND first = ?",
  /** The newest 100 of a device are kept. */
  pruneDataGaps:
    "DELETE FROM data_gaps WHERE device = ?1 AND n <= (SELECT n FROM data_gaps WHERE device = ?1 ORDER BY n DESC LIMIT 1 OFFSET 100)",

  putWebhook: `INSERT INTO webhooks (id, institution, status, created_at, json) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, json = excluded.json`,
  webhook: "SELECT json FROM webhooks WHERE id = ?",
  /** Active subscriptions of the institution the alert belongs to. */
  subscribersOf: "SELECT json FROM webhooks WHERE institution = ? AND status = 'active' ORDER BY id",
  /** Institutions of the same alliance whose tier this alert (or a referral of its patient) had reached at that time (semantics 6.4). */
  reachedInstitutions: `SELECT DISTINCT other.id FROM grants
    JOIN institutions own ON own.id = ?1
    JOIN institutions other ON other.alliance = own.alliance AND other.tier = grants.tier
    WHERE grants.patient = ?2 AND (grants.alert = ?3 OR grants.alert IS NULL) AND grants.from_at <= ?4
      AND (grants.to_at IS NULL OR grants.to_at >= ?4) AND other.id <> ?1 ORDER BY other.id`,
  addDelivery: `INSERT INTO deliveries (id, webhook, type, message_id, subject, version, body, status, attempts, next_at, created_at, last_status, last_error)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0, NULL, ?, NULL, NULL) ON CONFLICT (id) DO NOTHING`,
  delivery: "SELECT * FROM deliveries WHERE id = ?",
  /** The one that may leave: the lowest version that still waits. */
  head: `SELECT n, next_at FROM deliveries WHERE status = 'pending' AND webhook = ? AND subject = ? ORDER BY version, n LIMIT 1`,
  holdOthers:
    "UPDATE deliveries SET next_at = NULL WHERE status = 'pending' AND webhook = ? AND subject = ? AND n <> ? AND next_at IS NOT NULL",
  release: "UPDATE deliveries SET next_at = ? WHERE n = ?",
  recordAttempt: "UPDATE deliveries SET status = ?, next_at = ?, attempts = attempts + 1, last_status = ?, last_error = ? WHERE id = ?",
  replayDelivery: "UPDATE deliveries SET status = 'pending', attempts = 0, next_at = ? WHERE id = ?",
  endDeliveries: "UPDATE deliveries SET status = 'failed', next_at = NULL, last_error = ? WHERE status = 'pending' AND webhook = ?",
} as const;
