/** The recent samples of a stream as bytes: nine a sample where times lie near one another and values are short, as nearly all are. */
import type { SampleBuffer } from "#core/rules/sample-buffer.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";

const NEAR_TIMES = 1;
const SHORT_VALUES = 2;
const SPAN = 0xffff_ffff;

/** Times as distances from the first; null when they lie too far apart (a spot device keeps months). */
const distances = (times: Float64Array, first: number): Uint32Array | null => {
  const near = new Uint32Array(times.length);
  for (let index = 0; index < times.length; index++) {
    const distance = (times[index] as number) - first;
    if (!(distance >= 0 && distance <= SPAN && Number.isInteger(distance))) return null;
    near[index] = distance;
  }
  return near;
};

/** Null when single precision would change a value: what is restored must be what was there. */
const shortened = (values: Float64Array): Float32Array | null => {
  const short = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) {
    short[index] = values[index] as number;
    if (!Object.is(short[index], values[index])) return null;
  }
  return short;
};

export const writeSamples = (writer: ByteWriter, buffer: SampleBuffer): void => {
  const times = buffer.times.subarray(buffer.start, buffer.end);
  const values = buffer.values.subarray(buffer.start, buffer.end);
  const first = times[0] ?? 0;
  const near = distances(times, first);
  const short = shortened(values);
  writer.json(buffer.identities());
  writer.u32(buffer.times.length);
  writer.u32(times.length);
  writer.u8((near === null ? 0 : NEAR_TIMES) | (short === null ? 0 : SHORT_VALUES));
  writer.f64(first);
  writer.block(near ?? times);
  writer.block(short ?? values);
  writer.block(buffer.marks.subarray(buffer.start, buffer.end));
};

export const readSamples = (reader: ByteReader, buffer: SampleBuffer): void => {
  buffer.restoreIdentities(reader.json() as string[]);
  const capacity = reader.u32();
  const count = reader.u32();
  const bits = reader.u8();
  const first = reader.f64();
  buffer.times = new Float64Array(capacity);
  buffer.values = new Float64Array(capacity);
  buffer.marks = new Uint8Array(capacity);
  buffer.end = count;
  if ((bits & NEAR_TIMES) === 0) reader.block(buffer.times.subarray(0, count));
  else {
    const near = new Uint32Array(count);
    reader.block(near);
    for (let index = 0; index < count; index++) buffer.times[index] = first + (near[index] as number);
  }
  if ((bits & SHORT_VALUES) === 0) reader.block(buffer.values.subarray(0, count));
  else {
    const short = new Float32Array(count);
    reader.block(short);
    buffer.values.set(short);
  }
  reader.block(buffer.marks.subarray(0, count));
};
