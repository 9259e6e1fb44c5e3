/** Reads one metric of a patient as a chart: rows where they are few, else roll-ups, never more points than asked for. */
import { bucketsTouched, chooseBucketWidth } from "#core/series/bucket-width.ts";
import { MINUTE, SECOND, type EpochMs } from "#core/time.ts";
import { createQuietFinder } from "#core/series/find-quiet.ts";
import { createPointFold } from "#core/series/fold-points.ts";
import { mergeSpans } from "#core/series/merge-spans.ts";
import { addSample, createMinute, isDegraded, isUsable, minuteOf, resetMinute } from "#core/series/minute.ts";
import { minutesInWindows, samplesOf } from "./read-minutes.ts";
import type { SeriesPart } from "./read-minutes.ts";
import { numberAt } from "./statements.ts";
import type { Statements } from "./statements.ts";
import type { SeriesAnswer, SeriesQuestion } from "./wire.ts";

/** Rows read per point asked for, at most: 12 rows take about as long as the roll-ups of a day. */
const ROWS_PER_POINT = 12;
/** Rows that one question may read however many points it asks for, unless each becomes a point of its own: others wait for the same thread. */
const MOST_ROWS = 60_000;

export const readSeries = (statements: Statements, question: SeriesQuestion): SeriesAnswer => {
  const { from, to, maxPoints } = question;
  const parts = partsOf(statements, question);
  if (to <= from || parts.length === 0 || maxPoints < 1)
    return { points: new Float64Array(0), degraded: [], bad: [], quiet: to > from ? [{ from, to }] : [], resolutionMs: 0 };

  const most = Math.max(maxPoints, Math.min(MOST_ROWS, maxPoints * ROWS_PER_POINT));
  return rowsWithin(statements, question, parts, most) <= most
    ? fromSamples(statements, parts, question)
    : fromMinutes(statements, parts, question);
};

const partsOf = (statements: Statements, { spans, metric, from, to }: SeriesQuestion): SeriesPart[] =>
  mergeSpans(spans, from, to).flatMap((span) =>
    statements.all("seriesOfMetric", span.device, metric).map((row) => ({ series: numberAt(row, 0), from: span.from, to: span.to })),
  );

/** Rows and waveform values of the parts; Infinity when there are more than `most` or when some were pruned and only roll-ups know of them. */
const rowsWithin = (statements: Statements, question: SeriesQuestion, parts: readonly SeriesPart[], most: number): number => {
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

/** Points of their own where the usable samples are few enough, else narrow buckets; bad stretches are exact to the sample. */
const fromSamples = (statements: Statements, parts: readonly SeriesPart[], question: SeriesQuestion): SeriesAnswer => {
  const { from, to, maxPoints } = question;
  const samples = parts.flatMap((part) => samplesOf(statements, part));
  if (parts.length > 1) samples.sort((left, right) => numberAt(left, 0) - numberAt(right, 0));
  const usable = samples.reduce((count, row) => (isUsable(numberAt(row, 1), numberAt(row, 2)) ? count + 1 : count), 0);
  const width = usable <= maxPoints ? 0 : chooseBucketWidth(from, to, maxPoints, SECOND);
  const fold = createPointFold(from, width, Math.min(maxPoints, usable));
  const quiet = createQuietFinder(1, from, to);
  const single = createMinute(0);
  const degraded: EpochMs[] = [];
  for (const row of samples) {
    const t = numberAt(row, 0);
    resetMinute(single, t);
    addSample(single, t, numberAt(row, 1), numberAt(row, 2));
    if (single.n > 0) fold.add(t, single);
    if (width === 0 && single.n > 0 && isDegraded(numberAt(row, 2))) degraded.push(t);
    quiet.add(single);
  }
  return { points: fold.points(), degraded, ...quiet.end(), resolutionMs: width };
};

const fromMinutes = (statements: Statements, parts: readonly SeriesPart[], question: SeriesQuestion): SeriesAnswer => {
  const { from, to, maxPoints } = question;
  const width = chooseBucketWidth(from, to, maxPoints, MINUTE);
  const fold = createPointFold(from, width, Math.min(maxPoints, bucketsTouched(from, to, width)));
  const quiet = createQuietFinder(MINUTE, from, to);
  for (const minutes of minutesInWindows(statements, parts)) {
    for (const minute of minutes) {
      if (minute.n > 0) fold.add(minute.m * MINUTE, minute);
      quiet.add(minute);
    }
  }
  return { points: fold.points(), degraded: [], ...quiet.end(), resolutionMs: width };
};
