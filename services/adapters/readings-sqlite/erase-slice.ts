/** Erases every reading of a device in a span, a bounded piece at a time, and makes the roll-ups at its edges anew. */
import type { DatabaseSync } from "node:sqlite";
import type { DeviceSpan } from "#ports/reading-store.ts";
import { addSample, createMinute, minuteOf } from "#core/series/minute.ts";
import { encodeValues, timeOfValue } from "#core/series/waveform-block.ts";
import { MINUTE } from "#core/time.ts";
import { createQuarantineRows } from "./quarantine-rows.ts";
import { numberAt } from "./statements.ts";
import type { Row, Statements } from "./statements.ts";
import { storeMinute } from "./store-minute.ts";
import { blockAt, eachWaveformValue } from "./waveform-values.ts";
import type { Slice } from "./wire.ts";
import type { BatchWriter } from "./write-batch.ts";

const ROWS = 5_000;
const BLOCKS = 50;

/** One piece; `next` is `<span>:<rows | last t>`, "" at first. Oldest first, so that the newest minute changes only in the last piece of a series. */
export const eraseSlice = (
  database: DatabaseSync,
  statements: Statements,
  writer: BatchWriter,
  spans: readonly DeviceSpan[],
  next: string,
): Slice => {
  const index = Number(next === "" ? 0 : next);
  const span = spans[index];
  if (span === undefined) return { deleted: 0, next: null };
  // What is erased is overwritten, not only forgotten; retention does without, for it deletes much more.
  database.exec("PRAGMA secure_delete = ON; BEGIN IMMEDIATE");
  try {
    const deleted = eraseSpan(statements, writer, span);
    database.exec("COMMIT");
    const done = index + 1 < spans.length ? String(index + 1) : null;
    const next = deleted > 0 ? String(index) : done;
    if (next === null) emptyLog(database);
    return { deleted, next };
  } catch (error) {
    writer.forget();
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  } finally {
    database.exec("PRAGMA secure_delete = OFF");
  }
};

/** Moves the overwritten pages from the log into the file and cuts the log; a reader in the middle of something makes it wait for its next turn. */
const emptyLog = (database: DatabaseSync): void => {
  database.exec("PRAGMA busy_timeout = 250; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 5000;");
};

/** Returns how many rows went; 0: nothing of the span is left. */
const eraseSpan = (statements: Statements, writer: BatchWriter, span: DeviceSpan): number => {
  for (const signal of statements.all("signalsOfDevice", span.device)) {
    const erased = eraseBlocks(statements, signal, span);
    if (erased > 0) return erased;
  }
  for (const series of statements.all("seriesOfDevice", span.device)) {
    const id = numberAt(series, 0);
    const erased = eraseSeries(statements, id, span);
    writer.forget(id);
    if (erased > 0) return erased;
  }
  return createQuarantineRows(statements).eraseOfDevice(span.device, span.from, span.to, ROWS);
};

const eraseSeries = (statements: Statements, series: number, { from, to }: DeviceSpan): number => {
  const slice = statements.one("readingSlice", series, from, to, ROWS);
  const { changes } = statements.run("dropReadings", series, from, slice === undefined ? to : numberAt(slice, 0));
  if (slice !== undefined) return changes;
  const first = minuteOf(from);
  const end = minuteOf(to - 1) + 1;
  const held = statements.run("dropMinutes", series, first, end).changes;
  const newest = numberAt(statements.one("newestReading", series) ?? [null], 0);
  const open = Number.isNaN(newest) ? -Infinity : minuteOf(newest);
  // The minute that is the newest now was rolled up before: only waveform values may stay in its row.
  if (changes > 0 && open > -Infinity && open < first) {
    statements.run("dropMinutes", series, open, open + 1);
    rebuild(statements, series, open, open);
  }
  // Where the rows of an edge minute are gone already, the whole minute goes: the right to be erased comes before completeness.
  for (const edge of new Set([first, end - 1])) rebuild(statements, series, edge, open);
  const kept =
    statements.one("hasMinutes", series, first, end) === undefined ? 0 : statements.all("minutesBetween", series, first, end).length;
  return changes + Math.max(0, held - kept);
};

const rebuild = (statements: Statements, series: number, m: number, open: number): void => {
  const minute = createMinute(m);
  const from = m * MINUTE;
  eachWaveformValue(statements, series, from, from + MINUTE, (t, value) => addSample(minute, t, value, 0));
  if (m < open)
    for (const row of statements.all("readingsBetween", series, from, from + MINUTE))
      addSample(minute, numberAt(row, 0), numberAt(row, 1), numberAt(row, 2));
  if (minute.n + minute.bad > 0) {
    statements.run("dropMinutes", series, m, m + 1);
    storeMinute(statements, series, minute);
  }
};

/** Blocks wholly inside go; of others the values inside are blanked. */
const eraseBlocks = (statements: Statements, signal: Row, { from, to }: DeviceSpan): number => {
  const id = numberAt(signal, 0);
  let erased = 0;
  for (const row of statements.all("waveformsBetween", id, from - numberAt(signal, 1), to, Number.MAX_SAFE_INTEGER)) {
    const { t0, hz, values } = blockAt(row);
    const blanked = values.map((value, index) => {
      const t = timeOfValue(t0, hz, index);
      return t >= from && t < to ? Number.NaN : value;
    });
    if (blanked.every((value) => Number.isNaN(value))) statements.run("dropWaveforms", id, t0, t0 + 1);
    else if (blanked.some((value, index) => Number.isNaN(value) && !Number.isNaN(values[index])))
      statements.run("setWaveform", encodeValues(blanked), id, t0);
    else continue;
    erased += 1;
    if (erased >= BLOCKS) break;
  }
  return erased;
};
