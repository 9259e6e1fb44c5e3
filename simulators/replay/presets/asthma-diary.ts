/** A home diary of asthma: the best of each set of blows, and one event per puff of an inhaler. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DAY, HOUR } from "#core/time.ts";
import { type Table, numberIn, readTable } from "../csv.ts";
import { type RecordedSample, type Recording, RecordingProblem } from "../recording.ts";

/** Inhalers that bring relief at once; every other name is a controller. */
const RELIEVERS = /ventolin|salbutamol|salamol|airomir|bricanyl|terbutaline|albuterol|proair|asmol/i;

interface Timed {
  readonly hour: number;
  readonly sample: Omit<RecordedSample, "at">;
}

export const readAsthmaDiary = (path: string, patient: string | undefined): Recording => {
  const files =
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
      ? ["peakflow.csv", "smartinhaler.csv"].map((name) => join(path, name)).filter((file) => existsSync(file))
      : [path];
  if (files.length === 0) throw new RecordingProblem("replay_bad_file", `${path} holds neither peakflow.csv nor smartinhaler.csv`);
  const events = files.flatMap((file) => readEvents(file, patient)).sort((a, b) => a.hour - b.hour);
  const first = events[0]?.hour;
  if (first === undefined) throw new RecordingProblem("replay_bad_file", `${path} has no row for ${patient ?? "anybody"}`);
  const seen = new Map<string, number>();
  const samples = events.map(({ hour, sample }): RecordedSample => {
    const at = (hour - first) * HOUR;
    // Identical rows are real repeated events of one hour: they are told apart by `n` (semantics 1.1).
    const key = `${at} ${sample.metric}`;
    const n = (seen.get(key) ?? 0) + 1;
    seen.set(key, n);
    return n === 1 ? { at, ...sample } : { at, ...sample, tags: { n: String(n) } };
  });
  return { samples, blocks: [], durationMs: samples.at(-1)?.at ?? 0, recordedAt: null, notes: [] };
};

const readEvents = (file: string, patient: string | undefined): Timed[] => {
  const table = readTable(file);
  const rows = rowsOf(table, patient, file);
  const date = table.column("date");
  const hour = table.column("hour");
  const when = (row: readonly string[]): number | null => {
    const day = numberIn(row, date);
    const clock = numberIn(row, hour);
    return day === null || clock === null ? null : (day * DAY) / HOUR + clock;
  };
  const sampleOf: (row: readonly string[]) => Omit<RecordedSample, "at"> | null = table.header.includes("pef_max")
    ? peakFlow(table)
    : puff(table);
  return rows.flatMap((row) => {
    const at = when(row);
    const sample = sampleOf(row);
    return at === null || sample === null ? [] : [{ hour: at, sample }];
  });
};

const peakFlow = (table: Table) => {
  const column = table.column("pef_max");
  return (row: readonly string[]) => {
    const value = numberIn(row, column);
    return value === null ? null : { metric: "pef", value };
  };
};

const puff = (table: Table) => {
  const column = table.column("name");
  return (row: readonly string[]) => ({ metric: RELIEVERS.test(row[column] ?? "") ? "inhaler_rescue" : "inhaler_controller", value: 1 });
};

const rowsOf = (table: Table, patient: string | undefined, file: string): readonly (readonly string[])[] => {
  const key = table.header.indexOf("user_key");
  if (key < 0) return table.rows;
  const people = new Set(table.rows.map((row) => row[key]));
  if (patient !== undefined) return table.rows.filter((row) => row[key] === patient);
  if (people.size > 1)
    throw new RecordingProblem(
      "replay_needs_choice",
      `${file} holds ${people.size} people (${[...people].join(", ")}); choose one with --patient`,
    );
  return table.rows;
};
