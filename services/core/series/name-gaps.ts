/** Names every stretch of a patient's series in which nothing was measured, and why (semantics 3.6). */
import { MINUTE } from "#core/time.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";
import { cover, intersect, subtract } from "./stretches.ts";
import type { Stretch } from "./stretches.ts";

type GapReason = "silent" | "probe_off" | "bad_quality" | "never_started" | "paused";

export interface Gap extends Stretch {
  readonly reason: GapReason;
}

/** A device on this patient: when, and what it has ever sent. */
interface Wearing extends Stretch {
  /** When it was put on this patient, also when that was before the range asked for; absent: what it sent for others counts as sent. */
  readonly since?: EpochMs;
  /** Newest `t` of this metric, bad samples included; null: never. */
  readonly newest: EpochMs | null;
  /** Newest `t` of any metric; null: the device never reported. */
  readonly newestOfAny: EpochMs | null;
}

export interface GapQuestion {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly now: EpochMs;
  /** Stretches without a good or degraded sample, in time order, as the store found them; edges are samples or the range's ends. */
  readonly quiet: readonly Stretch[];
  /** Stretches in which samples came and none was usable. */
  readonly bad: readonly (Stretch & { readonly reason: "probe_off" | "bad_quality" })[];
  readonly wearings: readonly Wearing[];
  readonly pauses: readonly Stretch[];
  /** `metrics[m].everyS` of the device, in ms; null when nothing is declared. */
  readonly declaredIntervalMs: DurationMs | null;
  /** Median spacing of what is stored; null when there is too little. */
  readonly medianSpacingMs: DurationMs | null;
  /** Taken now and then by a person: without a declared interval its absence is no gap. */
  readonly spot: boolean;
}

const LEAST_GAP: DurationMs = 5 * MINUTE;

/** Longer than this without a usable sample is a gap; null when nothing is expected. */
const gapThreshold = (question: Pick<GapQuestion, "declaredIntervalMs" | "medianSpacingMs" | "spot">): DurationMs | null => {
  if (question.declaredIntervalMs === null && question.spot) return null;
  return Math.max(LEAST_GAP, 2 * (question.declaredIntervalMs ?? question.medianSpacingMs ?? 0));
};

/** Nothing at all since it was put on this patient; a metric that nobody declared counts only when the device is mute altogether. */
const neverStarted = (wearing: Wearing, declared: boolean): boolean => {
  const nothingSince = (newest: EpochMs | null): boolean => newest === null || newest < (wearing.since ?? -Infinity);
  return nothingSince(wearing.newest) && (declared || nothingSince(wearing.newestOfAny));
};

/** The gaps in time order, not overlapping, all inside `[from, min(to, now))` and inside the time a device was worn. */
export const nameGaps = (question: GapQuestion): Gap[] => {
  const range: Stretch[] = [{ from: question.from, to: Math.min(question.to, question.now) }];
  const declared = question.declaredIntervalMs !== null;
  const mute = question.wearings.filter((wearing) => neverStarted(wearing, declared));
  const worn = intersect(cover(question.wearings), range);
  const speaking = cover(question.wearings.filter((wearing) => !mute.includes(wearing)));
  const threshold = gapThreshold(question);
  const gaps: Gap[] = [];

  for (const stretch of question.bad) for (const piece of intersect([stretch], worn)) gaps.push({ ...piece, reason: stretch.reason });
  const explained = cover(gaps);

  for (const quiet of intersect(question.quiet, worn)) {
    if (threshold === null || quiet.to - quiet.from <= threshold) continue;
    for (const piece of subtract([quiet], explained)) {
      const paused = intersect([piece], cover(question.pauses));
      for (const part of paused) gaps.push({ ...part, reason: "paused" });
      for (const part of subtract([piece], paused)) {
        // A short rest beside a named stretch belongs to it: a probe that comes off is quiet a moment before it says so.
        if (part.to - part.from > threshold) gaps.push(...silence(part, speaking));
        else extend(gaps, part);
      }
    }
  }
  if (threshold === null)
    // Nothing is expected on time, and still a device that never said a word must not look current.
    for (const piece of subtract(intersect(intersect(question.quiet, cover(mute)), worn), [...explained, ...speaking]))
      gaps.push({ ...piece, reason: "never_started" });
  return joined(gaps);
};

const silence = (part: Stretch, speaking: readonly Stretch[]): Gap[] => [
  ...intersect([part], speaking).map((piece): Gap => ({ ...piece, reason: "silent" })),
  ...subtract([part], speaking).map((piece): Gap => ({ ...piece, reason: "never_started" })),
];

const extend = (gaps: Gap[], part: Stretch): void => {
  const before = gaps.findIndex((gap) => gap.to === part.from);
  const after = gaps.findIndex((gap) => gap.from === part.to);
  const index = before >= 0 ? before : after;
  const gap = gaps[index];
  if (gap !== undefined) gaps[index] = { ...gap, from: Math.min(gap.from, part.from), to: Math.max(gap.to, part.to) };
};

const joined = (gaps: Gap[]): Gap[] => {
  gaps.sort((left, right) => left.from - right.from || left.to - right.to);
  const result: Gap[] = [];
  for (const gap of gaps) {
    const previous = result.at(-1);
    if (previous?.reason === gap.reason && gap.from <= previous.to)
      result[result.length - 1] = { ...previous, to: Math.max(previous.to, gap.to) };
    else if (gap.to > gap.from) result.push(gap);
  }
  return result;
};
