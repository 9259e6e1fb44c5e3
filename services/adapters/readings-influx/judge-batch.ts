/** Decides what a batch changes: which samples are new, which repeat, which contradict; and which lines say so to the database. */
import type { MessageEntry, QuarantinedItem, WaveformBlock } from "#core/journal-entry.ts";
import { DISORDER } from "#core/rules/stream.ts";
import { describeSample } from "#core/samples/describe-sample.ts";
import { flag } from "#core/samples/flags.ts";
import type { Sample } from "#core/samples/sample.ts";
import { addSample, encodeMark, minuteOf } from "#core/series/minute.ts";
import { metricFedBy, reachOf, timeOfValue } from "#core/series/waveform-block.ts";
import type { EpochMs } from "#core/time.ts";
import type { Position } from "#ports/journal.ts";
import type { DeviceShelf, HeldSeries } from "./device-shelf.ts";
import type { HeldMinute } from "./held-minute.ts";
import { blockLine, metricKey, readingLine, type Stored } from "./schema.ts";

const CONFLICT_MARK = flag("conflict") * 4;
const LATE_MARK = flag("late") * 4;

export interface Message {
  readonly position: Position;
  readonly entry: MessageEntry;
}

/** Where a line came from, for when the database refuses it. */
export interface Origin {
  readonly position: Position;
  readonly item: Omit<QuarantinedItem, "reason">;
  /** Null: a block. */
  readonly reading: { readonly series: HeldSeries; readonly t: EpochMs } | null;
}

export interface Judged {
  /** An origin of null: a copy, whose refusal changes nothing. */
  readonly raw: { readonly lines: string[]; readonly origins: ((() => Origin) | null)[] };
  /** Spot metrics once more, beside the roll-ups. */
  readonly spot: { readonly lines: string[]; readonly origins: ((() => Origin) | null)[] };
  /** Whose roll-ups must be written again. */
  readonly dirty: Map<HeldSeries, Set<number>>;
  readonly conflicts: Map<Position, QuarantinedItem[]>;
  readonly stored: number;
  readonly repeats: number;
  readonly conflicting: number;
}

/** A block of values that is in the database already. */
export type KnownBlock = (message: Message, wave: WaveformBlock) => { readonly same: boolean } | undefined;

const encoder = new TextEncoder();

/** Which minutes the samples of a batch fall into. */
export const minutesOf = (shelf: DeviceShelf, messages: readonly Message[]): Map<HeldSeries, Set<number>> => {
  const touched = new Map<HeldSeries, Set<number>>();
  const touch = (series: HeldSeries, t: EpochMs): void => {
    const known = touched.get(series);
    if (known === undefined) touched.set(series, new Set([minuteOf(t)]));
    else known.add(minuteOf(t));
  };
  for (const { entry } of messages) {
    for (const sample of entry.samples) touch(shelf.series(entry.device, sample.metric, sample.identity), sample.t);
    const wave = entry.waveform;
    const metric = wave === undefined ? null : metricFedBy(wave);
    if (wave === undefined || metric === null) continue;
    const series = shelf.series(entry.device, metric, "");
    for (let index = 0; index < wave.values.length; index += 1) touch(series, timeOfValue(wave.t0, wave.hz, index));
  }
  return touched;
};

