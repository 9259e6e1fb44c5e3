/** One night of a breathing machine: its pieces read as one, respiration as recorded, and the night's own figures at its end. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DAY, HOUR } from "#core/time.ts";
import { type Table, numberIn, readTable } from "../csv.ts";
import { type RecordedSample, type Recording, RecordingProblem } from "../recording.ts";
import { localTime } from "../local-time.ts";

/** A night belongs to the noon before it. */
const nightOf = (name: string): string | null => {
  const match = /^(\d{4})(\d{2})(\d{2})_(\d{2})\d{4}_(PLD|EVE|SA2)/.exec(name);
  if (match === null) return null;
  const [, year, month, day, hour] = match;
  const midday = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour)) - 12 * HOUR;
  return new Date(midday).toISOString().slice(0, 10);
};

export const readCpapNight = (path: string, zone: string): Recording => {
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path);
  const names = readdirSync(folder)
    .filter((name) => nightOf(name) !== null)
    .sort();
  const night = folder === path ? nightOf(names[0] ?? "") : nightOf(basename(path));
  const pieces = night === null ? [basename(path)] : names.filter((name) => nightOf(name) === night);
  const tables = (kind: string): Table[] => pieces.filter((name) => name.includes(`_${kind}`)).map((name) => readTable(join(folder, name)));
  const flow = tables("PLD");
  if (flow.length === 0) throw new RecordingProblem("replay_bad_file", `${path}: no *_PLD.csv of a night found`);
  const timed = (table: Table, row: readonly string[]): number | null => localTime(row[table.column("time")] ?? "", zone);
  const streams = [
    ...streamsOf(flow, { RespRate: "resp_rate" }, timed, false),
    ...streamsOf(tables("SA2"), { SpO2: "spo2", Pulse: "pulse_rate" }, timed, true),
  ];
  const usedS = flow.reduce((sum, table) => sum + table.rows.length * 2, 0);
  const leaks = flow
    .flatMap((table) => table.rows.map((row) => numberIn(row, columnLike(table, "Leak"))))
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  const events = tables("EVE").flatMap((table) =>
    table.rows.filter((row) => /apnea|apnoea|hypopn/i.test(row[table.column("event")] ?? "")),
  ).length;
  const start = Math.min(...streams.map((sample) => sample.at));
  const end = Math.max(...streams.map((sample) => sample.at));
  const usage = usedS / 3_600;
  const summary: RecordedSample[] = [
    { at: end, metric: "pap_usage", value: usage },
    { at: end, metric: "pap_leak_p95", value: (leaks[Math.min(leaks.length - 1, Math.floor(0.95 * leaks.length))] ?? 0) * 60 },
    { at: end, metric: "pap_ahi", value: usage > 0 ? events / usage : 0 },
  ];
  const samples = [...streams, ...summary].map((sample) => ({ ...sample, at: sample.at - start })).sort((a, b) => a.at - b.at);
  const notes = [
    `${pieces.length} pieces of one night`,
    "pressures, volumes, snore and flow limitation are not in the catalogue and left out",
  ];
  if (tables("SA2").length > 0 && !streams.some((sample) => sample.metric === "spo2"))
    notes.push("no oximeter was attached: nothing of SpO2 and pulse is sent");
  if (end - start > DAY) throw new RecordingProblem("replay_bad_file", `${path}: the pieces span more than a day`);
  return { samples, blocks: [], durationMs: end - start, recordedAt: start, notes };
};

const streamsOf = (
  tables: readonly Table[],
  columns: Readonly<Record<string, string>>,
  timed: (table: Table, row: readonly string[]) => number | null,
  optional: boolean,
): RecordedSample[] =>
  Object.entries(columns).flatMap(([prefix, metric]) => {
    const samples = tables.flatMap((table) => {
      const index = columnLike(table, prefix);
      return table.rows.flatMap((row): RecordedSample[] => {
        const at = timed(table, row);
        const value = numberIn(row, index);
        return at === null || value === null ? [] : [{ at, metric, value }];
      });
    });
    // −1 all night is "no oximeter attached": there is no signal to be off.
    return optional && samples.every((sample) => sample.value < 0) ? [] : samples;
  });

const columnLike = (table: Table, prefix: string): number => {
  const index = table.header.findIndex((name) => name.startsWith(prefix));
  if (index < 0) throw new RecordingProblem("replay_bad_file", `no column ${prefix}… among ${table.header.join(", ")}`);
  return index;
};
