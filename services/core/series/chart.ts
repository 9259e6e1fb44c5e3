/** Makes a chart of samples or of roll-ups: never more points than asked for, extremes kept, quiet and bad stretches exact. */
import { bucketsTouched, chooseBucketWidth } from "./bucket-width.ts";
import { createQuietFinder, type BadStretch } from "./find-quiet.ts";
import { createPointFold } from "./fold-points.ts";
import { addSample, createMinute, isDegraded, isUsable, resetMinute, type Minute } from "./minute.ts";
import { MINUTE, SECOND, type DurationMs, type EpochMs } from "#core/time.ts";

interface ChartRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly maxPoints: number;
}

export interface Chart {
  /** Packed as `fold-points` says. */
  readonly points: Float64Array;
  /** Times of the points whose one sample was doubtful; none where points are buckets. */
  readonly degraded: readonly EpochMs[];
  readonly bad: BadStretch[];
  readonly quiet: { readonly from: EpochMs; readonly to: EpochMs }[];
  /** 0: every point is one sample. */
  readonly resolutionMs: DurationMs;
}

/** Samples read per point asked for, at most: 12 take about as long as the roll-ups of a day. */
const SAMPLES_PER_POINT = 12;
/** Samples that one question may read however many points it asks for, unless each becomes a point of its own. */
const MOST_SAMPLES = 60_000;

/** With more samples than this a chart is made of roll-ups. */
export const mostSamplesFor = (maxPoints: number): number => Math.max(maxPoints, Math.min(MOST_SAMPLES, maxPoints * SAMPLES_PER_POINT));

export const chartOfNothing = ({ from, to }: ChartRange): Chart => ({
  points: new Float64Array(0),
  degraded: [],
  bad: [],
  quiet: to > from ? [{ from, to }] : [],
  resolutionMs: 0,
});

type Each = (call: (t: EpochMs, value: number, mark: number) => void) => void;

/** Points of their own where the usable samples are few enough, else narrow buckets. `each` walks the samples in the order of time, twice. */
export const chartOfSamples = (each: Each, { from, to, maxPoints }: ChartRange): Chart => {
  let usable = 0;
  each((_, value, mark) => {
    if (isUsable(value, mark)) usable += 1;
  });
  const width = usable <= maxPoints ? 0 : chooseBucketWidth(from, to, maxPoints, SECOND);
  const fold = createPointFold(from, width, Math.min(maxPoints, usable));
  const quiet = createQuietFinder(1, from, to);
  const single = createMinute(0);
  const degraded: EpochMs[] = [];
  each((t, value, mark) => {
    resetMinute(single, t);
    addSample(single, t, value, mark);
    if (single.n > 0) fold.add(t, single);
    if (width === 0 && single.n > 0 && isDegraded(mark)) degraded.push(t);
    quiet.add(single);
  });
  return { points: fold.points(), degraded, ...quiet.end(), resolutionMs: width };
};

/** `windows`: minutes in the order of time, some at a time. */
export const chartOfMinutes = (windows: Iterable<readonly Minute[]>, { from, to, maxPoints }: ChartRange): Chart => {
  const width = chooseBucketWidth(from, to, maxPoints, MINUTE);
  const fold = createPointFold(from, width, Math.min(maxPoints, bucketsTouched(from, to, width)));
  const quiet = createQuietFinder(MINUTE, from, to);
  for (const minutes of windows) {
    for (const minute of minutes) {
      if (minute.n > 0) fold.add(minute.m * MINUTE, minute);
      quiet.add(minute);
    }
  }
  return { points: fold.points(), degraded: [], ...quiet.end(), resolutionMs: width };
};
