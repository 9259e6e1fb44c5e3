/** Turns journal entries into the numbers the writing thread stores: one walk over the samples, no strings but new ones. */
import { metricByCode } from "#core/metrics/catalogue.ts";
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import type { MessageEntry, WaveformBlock } from "#core/journal-entry.ts";
import type { Sample } from "#core/samples/sample.ts";
import { metricFedBy } from "#core/series/waveform-block.ts";
import type { Committed } from "#ports/journal.ts";
import { encodeMark } from "#core/series/minute.ts";
import { MESSAGE, ROW } from "./wire.ts";
import type { NewSeries, NewSource, NewTags, WireBlock, WireQuarantine, WriteBatch } from "./wire.ts";

interface DeviceSeries {
  /** Series without identity tags, by metric code: nearly all of them. */
  readonly plain: number[];
  readonly tagged: Map<string, number>;
}

export interface BatchEncoder {
  encode(
    batch: readonly Committed[],
    after: number,
    institutionOf: (device: DeviceId) => InstitutionId | null,
  ): { readonly batch: WriteBatch; readonly transfer: ArrayBuffer[] };
  /** Forgets what was sent: the receiver is new, or holds too much. */
  reset(): void;
  /** Strings the receiver holds for us. */
  readonly size: number;
}

export const createBatchEncoder = (): BatchEncoder => {
  const series = new Map<string, DeviceSeries>();
  const tags = new Map<string, number>();
  const sources = new Map<string, { readonly index: number; readonly institution: string }>();
  let seriesCount = 0;
  let sourceCount = 0;
  let newSeries: NewSeries[] = [];
  let newSources: NewSource[] = [];
  let newTags: NewTags[] = [];

  const seriesIndex = (device: string, metric: number, identity: string): number => {
    let known = series.get(device);
    if (known === undefined) series.set(device, (known = { plain: [], tagged: new Map() }));
    const key = identity === "" ? "" : `${metric};${identity}`;
    const found = identity === "" ? known.plain[metric] : known.tagged.get(key);
    if (found !== undefined) return found;
    const index = seriesCount++;
    if (identity === "") known.plain[metric] = index;
    else known.tagged.set(key, index);
    const described = metricByCode(metric);
    const codes = described?.coded ?? null;
    newSeries.push({ index, device, metric, key: described?.key ?? String(metric), codes, identity });
    return index;
  };

  const tagsIndex = (text: string): number => {
    if (text === "") return 0;
    const found = tags.get(text);
    if (found !== undefined) return found;
    const index = tags.size + 1;
    tags.set(text, index);
    newTags.push({ index, tags: text });
    return index;
  };

  const sourceIndex = (entry: MessageEntry, institution: string): number => {
    const found = sources.get(entry.topic);
    if (found?.institution === institution) return found.index;
    const index = sourceCount++;
    sources.set(entry.topic, { index, institution });
    newSources.push({ index, topic: entry.topic, device: entry.device, institution });
    return index;
  };

  const writeRow = (rows: Float64Array, at: number, device: string, sample: Sample, message: number): void => {
    rows[at] = seriesIndex(device, sample.metric, sample.identity);
    rows[at + 1] = sample.t;
    rows[at + 2] = sample.value;
    rows[at + 3] = encodeMark(sample.quality, sample.flags);
    rows[at + 4] = tagsIndex(sample.tags);
    rows[at + 5] = message;
  };

  const block = (device: string, wave: WaveformBlock, message: number): WireBlock => {
    const metric = metricFedBy(wave);
    return {
      message,
      signal: wave.signal,
      t0: wave.t0,
      hz: wave.hz,
      unit: wave.unit,
      values: wave.values,
      series: metric === null ? null : seriesIndex(device, metric, ""),
    };
  };

  const reset = (): void => {
    series.clear();
    tags.clear();
    sources.clear();
    seriesCount = sourceCount = 0;
  };

  return {
    encode(batch, after, institutionOf) {
      const entries = batch.filter((committed): committed is Committed & { entry: MessageEntry } => committed.entry.kind === "message");
      const samples = entries.reduce((sum, { entry }) => sum + entry.samples.length, 0);
      const messages = new Float64Array(entries.length * MESSAGE);
      const rows = new Float64Array(samples * ROW);
      const blocks: WireBlock[] = [];
      const quarantined: WireQuarantine[] = [];
      const payloads: { message: number; raw: Uint8Array }[] = [];
      newSeries = [];
      newSources = [];
      newTags = [];
      let at = 0;
      entries.forEach(({ position, entry }, message) => {
        messages[message * MESSAGE] = position;
        messages[message * MESSAGE + 1] = entry.arrivedAt;
        messages[message * MESSAGE + 2] = sourceIndex(entry, institutionOf(entry.device) ?? "");
        for (const sample of entry.samples) {
          writeRow(rows, at, entry.device, sample, message);
          at += ROW;
        }
        if (entry.waveform !== undefined) blocks.push(block(entry.device, entry.waveform, message));
        entry.quarantined.forEach((item, index) => {
          const sample = item.sample === undefined ? null : (JSON.stringify(item.sample) ?? null);
          quarantined.push({ message, index, reason: item.reason, sample });
        });
        const raw = entry.quarantined[0]?.raw;
        if (raw !== undefined) payloads.push({ message, raw });
      });
      return {
        batch: {
          after,
          position: batch.at(-1)?.position ?? after,
          series: newSeries,
          sources: newSources,
          tags: newTags,
          messages,
          rows,
          blocks,
          quarantined,
          payloads,
        },
        transfer: [messages.buffer, rows.buffer],
      };
    },
    reset,
    get size() {
      return seriesCount + sourceCount + tags.size;
    },
  };
};
