/** Finds newest readings by seeking from the end: never by scanning what a day brought. */
import { MINUTE } from "#core/time.ts";
import type { EpochMs } from "#core/time.ts";
import type { DeviceSpan } from "#ports/reading-store.ts";
import { mergeSpans } from "#core/series/merge-spans.ts";
import { isUsable, minuteOf } from "#core/series/minute.ts";
import { numberAt, textAt } from "./statements.ts";
import type { Row, Statements } from "./statements.ts";
import { eachWaveformValue } from "./waveform-values.ts";
import type { LatestAnswer } from "./wire.ts";

interface Newest {
  readonly t: EpochMs;
  readonly value: number;
  readonly mark: number;
  readonly tags: number;
}

/** The newest usable reading of every metric inside the spans. */
export const readLatest = (statements: Statements, spans: readonly DeviceSpan[]): LatestAnswer[] => {
  const best = new Map<number, { readonly device: string; readonly metric: number; readonly newest: Newest }>();
  for (const span of mergeSpans(spans, -Infinity, Infinity)) {
    for (const row of statements.all("seriesOfDevice", span.device)) {
      const metric = numberAt(row, 1);
      const known = best.get(metric)?.newest.t ?? -Infinity;
      const newest = newestUsable(statements, numberAt(row, 0), Math.max(span.from, known + 1), span.to);
      if (newest !== null) best.set(metric, { device: span.device, metric, newest });
    }
  }
  return [...best.values()].map(({ device, metric, newest: { tags, ...reading } }) => ({
    device,
    metric,
    ...reading,
    tags: tags === 0 ? "" : textAt(statements.one("tagsById", tags) ?? [""], 0),
  }));
};

const readingAt = (row: Row): Newest => ({ t: numberAt(row, 0), value: numberAt(row, 1), mark: numberAt(row, 2), tags: numberAt(row, 3) });

/** Rows of at most a minute at either end, roll-ups between: hours of a probe that is off cost one row a minute. */
const newestUsable = (statements: Statements, series: number, from: EpochMs, to: EpochMs): Newest | null => {
  const newestRow = numberAt(statements.one("newestReading", series) ?? [null], 0);
  const newestMinute = numberAt(statements.one("newestMinute", series) ?? [null], 0);
  const end = Math.min(to, Math.max(Number.isNaN(newestRow) ? -Infinity : newestRow + 1, (newestMinute + 1) * MINUTE || -Infinity));
  if (end <= from) return null;
  const lastStart = Math.max(from, Math.min(minuteOf(end - 1), Number.isNaN(newestRow) ? Infinity : minuteOf(newestRow)) * MINUTE);
  const within = newestWithin(statements, series, lastStart, end);
  if (within !== null) return within;
  const row = statements.one("newestGoodMinute", series, Math.ceil(from / MINUTE), Math.floor(lastStart / MINUTE));
  if (row !== undefined) {
    const t = numberAt(row, 2);
    const exact = statements.one("readingAt", series, t);
    return exact === undefined ? { t, value: numberAt(row, 1), mark: 0, tags: 0 } : readingAt(exact);
  }
  return newestWithin(statements, series, from, Math.min(lastStart, (minuteOf(from) + 1) * MINUTE));
};

const newestWithin = (statements: Statements, series: number, from: EpochMs, to: EpochMs): Newest | null => {
  if (to <= from) return null;
  const row = statements.one("newestGoodReading", series, from, to);
  let newest = row === undefined ? null : readingAt(row);
  eachWaveformValue(statements, series, from, to, (t, value) => {
    if (isUsable(value, 0) && t >= (newest?.t ?? -Infinity)) newest = { t, value, mark: 0, tags: 0 };
  });
  if (newest !== null || minuteOf(from) !== minuteOf(to - 1)) return newest;
  // Pruned rows: the roll-up remembers the last, when it lies inside.
  const rolled = statements.one("newestGoodMinute", series, minuteOf(from), minuteOf(from) + 1);
  const t = rolled === undefined ? Number.NaN : numberAt(rolled, 2);
  return rolled !== undefined && t >= from && t < to ? { t, value: numberAt(rolled, 1), mark: 0, tags: 0 } : null;
};

/** Newest `t` of a device, bad samples included; of one metric when given. */
export const readNewest = (statements: Statements, device: string, metric: number | null): EpochMs | null => {
  const series = metric === null ? statements.all("seriesOfDevice", device) : statements.all("seriesOfMetric", device, metric);
  let newest = -Infinity;
  for (const row of series) {
    const id = numberAt(row, 0);
    const t = numberAt(statements.one("newestReading", id) ?? [null], 0);
    if (t > newest) newest = t;
    const minute = statements.one("newestMinute", id);
    if (minute === undefined) continue;
    const rolled = minute[1] === null ? numberAt(minute, 0) * MINUTE : numberAt(minute, 1);
    if (rolled > newest) newest = rolled;
  }
  return newest === -Infinity ? null : newest;
};
