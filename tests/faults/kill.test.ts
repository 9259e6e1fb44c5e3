/** The long form of the kill loop: many seeds, each a server killed ten times (F1). */
import { expect, onTestFailed, test } from "vitest";
import { runKillLoop } from "#tests/support/checker-kill-loop.ts";

const first = Date.now() % 1_000_000_000;
const seeds = Array.from({ length: 20 }, (_, index) => first + index);

test.each(seeds)("killed ten times with seed %i, nothing receipted is lost and nothing is doubled", async (seed) => {
  onTestFailed(() => {
    process.stderr.write(`kill loop failed with seed ${seed}\n`);
  });
  const report = await runKillLoop(seed, 10);
  process.stderr.write(`kill loop, seed ${seed}: ${JSON.stringify(report)}\n`);
  expect(report.starts).toHaveLength(11);
});
