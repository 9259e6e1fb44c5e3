/** A folder that stops taking files: appends are refused with the reason, and go on when it works again. */
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAll } from "#tests/contract/journal-contract.ts";
import { appendAll, createJournalFolder } from "#tests/unit/journal/journal-folders.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const ten = (from: number) => Array.from({ length: 10 }, (_, index) => messageEntry(from + index));

describe("a failing disk", () => {
  test("appends settle failed, stop reaching the disk for a while, and positions go on without a gap when it works again", async () => {
    await using place = await createJournalFolder();
    const folder = join(place.folder, "journal");
    const away = join(place.folder, "away");
    let monotonic = 0;
    // Every commit of ten begins a new segment, which needs the folder.
    await using journal = await place.open({ folder, segmentBytes: 1_300, monotonic: () => monotonic });
    const followed: number[] = [];
    journal.follow((batch) => followed.push(...batch.map(({ position }) => position)));
    await appendAll(journal, ten(1));
    await rename(folder, away);

    monotonic += 10;
    expect(await appendAll(journal, ten(11))).toMatchObject(
      ten(11).map(() => ({ ok: false, reason: "failed", cause: { code: "ENOENT" } })),
    );
    // It may have been that segment: only a second failure in a row means the disk.
    expect(journal.stats().accepting).toBe(true);
    expect(await journal.commit(messageEntry(11))).toMatchObject({ ok: false, reason: "failed" });
    expect(journal.stats().accepting).toBe(false);
    expect(journal.head).toBe(10);

    await mkdir(folder);
    expect(await journal.commit(messageEntry(11))).toMatchObject({ ok: false, reason: "failed" });
    await rm(folder, { recursive: true });
    await rename(away, folder);
    monotonic += 100;
    expect(await appendAll(journal, ten(11))).toEqual(ten(11).map(({ seq }) => ({ ok: true, position: seq })));
    expect(journal.stats().accepting).toBe(true);
    expect((await readAll(journal)).map(({ entry }) => entry)).toEqual([...ten(1), ...ten(11)]);
    expect(followed).toEqual([...ten(1), ...ten(11)].map(({ seq }) => seq));
  });

  test("retries come further and further apart, at most five seconds", async () => {
    await using place = await createJournalFolder();
    const folder = join(place.folder, "journal");
    let monotonic = 0;
    let failures = 0;
    const silent = {
      info: () => undefined,
      warn: () => undefined,
      gauge: () => undefined,
      observe: () => undefined,
      exposition: async () => "",
    };
    const diagnostics = {
      ...silent,
      error: (event: string) => void (failures += event === "journal_commit_failed" ? 1 : 0),
      count: () => undefined,
    };
    await using journal = await place.open({ folder, monotonic: () => monotonic, diagnostics });
    await rename(folder, join(place.folder, "away"));
    const tries: number[] = [];
    for (; monotonic < 20_000; monotonic += 100) {
      const before = failures;
      await journal.commit(messageEntry(1));
      if (failures > before) tries.push(monotonic);
    }
    expect(tries).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 11_400, 16_400]);
  });
});
