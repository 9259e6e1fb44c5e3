/** Waveform blocks as bytes, and their values as samples in time. */
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { WaveformBlock } from "#core/journal-entry.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import type { EpochMs } from "#core/time.ts";

export const encodeValues = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Little-endian floats, as every supported machine writes them. */
export const decodeValues = (bytes: Uint8Array): Float32Array => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
};

/** The time of a value in whole milliseconds. */
export const timeOfValue = (t0: EpochMs, hz: number, index: number): EpochMs => Math.round(t0 + (index * 1000) / hz);

/** Milliseconds a block may reach past its `t0`, rounded up. */
export const reachOf = (hz: number, count: number): number => Math.ceil((count * 1000) / hz) + 1;

/** The metric whose roll-ups a block feeds. A block in another unit is kept as it came: rolling it up would mix units. */
export const metricFedBy = (wave: Pick<WaveformBlock, "signal" | "unit" | "hz">): MetricCode | null => {
  const metric = metricByKey(wave.signal);
  return metric !== undefined && (metric.unit ?? "1") === wave.unit && wave.hz > 0 ? metric.code : null;
};
