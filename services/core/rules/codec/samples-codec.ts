/** The recent samples of a stream as bytes, the way they are held: seven a sample where times lie near one another and values are hundredths. */
import { partsAsValue } from "#core/rules/packed-values.ts";
import { SampleBuffer } from "#core/rules/sample-buffer.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";

const NEAR_TIMES = 1;
/** Single precision: in checkpoints made before hundredths. */
const SHORT_VALUES = 2;
const HUNDREDTHS = 4;

export const writeSamples = (writer: ByteWriter, buffer: SampleBuffer): void => {
  const { start, end } = buffer;
  const times = buffer.times.state(start, end);
  const values = buffer.values.state(start, end);
  writer.json(buffer.identities());
  writer.u32(buffer.capacity);
  writer.u32(end - start);
  writer.u8((times.cells instanceof Uint32Array ? NEAR_TIMES : 0) | (values instanceof Int16Array ? HUNDREDTHS : 0));
  writer.f64(times.base);
  writer.block(times.cells);
  writer.block(values);
  writer.block(buffer.marks.subarray(start, end));
};

export const readSamples = (reader: ByteReader): SampleBuffer => {
  const identities = reader.json() as string[];
  const buffer = new SampleBuffer(reader.u32(), identities);
  const count = reader.u32();
  const bits = reader.u8();
  const first = reader.f64();
  const base = (bits & NEAR_TIMES) === 0 ? 0 : first;
  const times = (bits & NEAR_TIMES) === 0 ? new Float64Array(count) : new Uint32Array(count);
  reader.block(times);
  const values =
    (bits & HUNDREDTHS) !== 0 ? new Int16Array(count) : (bits & SHORT_VALUES) === 0 ? new Float64Array(count) : new Float32Array(count);
  reader.block(values);
  const marks = new Uint8Array(count);
  reader.block(marks);
  for (let at = 0; at < count; at++) {
    const value = values[at] as number;
    buffer.append(base + (times[at] as number), values instanceof Int16Array ? partsAsValue(value) : value, marks[at] as number, 0);
  }
  return buffer;
};
