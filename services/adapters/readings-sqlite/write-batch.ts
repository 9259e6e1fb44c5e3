/** Stores one batch in one transaction: rows, roll-ups, waveforms, quarantine and the position reached. */
import type { DatabaseSync } from "node:sqlite";
import { flag } from "#core/samples/flags.ts";
import type { EpochMs } from "#core/time.ts";
import type { StoreReport } from "#ports/reading-store.ts";
import { DISORDER } from "#core/rules/stream.ts";
import { describeStored } from "#core/samples/describe-stored.ts";
import { addSample, createMinute, minuteOf } from "#core/series/minute.ts";
import { storeMinute } from "./store-minute.ts";
import type { Minute } from "#core/series/minute.ts";
import { createQuarantineRows, FIRST_CONFLICT } from "./quarantine-rows.ts";
import { numberAt } from "./statements.ts";
import type { Statements } from "./statements.ts";
import { decodeValues, encodeValues, reachOf, timeOfValue } from "#core/series/waveform-block.ts";
import { MESSAGE, ROW } from "./wire.ts";
import type { NewSeries, NewSource, WireBlock, WriteBatch } from "./wire.ts";

/** A series as the writer holds it: where it ends and its newest minute, which has no roll-up row yet. */
interface OpenSeries {
  readonly id: number;
  newest: EpochMs;
  open: Minute | null;
}

const CONFLICT_MARK = flag("conflict") * 4;
const LATE_MARK = flag("late") * 4;
/** Index of a conflicting waveform block: the last a message can have. */
const BLOCK_CONFLICT = 16_383;

export interface BatchWriter {
  position(): number;
  write(batch: WriteBatch): StoreReport;
  /** Rows were changed behind its back: what is held of the series, or of all, is read again. */
  forget(series?: number): void;
  /** Loads a series and writes its open minute as a roll-up, for rows about to be deleted. */
  close(series: number): void;
}

