/** Reads the waveform blocks of a series as samples in time. */
import type { EpochMs } from "#core/time.ts";
import { decodeValues, timeOfValue } from "#core/series/waveform-block.ts";
import type { Row, Statements } from "./statements.ts";
import { numberAt } from "./statements.ts";

export interface StoredBlock {
  readonly t0: EpochMs;
  readonly hz: number;
  readonly values: Float32Array;
}

export const blockAt = (row: Row): StoredBlock => ({
  t0: numberAt(row, 0),
  hz: numberAt(row, 1),
  values: row[2] instanceof Uint8Array ? decodeValues(row[2]) : new Float32Array(0),
});

const ALL = 1_000_000;

/** Calls for every value of the series' blocks in `[from, to)`, NaN included. */
export const eachWaveformValue = (
  statements: Statements,
  series: number,
  from: EpochMs,
  to: EpochMs,
  call: (t: EpochMs, value: number) => void,
): void => {
  for (const signal of statements.all("signalOfSeries", series)) {
    for (const row of statements.all("waveformsBetween", numberAt(signal, 0), from - numberAt(signal, 1), to, ALL)) {
      const { t0, hz, values } = blockAt(row);
      values.forEach((value, index) => {
        const t = timeOfValue(t0, hz, index);
        if (t >= from && t < to) call(t, value);
      });
    }
  }
};