/** `spotCopyFrom`: spot samples from then on are also written beside the others, where their bucket still takes them. */
export const judgeBatch = (shelf: DeviceShelf, messages: readonly Message[], knownBlock: KnownBlock, spotCopyFrom: EpochMs): Judged => {
  const raw: Judged["raw"] = { lines: [], origins: [] };
  const spot: Judged["spot"] = { lines: [], origins: [] };
  const dirty: Judged["dirty"] = new Map();
  const conflicts: Judged["conflicts"] = new Map();
  const blocksHere = new Map<string, WaveformBlock>();
  let stored = 0;
  let repeats = 0;
  let conflicting = 0;

  const soil = (series: HeldSeries, m: number): void => {
    const known = dirty.get(series);
    if (known === undefined) dirty.set(series, new Set([m]));
    else known.add(m);
  };

  const write = (series: HeldSeries, sample: Stored, origin: () => Origin): void => {
    const line = readingLine(series.tags, series.identity, sample);
    if (!series.spot || sample.t >= spotCopyFrom) {
      raw.lines.push(line);
      raw.origins.push(series.spot ? null : origin);
    }
    if (!series.spot) return;
    spot.lines.push(line);
    spot.origins.push(origin);
  };

  const contradict = ({ position }: Message, item: Omit<QuarantinedItem, "reason">): void => {
    conflicting += 1;
    const items = conflicts.get(position);
    if (items === undefined) conflicts.set(position, [{ reason: "conflict", ...item }]);
    else items.push({ reason: "conflict", ...item });
  };

  const judge = (message: Message, sample: Sample): void => {
    const { entry, position } = message;
    const { t, value, tags } = sample;
    const series = shelf.series(entry.device, sample.metric, sample.identity);
    const m = minuteOf(t);
    const minute = minuteAt(series, m);
    const itemOf = (): Omit<QuarantinedItem, "reason"> => {
      const said = describeSample(sample);
      // The journal holds what was understood of a good message, not its bytes: the item says again what the device said.
      return { raw: encoder.encode(JSON.stringify({ samples: [said] })), sample: said };
    };
    const origin = (): Origin => ({ position, item: itemOf(), reading: { series, t } });
    const found = t > series.newest ? undefined : minute.find(t);
    if (found !== undefined) {
      if (Object.is(found.value + 0, value + 0)) {
        repeats += 1;
        // Stored, but perhaps by a batch that failed before its roll-ups: they are written again, which changes nothing otherwise.
        soil(series, m);
        return;
      }
      contradict(message, itemOf());
      if ((found.mark & CONFLICT_MARK) !== 0) return;
      const marked = { ...found, mark: found.mark | CONFLICT_MARK };
      minute.replace(marked);
      write(series, marked, origin);
      return;
    }
    const late = t < series.newest - DISORDER ? LATE_MARK : 0;
    const fresh: Stored = { t, value, mark: encodeMark(sample.quality, sample.flags) | late, tags };
    minute.add(fresh);
    series.newest = Math.max(series.newest, t);
    series.newestMinute = Math.max(series.newestMinute, m);
    soil(series, m);
    write(series, fresh, origin);
    stored += 1;
  };

  const soilBlock = (device: MessageEntry["device"], wave: WaveformBlock): void => {
    const metric = metricFedBy(wave);
    if (metric === null) return;
    const series = shelf.series(device, metric, "");
    for (let index = 0; index < wave.values.length; index += 1) soil(series, minuteOf(timeOfValue(wave.t0, wave.hz, index)));
  };

  const judgeBlock = (message: Message, wave: WaveformBlock): void => {
    const { entry, position } = message;
    const { signal, t0, hz, unit, values } = wave;
    const itemOf = (): Omit<QuarantinedItem, "reason"> => ({
      raw: encoder.encode(JSON.stringify({ signal, t0, hz, unit, values: [...values] })),
    });
    const key = `${entry.device} ${t0} ${signal}`;
    const here = blocksHere.get(key);
    const known = here === undefined ? knownBlock(message, wave) : { same: isSameBlock(here, wave) };
    if (known !== undefined) {
      if (known.same) {
        repeats += 1;
        // As with a repeated sample; a block of this very batch has done so already.
        if (here === undefined) soilBlock(entry.device, wave);
      } else contradict(message, itemOf());
      return;
    }
    blocksHere.set(key, wave);
    raw.lines.push(blockLine(entry.device, wave));
    raw.origins.push(() => ({ position, item: itemOf(), reading: null }));
    const owner = shelf.device(entry.device);
    const held = owner?.signals.get(signal);
    if (held === undefined) owner?.signals.set(signal, { newest: t0, reach: reachOf(hz, values.length) });
    else {
      held.newest = Math.max(held.newest, t0);
      held.reach = Math.max(held.reach, reachOf(hz, values.length));
    }
    const metric = metricFedBy(wave);
    if (metric === null) return;
    const series = shelf.series(entry.device, metric, "");
    values.forEach((value, index) => {
      const t = timeOfValue(t0, hz, index);
      const m = minuteOf(t);
      addSample(minuteAt(series, m).roll, t, value, 0);
      series.newestMinute = Math.max(series.newestMinute, m);
      soil(series, m);
    });
  };

  for (const message of messages) {
    for (const sample of message.entry.samples) judge(message, sample);
    if (message.entry.waveform !== undefined) judgeBlock(message, message.entry.waveform);
  }
  return { raw, spot, dirty, conflicts, stored, repeats, conflicting };
};

export const isSameBlock = (one: Pick<WaveformBlock, "hz" | "values">, other: Pick<WaveformBlock, "hz" | "values">): boolean =>
  one.hz === other.hz &&
  one.values.length === other.values.length &&
  one.values.every((value, index) => Object.is(value, other.values[index]));

const minuteAt = (series: HeldSeries, m: number): HeldMinute => {
  const minute = series.minutes.get(m);
  if (minute === undefined) throw new Error(`minute ${m} of ${metricKey(series.metric)} was not held`);
  return minute;
};
