/** A process killed while it appends: nothing it was told is safe is lost, nothing is there twice. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readAll } from "#tests/contract/journal-contract.ts";
import { createJournalFolder } from "#tests/unit/journal/journal-folders.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const CHILD = fileURLToPath(new URL("./journal-child.ts", import.meta.url));
const SEED = 20_260_101;

/** Runs until the child has reported so many settled entries, then kills it; the highest position it reported. */
const killAfter = async (folder: string, lines: number): Promise<number> => {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  let highest = 0;
  let seen = 0;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, position] = line.split(" ");
      expect(word).toBe("settled");
      highest = Number(position);
      if (++seen === lines) child.kill("SIGKILL");
    }
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
  return highest;
};

test("after kill -9 at ten moments every settled entry is readable once and in order, and the lock is free", async () => {
  await using place = await createJournalFolder();
  let random = SEED;
  for (let round = 0; round < 10; round++) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const settled = await killAfter(place.folder, 1 + (random % 1_500));
    await using journal = await place.open({ segmentBytes: 100_000 });
    const read = await readAll(journal);
    expect(journal.stats().damaged).toEqual([]);
    expect(journal.head, `seed ${SEED}, round ${round}`).toBeGreaterThanOrEqual(settled);
    expect(read.map(({ position }) => position)).toEqual(Array.from({ length: journal.head }, (_, index) => index + 1));
    const wrong = read.find(({ position, entry }) => JSON.stringify(entry) !== JSON.stringify(messageEntry(position)));
    expect(wrong).toBeUndefined();
  }
});
