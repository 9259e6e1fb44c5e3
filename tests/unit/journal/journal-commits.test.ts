/** How appends become commits, and reading while they do. */
import { describe, expect, test } from "vitest";
import type { Diagnostics } from "#ports/diagnostics.ts";
import { readAll } from "#tests/contract/journal-contract.ts";
import { appendAll, createJournalFolder } from "#tests/unit/journal/journal-folders.ts";
import { messageEntry, tickEntry } from "#tests/unit/journal/journal-samples.ts";

const countingCommits = (): { readonly diagnostics: Diagnostics; readonly commits: () => number } => {
  let commits = 0;
  const nothing = (): undefined => undefined;
  const observe = (name: string): void => void (commits += name === "homeward_journal_commit_seconds" ? 1 : 0);
  const diagnostics = { info: nothing, warn: nothing, error: nothing, count: nothing, gauge: nothing, observe, exposition: async () => "" };
  return { diagnostics, commits: () => commits };
};

describe("group commit", () => {
  test("what is appended in one turn of the event loop shares one commit", async () => {
    await using place = await createJournalFolder();
    const { diagnostics, commits } = countingCommits();
    await using journal = await place.open({ diagnostics });
    await appendAll(
      journal,
      Array.from({ length: 1_000 }, (_, index) => tickEntry(index)),
    );
    expect(commits()).toBe(1);
  });

  test("a backlog begins its commit inside append, and what comes meanwhile shares the next", async () => {
    await using place = await createJournalFolder();
    const { diagnostics, commits } = countingCommits();
    await using journal = await place.open({ diagnostics });
    await appendAll(
      journal,
      Array.from({ length: 10_000 }, (_, index) => tickEntry(index)),
    );
    expect(commits()).toBe(2);
    expect(journal.head).toBe(10_000);
  });

  test("appends made while callers are told, keep their order", async () => {
    await using place = await createJournalFolder();
    await using journal = await place.open({ segmentBytes: 5_000 });
    const order: number[] = [];
    let appended = 0;
    await new Promise<void>((resolve) => {
      const append = (): void => {
        const mine = ++appended;
        journal.append(messageEntry(mine), () => {
          order.push(mine);
          if (order.length === 3_000) resolve();
          else if (appended < 3_000) append();
        });
      };
      for (let index = 0; index < 300; index++) append();
    });
    expect(order).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    expect((await readAll(journal)).map(({ entry }) => entry)).toEqual(order.map((seq) => messageEntry(seq)));
  });

  test("readers that start at any position while appends go on see a gapless run up to the head they began with", async () => {
    await using place = await createJournalFolder();
    await using journal = await place.open({ segmentBytes: 20_000 });
    const total = 3_000;
    const readings: Promise<void>[] = [];
    for (let round = 0; round < total / 100; round++) {
      await appendAll(
        journal,
        Array.from({ length: 100 }, (_, index) => messageEntry(round * 100 + index + 1)),
      );
      const { head } = journal;
      const from = 1 + ((round * 37) % head);
      const reading = readAll(journal, from).then((read) => {
        expect(read.map(({ position }) => position)).toEqual(Array.from({ length: head - from + 1 }, (_, index) => from + index));
        for (const { position, entry } of read) expect(entry).toEqual(messageEntry(position));
      });
      readings.push(reading);
    }
    await Promise.all(readings);
  });

  test("a reading that retention overtakes goes on with what is left", async () => {
    await using place = await createJournalFolder();
    await using journal = await place.open({ segmentBytes: 5_000, retentionMs: 0 });
    for (let round = 0; round < 10; round++) {
      await appendAll(
        journal,
        Array.from({ length: 50 }, (_, index) => messageEntry(round * 50 + index + 1)),
      );
    }
    const positions: number[] = [];
    for await (const batch of journal.read(1)) {
      positions.push(...batch.map(({ position }) => position));
      journal.setCursor("reader", 400);
    }
    expect(positions.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(positions.slice(-100)).toEqual(Array.from({ length: 100 }, (_, index) => 401 + index));
    expect(journal.stats().damaged).toEqual([]);
  });
});
