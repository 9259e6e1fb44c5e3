/** Compact binary form of a `message` entry: about 90 bytes for a message of one sample. */
import type { DeviceId } from "#core/ids.ts";
import type { Epoch, MessageEntry, QuarantinedItem, WaveformBlock } from "#core/journal-entry.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { QualityCode, Sample } from "#core/samples/sample.ts";
import type { ByteReader } from "#contracts/journal-record/byte-reader.ts";
import type { ByteWriter } from "#contracts/journal-record/byte-writer.ts";
import { decodeExactJson, encodeExactJson } from "#contracts/journal-record/exact-json.ts";

const HAS = { seq: 1, epochText: 2, epochNumber: 4, life: 8, void: 16, voidTrue: 32, waveform: 64 } as const;
/** Bits of a sample's first byte; the two lowest are the quality. */
const SAMPLE = { flags: 4, tags: 8, identity: 16, sameTags: 32, sameTime: 64, wideMetric: 128 } as const;
const ITEM = { sameRaw: 1, sample: 2 } as const;

export const writeMessage = (writer: ByteWriter, entry: MessageEntry): void => {
  const { seq, epoch, life, waveform, samples } = entry;
  let has = 0;
  if (seq !== undefined) has |= HAS.seq;
  if (typeof epoch === "string") has |= HAS.epochText;
  else if (epoch !== undefined) has |= HAS.epochNumber;
  if (life !== undefined) has |= HAS.life;
  if (entry.void !== undefined) has |= entry.void ? HAS.void | HAS.voidTrue : HAS.void;
  if (waveform !== undefined) has |= HAS.waveform;
  writer.u8(has);
  writer.text(entry.device);
  writer.text(entry.topic);
  writer.f64(entry.arrivedAt);
  writer.f64(entry.hash);
  if (seq !== undefined) writer.f64(seq);
  if (typeof epoch === "string") writer.text(epoch);
  else if (epoch !== undefined) writer.f64(epoch);
  if (life !== undefined) writer.f64(life);
  writer.varint(samples.length);
  let before: Sample | undefined;
  for (const sample of samples) {
    writeSample(writer, sample, before);
    before = sample;
  }
  if (waveform !== undefined) writeWaveform(writer, waveform);
  writeQuarantined(writer, entry.quarantined);
};

const writeSample = (writer: ByteWriter, sample: Sample, before: Sample | undefined): void => {
  const { metric, t, tags, identity } = sample;
  const sameTags = before !== undefined && before.tags === tags && before.identity === identity;
  let head: number = sample.quality;
  if (sample.flags !== 0) head |= SAMPLE.flags;
  if (sameTags) head |= SAMPLE.sameTags;
  else {
    if (tags !== "") head |= SAMPLE.tags;
    if (identity !== "") head |= SAMPLE.identity;
  }
  if (before !== undefined && Object.is(before.t, t)) head |= SAMPLE.sameTime;
  if (metric > 255) head |= SAMPLE.wideMetric;
  writer.u8(head);
  if (head & SAMPLE.wideMetric) writer.varint(metric);
  else writer.u8(metric);
  if (!(head & SAMPLE.sameTime)) writer.f64(t);
  writer.f64(sample.value);
  if (head & SAMPLE.flags) writer.i32(sample.flags);
  if (head & SAMPLE.tags) writer.text(tags);
  if (head & SAMPLE.identity) writer.text(identity);
};

const writeWaveform = (writer: ByteWriter, { signal, t0, hz, unit, values }: WaveformBlock): void => {
  writer.text(signal);
  writer.f64(t0);
  writer.f64(hz);
  writer.text(unit);
  writer.varint(values.length);
  const at = writer.take(values.length * 4);
  for (let index = 0; index < values.length; index++) writer.view.setFloat32(at + index * 4, values[index] as number, true);
};

const sampleText = (sample: unknown): string => {
  try {
    return encodeExactJson(sample);
  } catch {
    // Nested deeper than the stack: the raw payload beside it keeps the whole text.
    return '"nested too deeply to show; see the raw payload"';
  }
};

const writeQuarantined = (writer: ByteWriter, items: readonly QuarantinedItem[]): void => {
  writer.varint(items.length);
  let raw: Uint8Array | undefined;
  for (const item of items) {
    // The items of one message share one payload, which may be 64 KiB: it is written once.
    const sameRaw = item.raw === raw;
    writer.u8((sameRaw ? ITEM.sameRaw : 0) | (item.sample === undefined ? 0 : ITEM.sample));
    writer.text(item.reason);
    if (!sameRaw) writer.raw(item.raw);
    if (item.sample !== undefined) writer.text(sampleText(item.sample));
    raw = item.raw;
  }
};

export const readMessage = (reader: ByteReader): MessageEntry => {
  const has = reader.u8();
  const device = reader.text() as DeviceId;
  const topic = reader.text();
  const arrivedAt = reader.f64();
  const hash = reader.f64();
  const seq = has & HAS.seq ? reader.f64() : undefined;
  let epoch: Epoch | undefined;
  if (has & HAS.epochText) epoch = reader.text();
  else if (has & HAS.epochNumber) epoch = reader.f64();
  const life = has & HAS.life ? reader.f64() : undefined;
  const samples: Sample[] = [];
  for (let left = reader.varint(); left > 0; left--) samples.push(readSample(reader, samples.at(-1)));
  const waveform = has & HAS.waveform ? readWaveform(reader) : undefined;
  const quarantined = readQuarantined(reader);
  return {
    kind: "message",
    device,
    topic,
    arrivedAt,
    ...(seq === undefined ? undefined : { seq }),
    ...(epoch === undefined ? undefined : { epoch }),
    ...(life === undefined ? undefined : { life }),
    hash,
    ...(has & HAS.void ? { void: (has & HAS.voidTrue) !== 0 } : undefined),
    samples,
    ...(waveform === undefined ? undefined : { waveform }),
    quarantined,
  };
};

const readSample = (reader: ByteReader, before: Sample | undefined): Sample => {
  const head = reader.u8();
  const metric = head & SAMPLE.wideMetric ? reader.varint() : reader.u8();
  const t = head & SAMPLE.sameTime && before !== undefined ? before.t : reader.f64();
  const value = reader.f64();
  const flags = head & SAMPLE.flags ? reader.i32() : 0;
  let tags = head & SAMPLE.tags ? reader.text() : "";
  let identity = head & SAMPLE.identity ? reader.text() : "";
  if (head & SAMPLE.sameTags && before !== undefined) ({ tags, identity } = before);
  return { metric, t, value, quality: (head & 3) as QualityCode, flags, tags, identity };
};

const readWaveform = (reader: ByteReader): WaveformBlock => {
  const signal = reader.text();
  const t0 = reader.f64();
  const hz = reader.f64();
  const unit = reader.text();
  const values = reader.floats(reader.varint());
  return { signal, t0, hz, unit, values };
};

const readQuarantined = (reader: ByteReader): QuarantinedItem[] => {
  const items: QuarantinedItem[] = [];
  let raw: Uint8Array = new Uint8Array(0);
  for (let left = reader.varint(); left > 0; left--) {
    const head = reader.u8();
    const reason = reader.text() as QuarantineReason;
    if (!(head & ITEM.sameRaw)) raw = reader.raw();
    items.push(head & ITEM.sample ? { reason, raw, sample: decodeExactJson(reader.text()) } : { reason, raw });
  }
  return items;
};
