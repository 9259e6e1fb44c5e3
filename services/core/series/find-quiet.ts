/** Finds where nothing usable was measured: the store's part of naming gaps, exact at every width of buckets. */
import type { DurationMs, EpochMs } from "#core/time.ts";
import type { Minute } from "./minute.ts";

const LEAST_QUIET: DurationMs = 5 * 60_000;

/** Samples came, none was good or degraded. */
export interface BadStretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: "probe_off" | "bad_quality";
}

export interface QuietFinder {
  /** Roll-ups in the order of time. The object may be used again by the caller. */
  add(rollUp: Readonly<Minute>): void;
  end(): { readonly bad: BadStretch[]; readonly quiet: { readonly from: EpochMs; readonly to: EpochMs }[] };
}

/**
 * For roll-ups of which each covers `unit` milliseconds (`m` counts them; 1 for single samples). A bad stretch reaches from its first bad
 * roll-up to the next usable sample, or to the end of its last roll-up when more than five minutes pass without any.
 */
export const createQuietFinder = (unit: DurationMs, from: EpochMs, to: EpochMs): QuietFinder => {
  const bad: BadStretch[] = [];
  const quiet: { from: EpochMs; to: EpochMs }[] = [];
  let usable = from;
  let first = Number.NaN;
  let end = Number.NaN;
  let count = 0;
  let off = 0;

  const finish = (next: EpochMs | null): void => {
    if (count === 0) return;
    const until = Math.min(next !== null && next - end <= LEAST_QUIET ? next : end, to);
    if (until > first) bad.push({ from: first, to: until, reason: off * 2 >= count ? "probe_off" : "bad_quality" });
    count = off = 0;
  };

  return {
    add({ m, n, bad: spoilt, probeOff, firstT, lastT }) {
      const start = m * unit;
      if (n > 0) {
        finish(firstT);
        if (firstT - usable > LEAST_QUIET) quiet.push({ from: usable, to: firstT });
        usable = Math.max(usable, lastT);
      } else if (spoilt > 0) {
        if (count > 0 && start - end > LEAST_QUIET) finish(null);
        // Bad from the last usable sample on, when that is nearer than a minute: the roll-up does not say when in its minute it began.
        if (count === 0) first = Math.max(from, unit > 1 && start - usable < unit ? usable : start);
        end = start + unit;
        count += spoilt;
        off += probeOff;
      }
    },
    end() {
      finish(null);
      if (to - usable > LEAST_QUIET) quiet.push({ from: usable, to });
      return { bad, quiet };
    },
  };
};
