/** Reads raw readings of many series in the order of time, a page at a time. */
import type { EpochMs } from "#core/time.ts";
import type { DeviceSpan } from "#ports/reading-store.ts";
import { mergeSpans } from "#core/series/merge-spans.ts";
import { numberAt, textAt } from "./statements.ts";
import type { Row, Statements } from "./statements.ts";
import { timeOfValue } from "#core/series/waveform-block.ts";
import { blockAt } from "./waveform-values.ts";
import { RAW } from "./wire.ts";
import type { RawPage } from "./wire.ts";

const PAGE_ROWS = 4_000;
const LEAST_PER_SERIES = 50;
const BLOCKS = 20;

interface Reading {
  readonly source: number;
  readonly t: EpochMs;
  readonly value: number;
  readonly mark: number;
  readonly tags: number;
}

/** Some blocks that reach into `[from, to)`, and the time up to which these are all. */
const blocksFrom = (statements: Statements, signal: Row, from: EpochMs, to: EpochMs, cutAt: (t: EpochMs) => void): Row[] => {
  for (let limit = BLOCKS; ; limit *= 2) {
    const blocks = statements.all("waveformsBetween", numberAt(signal, 0), from - numberAt(signal, 1), to, limit);
    const last = numberAt(blocks.at(-1) ?? [to], 0);
    if (blocks.length < limit) return blocks;
    // One long block makes many short ones before `from` candidates: a page must get on.
    if (last <= from) continue;
    cutAt(last);
    return blocks;
  }
};

/** What lies in `[from, …)` up to about `PAGE_ROWS` rows; every `t` is wholly on one page. */
export const readRaw = (
  statements: Statements,
  spans: readonly DeviceSpan[],
  metrics: readonly number[] | null,
  from: EpochMs,
  to: EpochMs,
): RawPage => {
  const wanted = metrics === null ? null : new Set(metrics);
  const parts = mergeSpans(spans, from, to).flatMap((span) =>
    statements
      .all("seriesOfDevice", span.device)
      .filter((row) => wanted?.has(numberAt(row, 1)) ?? true)
      .map((row) => ({ series: numberAt(row, 0), metric: numberAt(row, 1), ...span })),
  );
  const each = Math.max(LEAST_PER_SERIES, Math.floor(PAGE_ROWS / Math.max(1, parts.length)));
  const readings: Reading[] = [];
  // Beyond this time some series has more than was read.
  let end: EpochMs | null = null;
  const cutAt = (t: EpochMs): void => {
    end = end === null ? t : Math.min(end, t);
  };
  parts.forEach((part, source) => {
    const rows = statements.all("pageOfReadings", part.series, part.from, part.to, each);
    if (rows.length === each) cutAt(numberAt(rows.at(-1) ?? [to], 0));
    for (const row of rows)
      readings.push({ source, t: numberAt(row, 0), value: numberAt(row, 1), mark: numberAt(row, 2), tags: numberAt(row, 3) });
    for (const signal of statements.all("signalOfSeries", part.series)) {
      for (const row of blocksFrom(statements, signal, part.from, part.to, cutAt)) {
        const { t0, hz, values } = blockAt(row);
        values.forEach((value, index) => {
          const t = timeOfValue(t0, hz, index);
          if (t >= part.from && t < part.to) readings.push({ source, t, value, mark: 0, tags: 0 });
        });
      }
    }
  });
  const until = end ?? to;
  const kept = readings.filter((reading) => reading.t < until).sort((left, right) => left.t - right.t);
  const tagIds = [...new Set(kept.map((reading) => reading.tags))];
  const tagIndex = new Map(tagIds.map((id, index) => [id, index]));
  const rows = new Float64Array(kept.length * RAW);
  kept.forEach(({ source, t, value, mark, tags }, index) => {
    rows.set([source, t, value, mark, tagIndex.get(tags) ?? 0], index * RAW);
  });
  return {
    rows,
    sources: parts.map(({ device, metric }) => ({ device, metric })),
    tags: tagIds.map((id) => (id === 0 ? "" : textAt(statements.one("tagsById", id) ?? [""], 0))),
    next: end,
  };
};
