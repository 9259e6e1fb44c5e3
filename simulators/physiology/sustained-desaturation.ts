/** Long blocks of low saturation in REM sleep, later ones longer (domain 5.3, sustained). */
import type { EpochMs } from "#core/time.ts";
import { MINUTE } from "#core/time.ts";
import type { Random } from "../random.ts";

export interface RemBlock {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Points of SpO2. */
  readonly depth: number;
  readonly rampMs: number;
}

/** The blocks of a night from `asleepAt` to `awakeAt`; depths between `shallowest` and `deepest` points. */
export const planRemBlocks = (
  asleepAt: EpochMs,
  awakeAt: EpochMs,
  [shallowest, deepest]: readonly [number, number],
  random: Random,
): RemBlock[] => {
  const blocks: RemBlock[] = [];
  const count = 3 + Math.floor(random.next() * 3);
  for (let index = 0; index < count; index++) {
    const from = asleepAt + (index + 1) * 90 * MINUTE - 20 * MINUTE + random.between(-8, 8) * MINUTE;
    const to = from + (10 + (25 * (index + random.next())) / count) * MINUTE;
    if (to < awakeAt) blocks.push({ from, to, depth: random.between(shallowest, deepest), rampMs: random.between(2, 4) * MINUTE });
  }
  return blocks;
};

/** Share of a block's depth at `t`, with the block; null outside. */
export const remAt = (blocks: readonly RemBlock[], t: EpochMs): { readonly depth: number; readonly share: number } | null => {
  for (const { from, to, depth, rampMs } of blocks)
    if (t > from && t < to) return { depth, share: Math.min(1, (t - from) / rampMs, (to - t) / rampMs) };
  return null;
};
