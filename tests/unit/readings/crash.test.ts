/** `kill -9` in the middle of writing: what the store says it has, it has, and replaying the journal from there makes everything exactly once. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import { D1, rawOf, SPO2, T0, whole } from "#tests/contract/reading-store-contract.ts";
import { crashEntry } from "./crash-entries.ts";

const LAST = 4_000;

/** Kills the writer once it has said so often that a batch is stored. */
const writeAndKill = (file: string, after: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "crash-writer.ts"), file, String(LAST)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = 0;
    let promised = 0;
    child.stdout.on("data", (text: Buffer) => {
      for (const line of text.toString().trim().split("\n")) {
        promised = Number(line);
        said += 1;
      }
      if (said >= after) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("exit", () => resolve(promised));
  });

test("after a kill in the middle and a replay from the stored position every sample is there exactly once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-crash-"));
  try {
    const file = join(folder, "readings.sqlite");
    for (const after of [3, 1, 7]) {
      const promised = await writeAndKill(file, after);
      await using store = await openReadingsSqlite({ file });
      expect(store.position()).toBeGreaterThanOrEqual(promised);
    }
    await using store = await openReadingsSqlite({ file });
    // From before the position: entries that are stored already change nothing.
    for (let position = Math.max(1, store.position() - 100); position <= LAST; position += 50)
      await store.write(
        Array.from({ length: 50 }, (_, index) => crashEntry(position + index)).filter((entry) => entry.position <= LAST),
        () => null,
      );
    const expected = LAST * 9 + 1;
    expect(await rawOf(store)).toHaveLength(expected);
    const { points } = await store.series({ spans: [whole()], metric: SPO2, from: T0, to: T0 + 1e9, maxPoints: 200 });
    expect(points.reduce((sum, point) => sum + point.n, 0)).toBe(expected);
    expect(await store.quarantineCounts()).toEqual({ bad_json: LAST / 10 });
    expect((await store.latest([whole(D1)]))[0]?.t).toBe(T0 + (LAST * 9 + 9) * 1_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
