/** The recordings of each kind as equally spaced signals, whatever files of the kind the folder holds. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MINUTE } from "#core/time.ts";
import { numberIn, readTable } from "#simulators/replay/csv.ts";
import { readAsthmaDiary } from "#simulators/replay/presets/asthma-diary.ts";
import { readBedsideNumerics } from "#simulators/replay/presets/bedside-numerics.ts";
import { readKneeEmg } from "#simulators/replay/presets/knee-emg.ts";
import { recordingsFolder } from "./recordings.ts";
import { resampled, type Signal } from "./signal-statistics.ts";

const filesOf = (kind: string, pattern: RegExp): string[] => {
  const folder = join(recordingsFolder(), kind);
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
};

/** A value a minute; a lead or probe that is off (0) is nothing measured. */
export const bedside = (metric: string): Signal[] =>
  filesOf("bedside-numerics", /\.csv$/).map((file) => {
    const { samples, durationMs } = readBedsideNumerics(file);
    const readings = samples
      .filter((sample) => sample.metric === metric)
      .map(({ at, value }) => ({ t: at, value: value > 0 ? value : null }));
    return resampled(readings, { from: 0, everyMs: MINUTE, count: Math.floor(durationMs / MINUTE) + 1 });
  });

/** A value every two seconds; `isBreath`: 0 is no breath measured yet. */
export const papNight = (column: string, isBreath: boolean): Signal[] =>
  filesOf("cpap-night", /_PLD.*\.csv$/).map((file) => {
    const table = readTable(file);
    const index = table.header.findIndex((name) => name.startsWith(column));
    return table.rows.map((row) => {
      const value = numberIn(row, index);
      return isBreath && value === 0 ? null : value;
    });
  });

/** Degrees at 50 Hz, by what the knee does: the last letters of the file's name. */
export const knee = (exercise: "mar" | "sen" | "pie"): number[][] =>
  filesOf("knee-emg", new RegExp(`${exercise}\\.txt$`, "i")).map((file) => readKneeEmg(file).blocks.flatMap(({ values }) => values));

export interface Diary {
  /** Best blow of each set, L/min, in order of time. */
  readonly pef: readonly number[];
  /** Puffs of each day from the first to the last. */
  readonly controller: readonly number[];
  readonly rescue: readonly number[];
}

/** Of everybody who blew or puffed for at least `days` days. */
export const asthmaDiaries = (days: number): Diary[] => {
  const folder = join(recordingsFolder(), "asthma-home-diary");
  const table = readTable(join(folder, "patient_info.csv"));
  const key = table.column("user_key");
  return table.rows.flatMap((row) => {
    const diary = diaryOf(folder, row[key] as string);
    return diary === null || diary.rescue.length < days ? [] : [diary];
  });
};

const diaryOf = (folder: string, patient: string): Diary | null => {
  let recording;
  try {
    recording = readAsthmaDiary(folder, patient);
  } catch {
    // Somebody who wrote down nothing.
    return null;
  }
  const { samples, durationMs } = recording;
  return {
    pef: samples.flatMap(({ metric, value }) => (metric === "pef" ? [value] : [])),
    controller: perDay(samples, "inhaler_controller", durationMs),
    rescue: perDay(samples, "inhaler_rescue", durationMs),
  };
};

const DAY_MS = 86_400_000;

export const perDay = (
  samples: readonly { readonly at: number; readonly metric: string }[],
  metric: string,
  durationMs: number,
): number[] => {
  const days = Array.from({ length: Math.floor(durationMs / DAY_MS) + 1 }, () => 0);
  for (const sample of samples) {
    if (sample.metric !== metric) continue;
    const day = Math.floor(sample.at / DAY_MS);
    days[day] = (days[day] ?? 0) + 1;
  }
  return days;
};
