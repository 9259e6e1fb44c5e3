/** Reads the minutes of a patient's series in order: roll-ups where there are, rows where a minute is cut or still open. */
import { MINUTE } from "#core/time.ts";
import type { EpochMs } from "#core/time.ts";
import { addMinute, addSample, createMinute, minuteOf } from "#core/series/minute.ts";
import type { Minute } from "#core/series/minute.ts";
import { mergeMinutes } from "#core/series/merge-minutes.ts";
import { numberAt } from "./statements.ts";
import type { Row, Statements } from "./statements.ts";
import { eachWaveformValue } from "./waveform-values.ts";

/** One series within one span: what is read in order. */
export interface SeriesPart {
  readonly series: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Minutes held at a time: a chart of years must not need the memory of years. */
const WINDOW_MINUTES = 10_000;

/** Rows `t, value, mark` of a part in the order of time, waveform values among them. */
export const samplesOf = (statements: Statements, { series, from, to }: SeriesPart): Row[] => {
  const samples = statements.all("readingsBetween", series, from, to);
  const rows = samples.length;
  eachWaveformValue(statements, series, from, to, (t, value) => samples.push([t, value, 0]));
  return samples.length > rows ? samples.sort((left, right) => numberAt(left, 0) - numberAt(right, 0)) : samples;
};

/** The minutes of all parts, a window of time after the other; each minute once, put together from the parts that have it. */
export function* minutesInWindows(statements: Statements, parts: readonly SeriesPart[]): Generator<Minute[]> {
  const filled = parts.map((part) => clipToData(statements, part)).filter((part) => part.to > part.from);
  const from = Math.min(...filled.map((part) => part.from));
  const to = Math.max(...filled.map((part) => part.to));
  const width = Math.max(1, Math.floor(WINDOW_MINUTES / Math.max(1, filled.length))) * MINUTE;
  // Windows begin on whole minutes, so that no minute is cut but by a span.
  for (let start = minuteOf(from) * MINUTE; start < to; start += width) {
    const windows = filled
      .map(({ series, from: begin, to: end }) => ({ series, from: Math.max(begin, start), to: Math.min(end, start + width) }))
      .filter((part) => part.to > part.from);
    if (windows.length === 1) yield windows.flatMap((part) => minutesOf(statements, part));
    else if (windows.length > 1) yield mergeMinutes(windows.flatMap((part) => minutesOf(statements, part)));
  }
}

/** The part without what lies before the oldest and behind the newest whole minute of its series. */
const clipToData = (statements: Statements, { series, from, to }: SeriesPart): SeriesPart => {
  const edge = (name: "oldestReading" | "newestReading" | "oldestMinute"): number => numberAt(statements.one(name, series) ?? [null], 0);
  const newestMinute = numberAt(statements.one("newestMinute", series) ?? [null], 0);
  const known = (values: number[]): number[] => values.filter((value) => !Number.isNaN(value));
  const first = Math.min(...known([minuteOf(edge("oldestReading")), edge("oldestMinute")])) * MINUTE;
  const end = (Math.max(...known([minuteOf(edge("newestReading")), newestMinute])) + 1) * MINUTE;
  return { series, from: Math.max(from, first), to: Math.min(to, end) };
};

/** The minutes of a part in order; minutes cut by its ends are counted from their rows, as long as these exist. */
const minutesOf = (statements: Statements, { series, from, to }: SeriesPart): Minute[] => {
  const first = Math.ceil(from / MINUTE);
  const end = Math.floor(to / MINUTE);
  const minutes: Minute[] = [];
  if (end < first) return cutMinute(statements, series, end, from, to);
  if (from < first * MINUTE) minutes.push(...cutMinute(statements, series, first - 1, from, first * MINUTE));
  for (const row of statements.all("minutesBetween", series, first, end)) minutes.push(minuteAt(row));
  const open = openMinute(statements, series);
  if (open !== null && open.m >= first && open.m < end) addLast(minutes, open);
  if (to > end * MINUTE) minutes.push(...cutMinute(statements, series, end, end * MINUTE, to));
  return minutes;
};

/** The newest minute of a series, which has no roll-up of its rows yet. */
const openMinute = (statements: Statements, series: number): Minute | null => {
  const newest = numberAt(statements.one("newestReading", series) ?? [null], 0);
  if (Number.isNaN(newest)) return null;
  const open = createMinute(minuteOf(newest));
  for (const row of statements.all("readingsFrom", series, open.m * MINUTE))
    addSample(open, numberAt(row, 0), numberAt(row, 1), numberAt(row, 2));
  return open;
};

/** Adds the open minute where it belongs: at the end, or before and into minutes that waveforms filled already. */
const addLast = (minutes: Minute[], open: Minute): void => {
  let index = minutes.length;
  while (index > 0 && (minutes[index - 1]?.m ?? -Infinity) >= open.m) index -= 1;
  const same = minutes[index];
  if (same?.m === open.m) addMinute(same, open);
  else minutes.splice(index, 0, open);
};

const cutMinute = (statements: Statements, series: number, m: number, from: EpochMs, to: EpochMs): Minute[] => {
  const start = m * MINUTE;
  const cut = createMinute(m);
  const whole = createMinute(m);
  for (const row of samplesOf(statements, { series, from: start, to: start + MINUTE })) {
    const t = numberAt(row, 0);
    addSample(whole, t, numberAt(row, 1), numberAt(row, 2));
    if (t >= from && t < to) addSample(cut, t, numberAt(row, 1), numberAt(row, 2));
  }
  const row = statements.one("minutesBetween", series, m, m + 1);
  const stored = row === undefined ? null : minuteAt(row);
  // Rows are gone: the roll-up counts as a whole, unless its samples are known to lie outside. Better one minute too many than an extreme lost.
  if (stored !== null && stored.n > whole.n) return stored.lastT < from || stored.firstT >= to ? [] : [stored];
  return cut.n + cut.bad > 0 ? [cut] : [];
};

const minuteAt = (row: Row): Minute => ({
  m: numberAt(row, 0),
  n: numberAt(row, 1),
  low: numberAt(row, 2),
  high: numberAt(row, 3),
  total: numberAt(row, 4),
  last: numberAt(row, 5),
  lastT: numberAt(row, 6),
  firstT: numberAt(row, 7),
  bad: numberAt(row, 8),
  probeOff: numberAt(row, 9),
});
