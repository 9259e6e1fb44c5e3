/** Bedside numerics once a minute: rates, saturation and cuff pressure; a 0 is a lead or probe that is off, and goes out as it stands. */
import { SECOND } from "#core/time.ts";
import { numberIn, readTable } from "../csv.ts";
import { type RecordedSample, type Recording, RecordingProblem } from "../recording.ts";

const COLUMNS: Readonly<Record<string, string>> = {
  HR_bpm: "heart_rate",
  PULSE_bpm: "pulse_rate",
  RESP_per_min: "resp_rate",
  SpO2_pct: "spo2",
  NBPSys_mmHg: "systolic_bp",
  NBPDias_mmHg: "diastolic_bp",
};

export const readBedsideNumerics = (file: string): Recording => {
  const table = readTable(file);
  const time = table.column("t_s");
  const columns = Object.entries(COLUMNS).flatMap(([name, metric]) =>
    table.header.includes(name) ? [{ index: table.column(name), metric }] : [],
  );
  if (columns.length === 0) throw new RecordingProblem("replay_bad_file", `${file} has none of ${Object.keys(COLUMNS).join(", ")}`);
  const start = Math.min(...table.rows.map((row) => numberIn(row, time) ?? Number.POSITIVE_INFINITY));
  const samples = table.rows.flatMap((row): RecordedSample[] => {
    const seconds = numberIn(row, time);
    if (seconds === null) return [];
    return columns.flatMap(({ index, metric }) => {
      const value = numberIn(row, index);
      return value === null ? [] : [{ at: Math.round((seconds - start) * SECOND), metric, value }];
    });
  });
  samples.sort((a, b) => a.at - b.at);
  const left = table.header.filter((name) => name !== "t_s" && COLUMNS[name] === undefined);
  return {
    samples,
    blocks: [],
    durationMs: samples.at(-1)?.at ?? 0,
    recordedAt: null,
    notes: left.length === 0 ? [] : [`not in the catalogue, left out: ${left.join(", ")}`],
  };
};
