/** One stream's samples, holds and judgements as bytes; windows are rebuilt from them. */
import { metricByCode } from "#core/metrics/catalogue.ts";
import type { DeviceId } from "#core/ids.ts";
import { DayMedian } from "#core/rules/day-median.ts";
import { cellParts, type MetricPlan } from "#core/rules/metric-plan.ts";
import { paceLimitOf } from "#core/rules/rate-of-change.ts";
import { Spacing } from "#core/rules/spacing.ts";
import { Stream } from "#core/rules/stream.ts";
import { readSamples, writeSamples } from "./samples-codec.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";

type Part = readonly [key: string, from: number, length: number];

const partsOf = (plan: MetricPlan): Part[] => [...cellParts(plan)].map(([key, [from, length]]) => [key, from, length]);

export const writeStream = (writer: ByteWriter, stream: Stream): void => {
  writer.text(stream.device);
  writer.u32(stream.metric);
  writer.text(stream.side);
  writer.f64(stream.interval);
  writer.f64(stream.newestGood);
  writer.u8((stream.unmeasurable ? 1 : 0) | (stream.busy ? 2 : 0) | (stream.spacing === null ? 0 : 4) | (stream.day === null ? 0 : 8));
  if (stream.spacing !== null) writer.floats(Float64Array.from(stream.spacing.state()));
  if (stream.day !== null) writer.floats(stream.day.state());
  writer.floats(Float64Array.from(stream.pace?.state() ?? []));
  writeSamples(writer, stream.buffer);
  writer.json(partsOf(stream.plan));
  writer.floats(stream.cells);
  writer.u8(stream.snapshots.length);
  for (const { t, cells } of stream.snapshots) {
    writer.f64(t);
    writer.floats(cells);
  }
};

/** `plan`: what the rules of today make of the stream; holds of rules that are the same go on. */
export const readStream = (reader: ByteReader, planOf: (stream: Stream) => MetricPlan, revision: number, empty: MetricPlan): Stream => {
  const device = reader.text() as DeviceId;
  const metric = reader.u32();
  const stream = new Stream(device, metric, reader.text(), paceLimitOf(metricByCode(metric)?.key ?? ""), empty);
  const interval = reader.f64();
  stream.newestGood = reader.f64();
  const bits = reader.u8();
  if ((bits & 4) !== 0) {
    stream.spacing = new Spacing();
    stream.spacing.restore(reader.floats());
  }
  if ((bits & 8) !== 0) {
    stream.day = new DayMedian();
    stream.day.restore(reader.floats());
  }
  const pace = reader.floats();
  stream.pace?.restore(pace);
  stream.buffer = readSamples(reader);
  const parts = reader.json() as Part[];
  const cells = reader.floats();
  const snapshots = Array.from({ length: reader.u8() }, () => ({ t: reader.f64(), cells: reader.floats() }));
  stream.learnInterval(interval);
  const plan = planOf(stream);
  stream.adopt(plan, revision);
  const now = new Map(partsOf(plan).map((part) => [part[0], part]));
  for (const [key, from, length] of parts) {
    const part = now.get(key);
    if (part !== undefined && part[2] === length) stream.cells.set(cells.subarray(from, from + length), part[1]);
  }
  if (JSON.stringify(parts) === JSON.stringify(partsOf(plan))) stream.snapshots = snapshots;
  stream.unmeasurable = (bits & 1) !== 0;
  stream.busy = (bits & 2) !== 0;
  return stream;
};
