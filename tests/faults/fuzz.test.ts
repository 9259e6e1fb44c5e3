/** The long form of the hostile hour: a hundred thousand payloads over MQTT, with a seed of its own each time (F30). */
import { expect, onTestFailed, test } from "vitest";
import { runHostileHour } from "#tests/support/checker-hostile.ts";

test("a hundred thousand hostile payloads lose no good message and memory stays level", async () => {
  const seed = Date.now() % 1_000_000_000;
  onTestFailed(() => {
    process.stderr.write(`hostile payloads failed with seed ${seed}\n`);
  });
  const report = await runHostileHour(seed, 100_000, 10, false);
  process.stderr.write(`hostile payloads, seed ${seed}: ${JSON.stringify(report)}\n`);
  expect(report.payloads).toBe(100_000);
});
