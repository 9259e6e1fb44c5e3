/** Deletes what retention no longer keeps, a bounded piece at a time, so that writing goes on between the pieces. */
import type { DatabaseSync } from "node:sqlite";
import type { BatchWriter } from "./write-batch.ts";
import { minuteOf } from "#core/series/minute.ts";
import { MINUTE } from "#core/time.ts";
import { numberAt } from "./statements.ts";
import type { Statements } from "./statements.ts";
import type { PruneLimits, Slice } from "./wire.ts";

/** Rows deleted in one transaction: a few milliseconds. */
const ROWS = 5_000;
const BLOCKS = 50;
/** Series looked at in one transaction when there is nothing to delete. */
const SERIES = 200;

interface Place {
  readonly table: "series" | "signal";
  readonly id: number;
}

const parsePlace = (text: string): Place => {
  const [table, id] = text.split(":");
  return { table: table === "signal" ? "signal" : "series", id: Number(id ?? 0) };
};

/** One piece, beginning after `next` ("" at first). */
export const pruneSlice = (
  database: DatabaseSync,
  statements: Statements,
  writer: BatchWriter,
  limits: PruneLimits,
  spots: readonly number[],
  next: string,
): Slice => {
  const place = parsePlace(next);
  database.exec("BEGIN IMMEDIATE");
  try {
    if (next === "") statements.run("setSince", wholeMinute(limits.rawBefore), wholeMinute(limits.spotBefore));
    const slice =
      place.table === "series"
        ? pruneSeries(statements, writer, limits, new Set(spots), place.id)
        : pruneSignals(statements, limits, place.id);
    database.exec("COMMIT");
    return slice;
  } catch (error) {
    writer.forget();
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
};

/** Whole minutes alone are deleted, so that a roll-up is either wholly backed by rows or not at all. */
const wholeMinute = (t: number): number => minuteOf(t) * MINUTE;

const pruneSeries = (
  statements: Statements,
  writer: BatchWriter,
  limits: PruneLimits,
  spots: ReadonlySet<number>,
  after: number,
): Slice => {
  let id = after;
  let deleted = 0;
  for (let seen = 0; seen < SERIES; seen += 1) {
    const row = statements.one("nextSeries", id);
    if (row === undefined) return { deleted, next: "signal:0" };
    const series = numberAt(row, 0);
    const limit = wholeMinute(spots.has(numberAt(row, 1)) ? limits.spotBefore : limits.rawBefore);
    const more = dropReadings(statements, writer, series, limit) ?? dropMinutes(statements, series, minuteOf(limits.rollupsBefore));
    if (more !== null) {
      deleted += more.deleted;
      // Unfinished: the same series again.
      if (more.again || deleted >= ROWS) return { deleted, next: `series:${id}` };
    }
    id = series;
  }
  return { deleted, next: `series:${id}` };
};

interface Dropped {
  readonly deleted: number;
  readonly again: boolean;
}

const dropReadings = (statements: Statements, writer: BatchWriter, series: number, limit: number): Dropped | null => {
  const slice = statements.one("readingSlice", series, 0, limit, ROWS);
  if (slice === undefined) {
    const newest = numberAt(statements.one("newestReading", series) ?? [null], 0);
    // Nothing newer remains, so the newest minute will never be rolled up by a later sample.
    if (newest < limit) writer.close(series);
  }
  const { changes } = statements.run("dropReadings", series, 0, slice === undefined ? limit : numberAt(slice, 0));
  return changes === 0 ? null : { deleted: changes, again: true };
};

const dropMinutes = (statements: Statements, series: number, before: number): Dropped | null => {
  const slice = statements.one("minuteSlice", series, 0, before, ROWS);
  const { changes } = statements.run("dropMinutes", series, 0, slice === undefined ? before : numberAt(slice, 0));
  return changes === 0 ? null : { deleted: changes, again: slice !== undefined };
};

const pruneSignals = (statements: Statements, limits: PruneLimits, after: number): Slice => {
  let id = after;
  for (let seen = 0; seen < SERIES; seen += 1) {
    const row = statements.one("nextSignal", id);
    if (row === undefined) return { deleted: 0, next: null };
    const signal = numberAt(row, 0);
    // A block is dropped when even the longest that begins there would have ended.
    const limit = wholeMinute(limits.rawBefore) - numberAt(row, 1);
    const slice = statements.one("waveformSlice", signal, limit, BLOCKS);
    const { changes } = statements.run("dropWaveforms", signal, -8_640_000_000_000_000, slice === undefined ? limit : numberAt(slice, 0));
    if (changes > 0) return { deleted: changes, next: `signal:${slice === undefined ? signal : id}` };
    id = signal;
  }
  return { deleted: 0, next: `signal:${id}` };
};
