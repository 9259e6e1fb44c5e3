/** Whether a sample's time can be believed: too far ahead or too old is set aside, a wrong but steady clock is admitted (semantics 3.1). */
import { metricByCode } from "#core/metrics/catalogue.ts";
import { DAY, type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import type { Sample } from "./sample.ts";

/** More than this ahead of the server, after the offset, is the future. */
const FUTURE_LIMIT = 5 * MINUTE;
/** A clock may be wrong by this much and still be a clock (D): beyond it nothing could be stored inside retention. */
const LARGEST_OFFSET = 400 * DAY;
/** A stream is live when its time advances at 0.9–1.1 × arrival time, over at least this much of both (D). */
const PROOF_SPAN = 10 * SECOND;
const PROOF_MESSAGES = 5;
/** Samples kept while a clock that runs ahead is being judged. */
const HELD_SAMPLES = 600;

export interface Retention {
  /** Raw readings of continuous metrics. */
  readonly rawMs: number;
  /** Spot readings: they are their own roll-up and are kept as long. */
  readonly spotMs: number;
}

export interface Admitted {
  readonly samples: readonly Sample[];
  readonly future: readonly Sample[];
  readonly old: readonly Sample[];
  /** Samples of earlier messages that the proof of a steady clock has just freed. */
  readonly released: readonly Sample[];
}

interface Run {
  readonly firstT: EpochMs;
  readonly firstArrival: EpochMs;
  lastT: EpochMs;
  lastArrival: EpochMs;
  messages: number;
  held: Sample[];
}

/** One device's clock as arrivals prove it. Mutable, deterministic: same messages in the same order, same verdicts. */
export class ClockAdmission {
  readonly #retention: Retention;
  /** Add to the device's time to get ours; 0 until a steady run proves otherwise. Only clocks that run ahead need it here. */
  #offset: number;
  #run: Run | null = null;

  constructor(retention: Retention, offset = 0) {
    this.#retention = retention;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  admit(samples: readonly Sample[], arrivedAt: EpochMs): Admitted {
    const horizon = arrivedAt + FUTURE_LIMIT;
    let plain = true;
    for (const sample of samples) {
      if (sample.t + this.#offset > horizon || sample.t < arrivedAt - this.#retention.rawMs) {
        plain = false;
        break;
      }
    }
    if (plain) {
      if (this.#offset !== 0) this.#relax(samples, arrivedAt);
      return { samples, future: NO_SAMPLES, old: NO_SAMPLES, released: NO_SAMPLES };
    }
    return this.#sort(samples, arrivedAt, horizon);
  }

  #sort(samples: readonly Sample[], arrivedAt: EpochMs, horizon: EpochMs): Admitted {
    const good: Sample[] = [];
    const old: Sample[] = [];
    let future: Sample[] = [];
    for (const sample of samples) {
      if (sample.t + this.#offset > horizon) future.push(sample);
      else if (sample.t < arrivedAt - this.#kept(sample)) old.push(sample);
      else good.push(sample);
    }
    if (future.length === 0) return { samples: good, future, old, released: NO_SAMPLES };
    const released = this.#judge(future, arrivedAt);
    if (released.length > 0) {
      good.push(...future);
      future = [];
    }
    return { samples: good, future, old, released };
  }

  #kept(sample: Sample): number {
    return metricByCode(sample.metric)?.spot === true ? this.#retention.spotMs : this.#retention.rawMs;
  }

  /** Follows a run of future samples; returns what it held once the run is proved to be a steady clock. */
  #judge(future: readonly Sample[], arrivedAt: EpochMs): readonly Sample[] {
    const t = future.reduce((newest, sample) => Math.max(newest, sample.t), 0);
    const run = this.#run;
    if (run === null || !advancesSteadily(run, t, arrivedAt)) {
      this.#run = {
        firstT: t,
        firstArrival: arrivedAt,
        lastT: t,
        lastArrival: arrivedAt,
        messages: 1,
        held: future.slice(-HELD_SAMPLES),
      };
      return NO_SAMPLES;
    }
    run.lastT = t;
    run.lastArrival = arrivedAt;
    run.messages += 1;
    const proved =
      run.messages >= PROOF_MESSAGES && arrivedAt - run.firstArrival >= PROOF_SPAN && Math.abs(arrivedAt - t) <= LARGEST_OFFSET;
    if (!proved) {
      if (run.held.length < HELD_SAMPLES) run.held.push(...future);
      return NO_SAMPLES;
    }
    this.#offset = arrivedAt - t;
    this.#run = null;
    return run.held;
  }

  /** A clock that was set right (or stepped back) needs no offset any more. */
  #relax(samples: readonly Sample[], arrivedAt: EpochMs): void {
    const newest = samples.at(-1);
    if (newest !== undefined && newest.t <= arrivedAt + FUTURE_LIMIT && newest.t + this.#offset < arrivedAt - FUTURE_LIMIT)
      this.#offset = 0;
  }
}

const NO_SAMPLES: readonly Sample[] = [];

/** Judged over the whole run once it is long enough, and loosely before: network jitter weighs heavily on short stretches. */
const advancesSteadily = (run: Run, t: EpochMs, arrivedAt: EpochMs): boolean => {
  const byDevice = t - run.firstT;
  const byArrival = arrivedAt - run.firstArrival;
  if (byDevice < 0 || t < run.lastT) return false;
  return Math.abs(byDevice - byArrival) <= Math.max(2 * SECOND, 0.1 * byArrival);
};
