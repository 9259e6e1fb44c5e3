/** What a rule saw, kept with the alert: at most 600 points of the window and hold that fired (contract section 5). */
import type { AlertEvidence } from "#core/alerts/alert.ts";
import type { SampleBuffer } from "#core/rules/sample-buffer.ts";
import type { EpochMs } from "#core/time.ts";

const MOST_POINTS = 600;

export const evidenceOf = (buffer: SampleBuffer, from: EpochMs, to: EpochMs, metric: string, aggregate: string): AlertEvidence => {
  const chosen: (readonly [EpochMs, number])[] = [];
  for (let index = buffer.start; index < buffer.end; index++) {
    const t = buffer.times.at(index);
    if (t < from || t > to || buffer.qualityAt(index) === 2) continue;
    chosen.push([t, buffer.values.at(index)]);
  }
  return { metric, from, to, points: thinned(chosen), aggregate };
};

/** Every n-th, and always the first and the last. */
const thinned = (points: (readonly [EpochMs, number])[]): readonly (readonly [EpochMs, number])[] => {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)] as readonly [EpochMs, number]);
};
