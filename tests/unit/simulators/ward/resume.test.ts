/** A ward that ended in the middle of a second goes on at a whole one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { NOW, openWard } from "./ward-fixture.ts";

test("after a crash the times of samples are whole milliseconds, as ever", () => {
  const folder = mkdtempSync(join(tmpdir(), "homeward-resume-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "lived.json"), JSON.stringify({ until: NOW - 4_123.474 }));
  const { live, link } = openWard([{ id: "ox-1", artefacts: false }], { folder, backlogMs: 600_000 });
  live(10_000);
  const times = link("ox-1").samples.map(({ t }) => t);
  expect(times.length).toBeGreaterThan(0);
  expect(times.every((t) => Number.isSafeInteger(t) && t > NOW - 4_123)).toBe(true);
});
