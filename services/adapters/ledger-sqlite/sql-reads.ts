/** Every statement of the reading side: small and by index, for they run on the main thread. A test asks SQLite for each plan. */
const ALERT_FILTER = `(?1 IS NULL OR raised_at < ?1 OR (raised_at = ?1 AND id < ?2))
    AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3)))
    AND (?4 IS NULL OR severity IN (SELECT value FROM json_each(?4)))
    AND (?5 IS NULL OR tier IN (SELECT value FROM json_each(?5)))`;
const NEWEST_FIRST = "ORDER BY raised_at DESC, id DESC LIMIT ?6";

export const READS = {
  position: "SELECT value FROM meta WHERE key = 'position'",
  meta: "SELECT value FROM meta WHERE key = ?",
  /** The whole of it: read once, at start. */
  checkpoints: `SELECT key, bytes FROM checkpoint_parts AS part WHERE bytes IS NOT NULL AND generation = (SELECT MAX(generation)
    FROM checkpoint_parts WHERE key = part.key AND generation <= (SELECT value FROM meta WHERE key = 'generation'))`,
  alert: "SELECT json FROM alerts WHERE id = ?",
  openAlerts: "SELECT id, version FROM alerts WHERE live = 1 ORDER BY raised_at DESC, id DESC",
  alertsOfAll: `SELECT id, version FROM alerts WHERE raised_at <= COALESCE(?1, 9e15) AND ${ALERT_FILTER} ${NEWEST_FIRST}`,
  alertsOfPatients: `SELECT id, version FROM alerts WHERE patient IN (SELECT value FROM json_each(?7)) AND ${ALERT_FILTER} ${NEWEST_FIRST}`,
  alertsOfInstitutions: `SELECT id, version FROM alerts WHERE institution IN (SELECT value FROM json_each(?7)) AND ${ALERT_FILTER} ${NEWEST_FIRST}`,
  alertsUnowned: `SELECT id, version FROM alerts WHERE patient IS NULL AND institution IN (SELECT value FROM json_each(?7)) AND ${ALERT_FILTER} ${NEWEST_FIRST}`,
  alertsOfNobody: `SELECT id, version FROM alerts WHERE patient IS NULL AND institution IS NULL AND ${ALERT_FILTER} ${NEWEST_FIRST}`,
  acts: "SELECT json FROM acts WHERE alert = ? ORDER BY n",
  transitions: "SELECT key, at, type, json FROM transitions WHERE alert = ? ORDER BY version",
  feedAfter: `SELECT feed.cursor, feed.kind, feed.at, feed.patient, feed.institution, feed.payload, transitions.version, transitions.json
    FROM feed LEFT JOIN transitions ON transitions.key = feed.key WHERE feed.cursor > ? ORDER BY feed.cursor LIMIT ?`,
  feedOldest: "SELECT cursor FROM feed ORDER BY cursor LIMIT 1",
  feedNewest: "SELECT cursor FROM feed ORDER BY cursor DESC LIMIT 1",
  rules: "SELECT json FROM rules ORDER BY id, version",
  limits: "SELECT rule, json FROM limits WHERE patient = ?",
  grants: "SELECT patient, tier, alert, ground, from_at, to_at FROM grants WHERE to_at IS NULL ORDER BY patient",
  notes: "SELECT rule, note FROM rule_notes WHERE patient = ? ORDER BY rule, note",
  dataGaps: "SELECT json FROM data_gaps WHERE device = ? ORDER BY n DESC LIMIT 100",

  patients: "SELECT json FROM patients",
  devices: "SELECT json FROM devices",
  assignments: "SELECT json FROM assignments ORDER BY device, from_at",
  presences: "SELECT device, json FROM presence",

  institutions: "SELECT json FROM institutions ORDER BY id",
  institution: "SELECT json FROM institutions WHERE id = ?",
  users: "SELECT json FROM users ORDER BY id",
  usersOf: "SELECT json FROM users WHERE institution = ? ORDER BY id",
  user: "SELECT json FROM users WHERE id = ?",
  userNamed: "SELECT json FROM users WHERE username = ?",
  session: "SELECT json FROM sessions WHERE token_hash = ?",
  setting: "SELECT value FROM settings WHERE key = ?",
  auditAll: "SELECT * FROM audit WHERE n < ?1 ORDER BY n DESC LIMIT ?2",
  auditOfInstitution: "SELECT * FROM audit WHERE n < ?1 AND institution = ?3 ORDER BY n DESC LIMIT ?2",
  auditOfPatient: "SELECT * FROM audit WHERE n < ?1 AND patient = ?4 AND (?3 IS NULL OR institution = ?3) ORDER BY n DESC LIMIT ?2",
  auditForwards: "SELECT * FROM audit WHERE n > ? ORDER BY n",

  webhooks: "SELECT json FROM webhooks ORDER BY id",
  webhooksOf: "SELECT json FROM webhooks WHERE institution = ? ORDER BY id",
  webhook: "SELECT json FROM webhooks WHERE id = ?",
  due: "SELECT * FROM deliveries WHERE status = 'pending' AND next_at IS NOT NULL AND next_at <= ? ORDER BY next_at, n LIMIT ?",
  nextDue: "SELECT next_at FROM deliveries WHERE status = 'pending' AND next_at IS NOT NULL ORDER BY next_at, n LIMIT 1",
  backlog: "SELECT COUNT(*) AS pending, MIN(created_at) AS oldest FROM deliveries WHERE status = 'pending'",
  unreachable: `SELECT COUNT(*) AS n FROM webhooks WHERE status = 'active' AND 'failed' = (SELECT status FROM deliveries
    WHERE webhook = webhooks.id AND status <> 'pending' ORDER BY n DESC LIMIT 1)`,
  delivery: "SELECT * FROM deliveries WHERE id = ?",
  deliveries: "SELECT * FROM deliveries WHERE webhook = ? AND n < ? ORDER BY n DESC LIMIT ?",
} as const;

/** Read whole on purpose: small tables, or once at start or for an audit. */
export const WHOLE_TABLE_READS: readonly (keyof typeof READS)[] = [
  "checkpoints",
  "rules",
  "patients",
  "devices",
  "assignments",
  "presences",
  "institutions",
  "users",
  "webhooks",
  "backlog",
  "unreachable",
];
