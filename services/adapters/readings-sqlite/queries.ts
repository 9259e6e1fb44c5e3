/** Every SQL statement of the reading store by name; a test asks SQLite for the plan of each and refuses full scans. */
export const QUERIES = {
  position: "SELECT position, raw_since, spot_since FROM store WHERE id = 1",
  setPosition: "UPDATE store SET position = ? WHERE id = 1",
  setSince: "UPDATE store SET raw_since = max(raw_since, ?), spot_since = max(spot_since, ?) WHERE id = 1",

  findSeries: "SELECT id FROM series WHERE device = ? AND metric = ? AND identity = ?",
  addSeries: "INSERT INTO series (device, metric, identity) VALUES (?, ?, ?)",
  seriesOfMetric: "SELECT id, identity FROM series WHERE device = ? AND metric = ? ORDER BY identity",
  seriesOfDevice: "SELECT id, metric, identity FROM series WHERE device = ?",
  nextSeries: "SELECT id, metric FROM series WHERE id > ? ORDER BY id LIMIT 1",
  findTags: "SELECT id FROM tagset WHERE tags = ?",
  addTags: "INSERT INTO tagset (tags) VALUES (?)",
  tagsById: "SELECT tags FROM tagset WHERE id = ?",

  addReading: "INSERT INTO reading (series, t, value, mark, tags) VALUES (?, ?, ?, ?, ?)",
  findReading: "SELECT value, mark FROM reading WHERE series = ? AND t = ?",
  readingAt: "SELECT t, value, mark, tags FROM reading WHERE series = ? AND t = ?",
  markReading: "UPDATE reading SET mark = ? WHERE series = ? AND t = ?",
  newestReading: "SELECT max(t) FROM reading WHERE series = ?",
  oldestReading: "SELECT min(t) FROM reading WHERE series = ?",
  readingsFrom: "SELECT t, value, mark FROM reading WHERE series = ? AND t >= ? ORDER BY t",
  readingsBetween: "SELECT t, value, mark FROM reading WHERE series = ? AND t >= ? AND t < ? ORDER BY t",
  countReadings: "SELECT count(*) FROM (SELECT 1 FROM reading WHERE series = ? AND t >= ? AND t < ? LIMIT ?)",
  pageOfReadings: "SELECT t, value, mark, tags FROM reading WHERE series = ? AND t >= ? AND t < ? ORDER BY t LIMIT ?",
  newestGoodReading:
    "SELECT t, value, mark, tags FROM reading WHERE series = ? AND t >= ? AND t < ? AND (mark & 3) < 2 AND value IS NOT NULL ORDER BY t DESC LIMIT 1",
  readingSlice: "SELECT t FROM reading WHERE series = ? AND t >= ? AND t < ? ORDER BY t LIMIT 1 OFFSET ?",
  dropReadings: "DELETE FROM reading WHERE series = ? AND t >= ? AND t < ?",

  mergeMinute: `INSERT INTO minute (series, m, n, low, high, total, last, last_t, first_t, bad, probe_off) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (series, m) DO UPDATE SET
      n = n + excluded.n,
      low = CASE WHEN excluded.n = 0 THEN low WHEN n = 0 THEN excluded.low ELSE min(low, excluded.low) END,
      high = CASE WHEN excluded.n = 0 THEN high WHEN n = 0 THEN excluded.high ELSE max(high, excluded.high) END,
      total = total + excluded.total,
      last = CASE WHEN excluded.n > 0 AND (n = 0 OR excluded.last_t >= last_t) THEN excluded.last ELSE last END,
      last_t = CASE WHEN excluded.n = 0 THEN last_t WHEN n = 0 THEN excluded.last_t ELSE max(last_t, excluded.last_t) END,
      first_t = CASE WHEN excluded.n = 0 THEN first_t WHEN n = 0 THEN excluded.first_t ELSE min(first_t, excluded.first_t) END,
      bad = bad + excluded.bad,
      probe_off = probe_off + excluded.probe_off`,
  minutesBetween:
    "SELECT m, n, low, high, total, last, last_t, first_t, bad, probe_off FROM minute WHERE series = ? AND m >= ? AND m < ? ORDER BY m",
  hasMinutes: "SELECT 1 FROM minute WHERE series = ? AND m >= ? AND m < ? LIMIT 1",
  oldestMinute: "SELECT min(m) FROM minute WHERE series = ?",
  newestMinute: "SELECT m, last_t FROM minute WHERE series = ? ORDER BY m DESC LIMIT 1",
  newestGoodMinute: "SELECT m, last, last_t FROM minute WHERE series = ? AND m >= ? AND m < ? AND n > 0 ORDER BY m DESC LIMIT 1",
  minuteSlice: "SELECT m FROM minute WHERE series = ? AND m >= ? AND m < ? ORDER BY m LIMIT 1 OFFSET ?",
  dropMinutes: "DELETE FROM minute WHERE series = ? AND m >= ? AND m < ?",

  findSignal: "SELECT id, series, longest FROM signal WHERE device = ? AND signal = ?",
  addSignal: "INSERT INTO signal (device, signal, series, longest) VALUES (?, ?, ?, ?)",
  feedSignal: "UPDATE signal SET series = ?, longest = ? WHERE id = ?",
  signalOfSeries: "SELECT id, longest FROM signal WHERE series = ?",
  signalsOfDevice: "SELECT id, longest, series FROM signal WHERE device = ?",
  nextSignal: "SELECT id, longest FROM signal WHERE id > ? ORDER BY id LIMIT 1",
  addWaveform: "INSERT INTO waveform (signal, t0, hz, unit, n, samples) VALUES (?, ?, ?, ?, ?, ?)",
  findWaveform: "SELECT hz, samples FROM waveform WHERE signal = ? AND t0 = ?",
  waveformsBetween: "SELECT t0, hz, samples FROM waveform WHERE signal = ? AND t0 >= ? AND t0 < ? ORDER BY t0 LIMIT ?",
  countWaveformValues: "SELECT sum(n) FROM (SELECT n FROM waveform WHERE signal = ? AND t0 >= ? AND t0 < ? LIMIT ?)",
  waveformSlice: "SELECT t0 FROM waveform WHERE signal = ? AND t0 < ? ORDER BY t0 LIMIT 1 OFFSET ?",
  setWaveform: "UPDATE waveform SET samples = ? WHERE signal = ? AND t0 = ?",
  dropWaveforms: "DELETE FROM waveform WHERE signal = ? AND t0 >= ? AND t0 < ?",

  addQuarantine: `INSERT INTO quarantine (ordinal, institution, reason, topic, device, at, payload, bytes, raw, sample)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ordinal) DO NOTHING`,
  addPayload: "INSERT INTO payload (id, raw) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
  quarantinePage: `SELECT ordinal, institution, reason, topic, device, at, coalesce(quarantine.raw, payload.raw), sample
    FROM quarantine LEFT JOIN payload ON payload.id = quarantine.payload
    WHERE institution = ? AND ordinal < ? ORDER BY ordinal DESC LIMIT ?`,
  holdQuarantine: `INSERT INTO quarantine_held (institution, items, bytes) VALUES (?, ?, ?)
    ON CONFLICT (institution) DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes`,
  heldQuarantine: "SELECT items, bytes FROM quarantine_held WHERE institution = ?",
  oldestQuarantine: "SELECT ordinal, payload, bytes FROM quarantine WHERE institution = ? ORDER BY ordinal LIMIT ?",
  dropQuarantine: "DELETE FROM quarantine WHERE ordinal = ?",
  dropPayload: "DELETE FROM payload WHERE id = ? AND NOT EXISTS (SELECT 1 FROM quarantine WHERE payload = ?)",
  quarantineOfDevice: "SELECT ordinal, institution, payload, bytes FROM quarantine WHERE device = ? AND at >= ? AND at < ? LIMIT ?",
  countQuarantine: "INSERT INTO quarantine_count (reason, n) VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET n = n + excluded.n",
} as const;
export type QueryName = keyof typeof QUERIES;

/** A list of at most one row a reason: the only statement that reads a whole table. */
export const QUARANTINE_COUNTS = "SELECT reason, n FROM quarantine_count";