export const createBatchWriter = (database: DatabaseSync, statements: Statements): BatchWriter => {
  const definitions: NewSeries[] = [];
  const sources: NewSource[] = [];
  const tagTexts: string[] = [""];
  let resolved: (OpenSeries | undefined)[] = [];
  let tagIds: (number | undefined)[] = [0];
  let position = numberAt(statements.one("position") ?? [0], 0);
  const encoder = new TextEncoder();

  const load = (id: number): OpenSeries => {
    const newest = numberAt(statements.one("newestReading", id) ?? [null], 0);
    if (Number.isNaN(newest)) return { id, newest: -Infinity, open: null };
    const open = createMinute(minuteOf(newest));
    for (const row of statements.all("readingsFrom", id, open.m * 60_000))
      addSample(open, numberAt(row, 0), numberAt(row, 1), numberAt(row, 2));
    return { id, newest, open };
  };

  const seriesAt = (index: number): OpenSeries => {
    const known = resolved[index];
    if (known !== undefined) return known;
    const definition = definitions[index];
    if (definition === undefined) throw new Error(`series ${index} was never defined`);
    const { device, metric, identity } = definition;
    const found = statements.one("findSeries", device, metric, identity);
    const made = found === undefined ? statements.run("addSeries", device, metric, identity).id : numberAt(found, 0);
    const series = load(made);
    resolved[index] = series;
    return series;
  };

  const tagsAt = (index: number): number => {
    const known = tagIds[index];
    if (known !== undefined) return known;
    const text = tagTexts[index] ?? "";
    const found = statements.one("findTags", text);
    const id = found === undefined ? statements.run("addTags", text).id : numberAt(found, 0);
    tagIds[index] = id;
    return id;
  };

  const addToSeries = (series: OpenSeries, t: EpochMs, value: number, mark: number): void => {
    const m = minuteOf(t);
    if (series.open === null || m > series.open.m) {
      if (series.open !== null) storeMinute(statements, series.id, series.open);
      series.open = createMinute(m);
    }
    if (m === series.open.m) {
      addSample(series.open, t, value, mark);
      return;
    }
    const late = createMinute(m);
    addSample(late, t, value, mark);
    storeMinute(statements, series.id, late);
  };

  const apply = (batch: WriteBatch): StoreReport => {
    const quarantine = createQuarantineRows(statements);
    const { messages, rows } = batch;
    const at = (message: number, column: number): number => messages[message * MESSAGE + column] ?? 0;
    const sourceOf = (message: number): NewSource => {
      const source = sources[at(message, 2)];
      if (source === undefined) throw new Error(`source of message ${message} was never defined`);
      return source;
    };
    let stored = 0;
    let repeats = 0;
    let conflicts = 0;
    let firstRow = 0;

    const conflict = (message: number, index: number, text: string, sample: string | null): void => {
      const { institution, topic, device } = sourceOf(message);
      const place = { position: at(message, 0), index, at: at(message, 1) };
      // The journal holds what was understood of a good message, not its bytes: the item says again what the device said.
      quarantine.add({ ...place, institution, topic, device, reason: "conflict", raw: encoder.encode(text), sample }, 0);
      conflicts += 1;
    };

    const store = (row: number): void => {
      const message = rows[row + 5] ?? 0;
      if (row === 0 || rows[row - 1] !== message) firstRow = row;
      if (at(message, 0) <= position) {
        repeats += 1;
        return;
      }
      const index = rows[row] ?? 0;
      const t = rows[row + 1] ?? 0;
      const value = rows[row + 2] ?? Number.NaN;
      let mark = rows[row + 3] ?? 0;
      const tags = rows[row + 4] ?? 0;
      const series = seriesAt(index);
      if (t < series.newest - DISORDER) mark |= LATE_MARK;
      if (t <= series.newest) {
        const found = statements.one("findReading", series.id, t);
        if (found !== undefined) {
          if (Object.is(numberAt(found, 0) + 0, value + 0)) {
            repeats += 1;
            return;
          }
          const sample = describeStored({ key: definitions[index]?.key, coded: definitions[index]?.codes }, t, value, tagTexts[tags] ?? "");
          conflict(message, FIRST_CONFLICT + (row - firstRow) / ROW, `{"samples":[${sample}]}`, sample);
          const marked = numberAt(found, 1) | CONFLICT_MARK;
          if (marked !== numberAt(found, 1)) statements.run("markReading", marked, series.id, t);
          return;
        }
      } else series.newest = t;
      statements.run("addReading", series.id, t, Number.isNaN(value) ? null : value, mark, tagsAt(tags));
      addToSeries(series, t, value, mark);
      stored += 1;
    };

    const storeBlock = (block: WireBlock): void => {
      if (at(block.message, 0) <= position) return;
      const { signal, t0, hz, unit, values } = block;
      const { device } = sourceOf(block.message);
      const series = block.series === null ? null : seriesAt(block.series).id;
      const reach = reachOf(hz, values.length);
      const found = statements.one("findSignal", device, signal);
      const id = found === undefined ? statements.run("addSignal", device, signal, series, reach).id : numberAt(found, 0);
      if (found !== undefined && (numberAt(found, 2) < reach || (series !== null && found[1] === null)))
        statements.run("feedSignal", series ?? found[1] ?? null, Math.max(reach, numberAt(found, 2)), id);
      const bytes = encodeValues(values);
      const before = statements.one("findWaveform", id, t0);
      if (before !== undefined) {
        const same = before[1] instanceof Uint8Array && numberAt(before, 0) === hz && Buffer.compare(before[1], bytes) === 0;
        if (same) repeats += 1;
        else conflict(block.message, BLOCK_CONFLICT, JSON.stringify({ signal, t0, hz, unit, values: [...values] }), null);
        return;
      }
      statements.run("addWaveform", id, t0, hz, unit, values.length, bytes);
      if (series !== null) rollUp(series, t0, hz, decodeValues(bytes));
    };

    const rollUp = (series: number, t0: EpochMs, hz: number, values: Float32Array): void => {
      let minute: Minute | null = null;
      values.forEach((value, index) => {
        const t = timeOfValue(t0, hz, index);
        if (minute !== null && minute.m !== minuteOf(t)) {
          storeMinute(statements, series, minute);
          minute = null;
        }
        minute ??= createMinute(minuteOf(t));
        addSample(minute, t, value, 0);
      });
      if (minute !== null) storeMinute(statements, series, minute);
    };

    for (let row = 0; row < rows.length; row += ROW) store(row);
    for (const block of batch.blocks) storeBlock(block);
    const payloads = new Map(batch.payloads.map(({ message, raw }) => [message, raw]));
    for (const { message, index, reason, sample } of batch.quarantined) {
      if (at(message, 0) <= position) continue;
      const { institution, topic, device } = sourceOf(message);
      const raw = index === 0 ? payloads.get(message) : undefined;
      if (raw !== undefined) quarantine.payload(at(message, 0), raw);
      const place = { position: at(message, 0), index, at: at(message, 1) };
      quarantine.add({ ...place, institution, topic, device, reason, raw: null, sample }, raw?.length ?? 0);
    }
    quarantine.trim();
    return { stored, repeats, conflicts };
  };

  const forget = (series?: number): void => {
    if (series !== undefined) {
      const index = resolved.findIndex((open) => open?.id === series);
      if (index >= 0) resolved[index] = undefined;
      return;
    }
    resolved = [];
    tagIds = [0];
  };

  return {
    position: () => position,
    write(batch) {
      for (const series of batch.series) definitions[series.index] = series;
      for (const source of batch.sources) sources[source.index] = source;
      for (const { index, tags } of batch.tags) tagTexts[index] = tags;
      // Indexes that begin anew replace what they named before.
      for (const series of batch.series) resolved[series.index] = undefined;
      for (const { index } of batch.tags) tagIds[index] = undefined;
      if (batch.after > position) throw new Error(`a batch after ${batch.after} cannot follow position ${position}`);
      database.exec("BEGIN IMMEDIATE");
      try {
        const report = apply(batch);
        const reached = Math.max(position, batch.position);
        if (reached !== position) statements.run("setPosition", reached);
        database.exec("COMMIT");
        position = reached;
        return report;
      } catch (error) {
        forget();
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    },
    forget,
    close(series) {
      const { open } = load(series);
      if (open === null) return;
      storeMinute(statements, series, open);
      forget(series);
    },
  };
};
