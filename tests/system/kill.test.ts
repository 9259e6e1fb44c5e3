/** The whole server killed in the middle of its work, again and again: what it receipted and raised is there, once (F1). */
import { expect, onTestFailed, test } from "vitest";
import { runKillLoop } from "#tests/support/checker-kill-loop.ts";

const SEED = 20_261_122;

test(
  "killed ten times under load, every receipted message is stored once and every alert is raised once",
  { timeout: 240_000 },
  async () => {
    onTestFailed(() => {
      process.stderr.write(`kill loop failed with seed ${SEED}\n`);
    });
    const report = await runKillLoop(SEED, 10);
    process.stderr.write(`kill loop: ${JSON.stringify(report)}\n`);
    expect(report.starts).toHaveLength(11);
  },
);
