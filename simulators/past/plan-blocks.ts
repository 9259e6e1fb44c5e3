/** Cuts the past into stretches that are lived one by one, newest first. */
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE } from "#core/time.ts";
import type { PastPlan, PastScene } from "./past-plan.ts";

export interface PastBlock {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** What is told of it: everything, streams alone, or everything but streams. */
  readonly keeps: "all" | "streams" | "rest";
  /** Told of these alone; null: of everybody. */
  readonly person: string | null;
  readonly scenes: readonly PastScene[];
  /** Minutes of its episodes count from here. */
  readonly origin: EpochMs;
}

/** The ward's own outbox holds what is younger. */
export const BACKLOG: DurationMs = 10 * MINUTE;
/** Measurements, sessions and nights are few: they reach back so far. */
const RARE: DurationMs = 14 * DAY;
const WORTH_IT: DurationMs = 2 * MINUTE;
/** Around a story there is something to compare it with. */
const AROUND: DurationMs = HOUR;

/** `origin`: the ward's start; `lived`: when it last lived, null for never. */
export const planBlocks = ({ anchor, historyMs, story }: PastPlan, origin: EpochMs, lived: EpochMs | null): PastBlock[] => {
  const slept = lived === null ? [] : stretches(origin, historyMs, lived, []);
  return story === null ? slept : [...slept, ...stretches(anchor, historyMs, Number.NEGATIVE_INFINITY, story.scenes)];
};

const stretches = (anchor: EpochMs, historyMs: DurationMs, notBefore: EpochMs, scenes: readonly PastScene[]): PastBlock[] => {
  const blocks: PastBlock[] = [];
  const end = anchor - BACKLOG;
  const streamsFrom = Math.max(notBefore, anchor - historyMs);
  const told = new Set<PastScene>();
  for (let to = end; to - streamsFrom > WORTH_IT; to = Math.max(streamsFrom, dayBefore(to, anchor))) {
    const from = Math.max(streamsFrom, dayBefore(to, anchor));
    const within = scenes.filter(({ fromMin, toMin }) => anchor + fromMin * MINUTE >= from && anchor + toMin * MINUTE <= to);
    for (const scene of within) told.add(scene);
    blocks.push({ from, to, keeps: "all", person: null, scenes: within, origin: anchor });
  }
  for (const scene of scenes) {
    if (told.has(scene)) continue;
    const [from, to] = [anchor + scene.fromMin * MINUTE - AROUND, Math.min(anchor + scene.toMin * MINUTE + AROUND, streamsFrom)];
    blocks.push({ from, to, keeps: "streams", person: scene.person, scenes: [scene], origin: anchor });
  }
  const rareFrom = Math.max(notBefore, anchor - RARE);
  const rareTo = Math.min(end, streamsFrom);
  if (rareTo - rareFrom > WORTH_IT) blocks.push({ from: rareFrom, to: rareTo, keeps: "rest", person: null, scenes: [], origin: anchor });
  return blocks;
};

const dayBefore = (t: EpochMs, anchor: EpochMs): EpochMs => anchor - DAY * (Math.floor((anchor - t) / DAY) + 1);
