/** One patient's samples of one metric from one device and side: the unit in which rules are evaluated (semantics 4.4). */
import type { DeviceId } from "#core/ids.ts";
import type { DayMedian } from "#core/rules/day-median.ts";
import { type CadenceClass, cellParts, type MetricPlan, SPOT_FROM } from "#core/rules/metric-plan.ts";
import { type PaceLimit, RateOfChange } from "#core/rules/rate-of-change.ts";
import { SampleBuffer } from "#core/rules/sample-buffer.ts";
import type { Spacing } from "#core/rules/spacing.ts";
import { Window } from "#core/rules/window.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import { type DurationMs, type EpochMs, HOUR, MINUTE, SECOND } from "#core/time.ts";

/** Insertions at most this far behind the newest sample still count (semantics 3.3). */
export const DISORDER: DurationMs = MINUTE;
const SNAPSHOT_EVERY: DurationMs = 30 * SECOND;
const SNAPSHOTS = 4;
/** Longest stretch kept for the evidence of a run in progress. */
const LONGEST_EVIDENCE: DurationMs = 2 * HOUR;

export interface Snapshot {
  /** State after every sample up to here. */
  t: EpochMs;
  cells: Float64Array;
}

export class Stream {
  readonly device: DeviceId;
  readonly metric: MetricCode;
  readonly side: string;
  buffer = new SampleBuffer();
  readonly pace: RateOfChange | null;
  /** Null once the device states the interval itself. */
  spacing: Spacing | null = null;
  interval: DurationMs = Number.NaN;
  cadence: CadenceClass = "unknown";
  plan: MetricPlan;
  planRevision = -1;
  /** The cadence its plan was made for: another one asks for another plan. */
  planCadence: CadenceClass = "unknown";
  windows: Window[] = [];
  cells: Float64Array;
  snapshots: Snapshot[] = [];
  /** A run or a clear run is under way: every sample must be looked at closely. */
  busy = false;
  /** Newest good or degraded sample, in our time. */
  newestGood: EpochMs = Number.NEGATIVE_INFINITY;
  /** Bad samples have left a rule without a window (semantics 1.3). */
  unmeasurable = false;
  day: DayMedian | null = null;

  constructor(device: DeviceId, metric: MetricCode, side: string, pace: PaceLimit | null, plan: MetricPlan) {
    this.device = device;
    this.metric = metric;
    this.side = side;
    this.pace = pace === null ? null : new RateOfChange(pace);
    this.plan = plan;
    this.cells = plan.initial.slice();
  }

  /** Takes another plan over; rules that are the same in both keep their holds. */
  adopt(plan: MetricPlan, revision: number): void {
    this.planRevision = revision;
    this.planCadence = this.cadence;
    if (plan === this.plan && this.windows.length === plan.aggregates.length) return;
    const cells = plan.initial.slice();
    const before = cellParts(this.plan);
    for (const [key, [from, length]] of cellParts(plan)) {
      const old = before.get(key);
      if (old !== undefined && old[1] === length) cells.set(this.cells.subarray(old[0], old[0] + length), from);
    }
    this.plan = plan;
    this.cells = cells;
    this.snapshots = [];
    this.windows = plan.aggregates.map(() => new Window());
    this.busy = true;
    this.resize();
  }

  learnInterval(interval: DurationMs): void {
    if (interval === this.interval) return;
    this.interval = interval;
    this.cadence = interval > 0 ? (interval > SPOT_FROM ? "spot" : "continuous") : "unknown";
    this.resize();
  }

  resize(): void {
    if (this.cadence === "continuous") this.buffer.expected = Math.min(2_048, Math.ceil(((0 - this.keepFrom(0)) / this.interval) * 1.2));
    for (let index = 0; index < this.windows.length; index++) {
      const window = this.windows[index] as Window;
      const aggregate = this.plan.aggregates[index];
      if (aggregate === undefined) continue;
      const { length, needed } = window;
      window.resize(aggregate.window, aggregate.minValid, this.interval);
      if (window.length !== length || (needed === Number.POSITIVE_INFINITY && window.median.size === 0))
        window.rebuild(this.buffer, this.buffer.end - 1);
    }
  }

  /** Oldest time that a window, a correction or the evidence of a run still needs. */
  keepFrom(t: EpochMs): EpochMs {
    const interval = this.interval > 0 ? this.interval : 0;
    const window = Math.max(this.plan.longestWindow, 3 * interval);
    let from = t - window;
    if (this.busy) from = Math.min(from, Math.max(this.earliestRun() - window, t - LONGEST_EVIDENCE - window));
    return from - DISORDER - SNAPSHOT_EVERY - 3 * interval;
  }

  earliestRun(): EpochMs {
    let earliest = Number.POSITIVE_INFINITY;
    for (const aggregate of this.plan.aggregates) {
      for (const rule of aggregate.rules) {
        for (const branch of rule.branches) {
          const start = this.cells[branch.cell] as number;
          if (start < earliest) earliest = start;
        }
      }
    }
    return earliest;
  }

  /** Appends a sample and lets windows follow. */
  append(t: EpochMs, value: number, mark: number): void {
    const { buffer, windows } = this;
    // What the windows still hold must stay until they have let go of it: counted from the sample before, not from this one.
    buffer.append(t, value, mark, buffer.end === buffer.capacity ? this.keepFrom(buffer.newestT) : 0);
    if (buffer.moved > 0) for (const window of windows) window.first = Math.max(0, window.first - buffer.moved);
    for (let index = 0; index < windows.length; index++) (windows[index] as Window).advance(buffer, buffer.end - 1);
  }

  /** Before the sample at `t` is evaluated: remembers the state a correction may have to go back to. */
  snapshot(t: EpochMs): void {
    const { snapshots } = this;
    const newest = snapshots.at(-1);
    if (newest !== undefined && t - newest.t < SNAPSHOT_EVERY) return;
    const before = this.buffer.newestT;
    if (newest !== undefined && before - newest.t < SNAPSHOT_EVERY && snapshots.length > 1) return;
    let reused: Snapshot | undefined;
    if (snapshots.length >= SNAPSHOTS) reused = snapshots.shift();
    if (reused === undefined || reused.cells.length !== this.cells.length) reused = { t: before, cells: this.cells.slice() };
    else {
      reused.t = before;
      reused.cells.set(this.cells);
    }
    snapshots.push(reused);
  }

  /**
   * Back to the newest state before `t`; returns its time. Null when nothing is remembered.
   * The oldest state stays also when `t` lies before it: nearly right it serves until it is old enough, while dropped
   * again and again a stream in constant disorder would never be judged anew at all.
   */
  rewind(t: EpochMs): EpochMs | null {
    const { snapshots } = this;
    while (snapshots.length > 1 && (snapshots.at(-1) as Snapshot).t >= t) snapshots.pop();
    const newest = snapshots.at(-1);
    if (newest === undefined) return null;
    this.cells.set(newest.cells);
    return newest.t;
  }

  windowOf(aggregate: number): Window {
    return this.windows[aggregate] as Window;
  }
}
