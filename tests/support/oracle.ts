/** What low-saturation alerts a stream must raise, worked out the slow and obvious way: an independent second opinion on the engine. */
import { MINUTE, SECOND } from "#core/time.ts";

export interface OracleSample {
  readonly t: number;
  readonly value: number;
}

export interface OracleEpisode {
  readonly rule: "SPO2-A1" | "SPO2-A2";
  readonly severity: "S1" | "S2" | "S3";
  readonly onsetAt: number;
  /** When the hold was complete. */
  readonly provedAt: number;
  readonly cleared: boolean;
}

const WINDOW = MINUTE;
/** semantics 4.2: 42 of 60 at 1 Hz. */
const NEEDED = 42;

interface Watched {
  readonly rule: OracleEpisode["rule"];
  readonly severity: OracleEpisode["severity"];
  /** Any branch of the rule: its run is the alert's onset. */
  readonly begins: (median: number) => boolean;
  readonly fulfils: (median: number) => boolean;
  readonly holdFor: number;
  readonly clears: (median: number) => boolean;
  readonly clearFor: number;
}

const WATCHED: readonly Watched[] = [
  {
    rule: "SPO2-A1",
    severity: "S1",
    begins: (median) => median <= 91,
    fulfils: (median) => median <= 88,
    holdFor: 3 * MINUTE,
    clears: (median) => median >= 93,
    clearFor: 10 * MINUTE,
  },
  {
    rule: "SPO2-A1",
    severity: "S2",
    begins: (median) => median <= 91,
    fulfils: (median) => median <= 91,
    holdFor: 5 * MINUTE,
    clears: (median) => median >= 93,
    clearFor: 10 * MINUTE,
  },
  {
    rule: "SPO2-A2",
    severity: "S3",
    begins: (median) => median > 91 && median < 94,
    fulfils: (median) => median > 91 && median < 94,
    holdFor: 10 * MINUTE,
    clears: (median) => median >= 94,
    clearFor: 15 * MINUTE,
  },
];

/** Episodes of one patient at rest with the standard profile, from an unbroken stream of 1 Hz in order; each rule at its highest severity. */
export const expectedEpisodes = (samples: readonly OracleSample[]): OracleEpisode[] => {
  const medians = samples.map(({ t }, index) => ({ t, median: medianAt(samples, index) }));
  const episodes: OracleEpisode[] = [];
  for (const watched of WATCHED) {
    if (episodes.some(({ rule }) => rule === watched.rule)) continue;
    const episode = firstEpisode(medians, watched);
    if (episode !== null) episodes.push(episode);
  }
  return episodes;
};

const medianAt = (samples: readonly OracleSample[], index: number): number | null => {
  const end = (samples[index] as OracleSample).t;
  const values: number[] = [];
  for (let at = index; at >= 0 && (samples[at] as OracleSample).t > end - WINDOW; at--) values.push((samples[at] as OracleSample).value);
  if (values.length < NEEDED) return null;
  values.sort((a, b) => a - b);
  const middle = values.length / 2;
  return values.length % 2 === 1
    ? (values[Math.floor(middle)] as number)
    : ((values[middle - 1] as number) + (values[middle] as number)) / 2;
};

const firstEpisode = (
  medians: readonly { readonly t: number; readonly median: number | null }[],
  watched: Watched,
): OracleEpisode | null => {
  let onsetAt: number | null = null;
  let heldSince: number | null = null;
  let provedAt: number | null = null;
  let clearSince: number | null = null;
  for (const { t, median } of medians) {
    if (median === null) continue;
    if (provedAt === null) {
      onsetAt = watched.begins(median) ? (onsetAt ?? t) : null;
      heldSince = watched.fulfils(median) ? (heldSince ?? t) : null;
      if (heldSince !== null && t - heldSince >= watched.holdFor) provedAt = t;
    } else if (!watched.clears(median)) clearSince = null;
    else {
      clearSince ??= t;
      if (t - clearSince >= watched.clearFor)
        return { rule: watched.rule, severity: watched.severity, onsetAt: onsetAt as number, provedAt, cleared: true };
    }
  }
  return provedAt === null
    ? null
    : { rule: watched.rule, severity: watched.severity, onsetAt: onsetAt as number, provedAt, cleared: false };
};

/** Slow enough for a body (domain 4.6): one point in two seconds. */
const RAMP = 0.5;

/** A stream at 1 Hz: down to `value` from second `from`, up again from `to`, restless but healthy otherwise. */
export const oracleStory = (
  startAt: number,
  seconds: number,
  restless: (second: number) => number,
  low?: { readonly value: number; readonly from: number; readonly to: number },
): OracleSample[] =>
  Array.from({ length: seconds }, (_, second) => ({ t: startAt + second * SECOND, value: valueAt(second, restless(second), low) }));

const valueAt = (second: number, healthy: number, low?: { readonly value: number; readonly from: number; readonly to: number }): number => {
  if (low === undefined || second < low.from) return healthy;
  const fallen = healthy - Math.floor((second - low.from) * RAMP);
  const risen = low.value + Math.floor(Math.max(0, second - low.to) * RAMP);
  return Math.min(healthy, Math.max(low.value, fallen, risen));
};
