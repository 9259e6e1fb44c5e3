/** Reads one metric of a patient as a chart: rows where they are few, else roll-ups, never more points than asked for. */
import { type Chart, chartOfMinutes, chartOfNothing, chartOfSamples, mostSamplesFor } from "#core/series/chart.ts";
import { mergeSpans } from "#core/series/merge-spans.ts";
import { minuteOf } from "#core/series/minute.ts";
import { minutesInWindows, samplesOf } from "./read-minutes.ts";
import type { SeriesPart } from "./read-minutes.ts";
import { numberAt } from "./statements.ts";
import type { Statements } from "./statements.ts";
import type { SeriesQuestion } from "./wire.ts";

export const readSeries = (statements: Statements, question: SeriesQuestion): Chart => {
  const { from, to, maxPoints } = question;
  const parts = partsOf(statements, question);
  if (to <= from || parts.length === 0 || maxPoints < 1) return chartOfNothing(question);

  const most = mostSamplesFor(maxPoints);
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

const fromSamples = (statements: Statements, parts: readonly SeriesPart[], question: SeriesQuestion): Chart => {
  const samples = parts.flatMap((part) => samplesOf(statements, part));
  if (parts.length > 1) samples.sort((left, right) => numberAt(left, 0) - numberAt(right, 0));
  return chartOfSamples((call) => {
    for (const row of samples) call(numberAt(row, 0), numberAt(row, 1), numberAt(row, 2));
  }, question);
};

const fromMinutes = (statements: Statements, parts: readonly SeriesPart[], question: SeriesQuestion): Chart =>
  chartOfMinutes(minutesInWindows(statements, parts), question);
