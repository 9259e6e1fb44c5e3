/** A goniometer at the knee and four muscles at 1,000 Hz: the angle as 50 Hz blocks, muscle envelopes, and the session's extremes. */
import { SECOND } from "#core/time.ts";
import { readText } from "../csv.ts";
import { type RecordedBlock, type RecordedSample, type Recording, RecordingProblem } from "../recording.ts";

const RECORDED_HZ = 1_000;
const SENT_HZ = 50;
const BLOCK_S = 10;
/** RMS window of the envelope (domain 5.7: 125–250 ms). */
const ENVELOPE_MS = 250;
/** Columns before the angle, in the order of the file. */
const MUSCLES = ["rectus_femoris", "biceps_femoris", "vastus_medialis", "semitendinosus"];

export const readKneeEmg = (file: string): Recording => {
  const rows = readText(file)
    .split(/\r?\n/)
    .map((line) => line.split("\t").map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell))))
    .filter((row) => row.length >= 5 && row.slice(0, 5).every(Number.isFinite));
  if (rows.length < RECORDED_HZ / SENT_HZ)
    throw new RecordingProblem("replay_bad_file", `${file} holds no rows of four muscles and an angle, separated by tabs`);
  const angles = rows.map((row) => row[4] as number);
  const sent = decimate(angles, RECORDED_HZ / SENT_HZ);
  const blocks: RecordedBlock[] = [];
  for (let from = 0; from < sent.length; from += BLOCK_S * SENT_HZ) {
    blocks.push({
      at: (from / SENT_HZ) * SECOND,
      signal: "knee_angle",
      hz: SENT_HZ,
      unit: "deg",
      values: sent.slice(from, from + BLOCK_S * SENT_HZ),
    });
  }
  const durationMs = Math.round((rows.length / RECORDED_HZ) * SECOND);
  const session: RecordedSample[] = [
    { at: durationMs, metric: "knee_flexion_max", value: angles.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) },
    // Positive: the knee does not come straight; negative: hyperextension (domain 1.3).
    { at: durationMs, metric: "knee_extension_deficit", value: angles.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) },
  ];
  return {
    samples: [...envelopes(rows), ...session].sort((a, b) => a.at - b.at),
    blocks,
    durationMs,
    recordedAt: null,
    notes: ["the file names no side: no side is sent"],
  };
};

/** One value a stretch: its peak or trough where it stands out between its neighbours, else its first; extremes survive (within 0.1°). */
const decimate = (values: readonly number[], stride: number): number[] => {
  const stretches = Array.from({ length: Math.ceil(values.length / stride) }, (_, index) =>
    values.slice(index * stride, (index + 1) * stride),
  );
  const highs = stretches.map((stretch) => Math.max(...stretch));
  const lows = stretches.map((stretch) => Math.min(...stretch));
  return stretches.map((stretch, index) => {
    const [high, low] = [highs[index] as number, lows[index] as number];
    if (high >= (highs[index - 1] ?? -Infinity) && high >= (highs[index + 1] ?? -Infinity)) return high;
    if (low <= (lows[index - 1] ?? Infinity) && low <= (lows[index + 1] ?? Infinity)) return low;
    return stretch[0] as number;
  });
};

const envelopes = (rows: readonly (readonly number[])[]): RecordedSample[] => {
  const samples: RecordedSample[] = [];
  for (let from = 0; from + ENVELOPE_MS <= rows.length; from += ENVELOPE_MS) {
    MUSCLES.forEach((site, column) => {
      let squares = 0;
      for (let index = from; index < from + ENVELOPE_MS; index++) squares += (rows[index]?.[column] as number) ** 2;
      samples.push({ at: from + ENVELOPE_MS, metric: "semg_rms", value: Math.sqrt(squares / ENVELOPE_MS), unit: "mV", tags: { site } });
    });
  }
  return samples;
};
