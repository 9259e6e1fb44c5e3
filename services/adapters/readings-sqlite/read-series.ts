/** Reads one metric of a patient as a chart: rows where they are few, else roll-ups, never more points than asked for. */
import { chooseBucketWidth } from "#core/series/bucket-width.ts";
import { MINUTE } from "#core/time.ts";
import type { EpochMs } from "#core/time.ts";
import { addMinute, addSample, createMinute, minuteOf } from "./minute.ts";
import type { Minute } from "./minute.ts";
import { createPointFold } from "./fold-points.ts";
import { mergeSpans } from "./merge-spans.ts";
import { findQuiet } from "./find-quiet.ts";
import { numberAt } from "./statements.ts";
import type { Row, Statements } from "./statements.ts";
import { eachWaveformValue } from "./waveform-values.ts";
import type { SeriesAnswer, SeriesQuestion } from "./wire.ts";

/** One series within one span: what is read in order. */
interface Part {
  readonly series: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

interface Sample {
  readonly t: EpochMs;
  readonly value: number;
  readonly mark: number;
}

/** Rows read per point asked for, at most: 12 rows take about as long as the roll-ups of a day. */
const ROWS_PER_POINT = 12;

export const readSeries = (statements: Statements, question: SeriesQuestion): SeriesAnswer => {
  const { from, to, maxPoints } = question;
  const parts = partsOf(statements, question);
  if (to <= from || parts.length === 0 || maxPoints < 1)
    return { points: new Float64Array(0), bad: [], quiet: to > from ? [{ from, to }] : [], resolutionMs: 0 };

  const most = maxPoints * ROWS_PER_POINT;
  if (rowsWithin(statements, question, parts, most) <= most) {
    const samples = parts.flatMap((part) => samplesOf(statements, part));
    if (parts.length > 1) samples.sort((left, right) => left.t - right.t);
    return fromSamples(samples, question);
  }
  return fromMinutes(
    parts.length === 1 ? minutesOf(statements, parts[0]) : mergeMinutes(parts.flatMap((part) => minutesOf(statements, part))),
    question,
  );
};

const partsOf = (statements: Statements, { spans, metric, from, to }: SeriesQuestion): Part[] =>
  mergeSpans(spans, from, to).flatMap((span) =>
    statements.all("seriesOfMetric", span.device, metric).map((row) => ({ series: numberAt(row, 0), from: span.from, to: span.to })),
  );

/** Rows and waveform values of the parts; Infinity when there are more than `most` or when some were pruned and only roll-ups know of them. */
const rowsWithin = (statements: Statements, question: SeriesQuestion, parts: readonly Part[], most: number): number => {
  const since = numberAt(statements.one("position") ?? [0, 0, 0], question.spot ? 2 : 1);
  let count = 0;
  for (const part of parts) {
    const pruned = Math.min(since, part.to);
    if (part.from < pruned && statements.one("hasMinutes", part.series, minuteOf(part.from), minuteOf(pruned - 1) + 1) !== undefined)
      return Infinity;
    count += numberAt(statements.one("countReadings", part.series, part.from, part.to, most - count + 1) ?? [0], 0);
    for (const signal of statements.all("signalOfSeries", part.series)) {
      const blocks = statements.one("countWaveformValues", numberAt(signal, 0), part.from - numberAt(signal, 1), part.to, most + 1);
      count += Number(blocks?.[0] ?? 0);
    }
    if (count > most) return Infinity;
  }
  return count;
};

const samplesOf = (statements: Statements, { series, from, to }: Part): Sample[] => {
  const samples: Sample[] = statements
    .all("readingsBetween", series, from, to)
    .map((row) => ({ t: numberAt(row, 0), value: numberAt(row, 1), mark: numberAt(row, 2) }));
  const rows = samples.length;
  eachWaveformValue(statements, series, from, to, (t, value) => samples.push({ t, value, mark: 0 }));
  return samples.length > rows ? samples.sort((left, right) => left.t - right.t) : samples;
};

/** Points of their own where the usable samples are few enough, else narrow buckets; bad stretches are exact to the sample. */
const fromSamples = (samples: readonly Sample[], question: SeriesQuestion): SeriesAnswer => {
  const { from, to, maxPoints } = question;
  const marks: Minute[] = samples.map(({ t, value, mark }) => {
    const single = createMinute(t);
    addSample(single, t, value, mark);
    return single;
  });
  const usable = marks.filter((single) => single.n > 0);
  const width = usable.length <= maxPoints ? 0 : chooseBucketWidth(from, to, maxPoints, 1_000);
  const fold = createPointFold(from, width, Math.min(maxPoints, usable.length));
  for (const single of usable) fold.add(single.firstT, single);
  return { points: fold.points(), ...findQuiet(marks, 1, from, to), resolutionMs: width };
};

const fromMinutes = (minutes: readonly Minute[], question: SeriesQuestion): SeriesAnswer => {
  const { from, to, maxPoints } = question;
  const width = chooseBucketWidth(from, to, maxPoints, MINUTE);
  const fold = createPointFold(from, width, Math.min(maxPoints, minutes.length));
  for (const minute of minutes) if (minute.n > 0) fold.add(minute.m * MINUTE, minute);
  return { points: fold.points(), ...findQuiet(minutes, MINUTE, from, to), resolutionMs: width };
};

/** The minutes of a part in order; minutes cut by its ends are counted from their rows, as long as these exist. */
const minutesOf = (statements: Statements, part: Part | undefined): Minute[] => {
  if (part === undefined) return [];
  const { series, from, to } = part;
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
  for (const { t, value, mark } of samplesOf(statements, { series, from: start, to: start + MINUTE })) {
    addSample(whole, t, value, mark);
    if (t >= from && t < to) addSample(cut, t, value, mark);
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

const mergeMinutes = (minutes: Minute[]): Minute[] => {
  minutes.sort((left, right) => left.m - right.m);
  const merged: Minute[] = [];
  for (const minute of minutes) {
    const previous = merged.at(-1);
    if (previous?.m !== minute.m) merged.push(minute);
    else if (previous.n > 0) addMinute(previous, minute);
    else {
      addMinute(minute, previous);
      merged[merged.length - 1] = minute;
    }
  }
  return merged;
};
