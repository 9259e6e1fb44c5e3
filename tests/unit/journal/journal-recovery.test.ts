/** What a start makes of the files it finds: torn tails, flipped bits, foreign files, a second process. */
import { readFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAll } from "#tests/contract/journal-contract.ts";
import { appendAll, createJournalFolder, type JournalFolder } from "#tests/unit/journal/journal-folders.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const entries = (count: number, from = 1) => Array.from({ length: count }, (_, index) => messageEntry(from + index));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Each group of entries in a segment file of its own. */
const fill = async (place: JournalFolder, groups: readonly number[]): Promise<string[]> => {
  let next = 1;
  for (const count of groups) {
    await using journal = await place.open();
    await appendAll(journal, entries(count, next));
    next += count;
  }
  return (await place.segments()).map((name) => join(place.folder, name));
};

const flipBit = async (path: string, offset: number): Promise<void> => {
  const bytes = await readFile(path);
  bytes[offset] = (bytes[offset] as number) ^ (1 << (offset % 8));
  await writeFile(path, bytes);
};

describe("opening a journal again", () => {
  test("every settled entry is there and positions go on", async () => {
    await using place = await createJournalFolder();
    await fill(place, [10, 5]);
    await using journal = await place.open();
    expect(journal.head).toBe(15);
    expect(journal.tail).toBe(1);
    expect((await readAll(journal)).map(({ entry }) => entry)).toEqual(entries(15));
    expect((await readAll(journal, 12)).map(({ position }) => position)).toEqual([12, 13, 14, 15]);
    expect(await journal.commit(messageEntry(16))).toEqual({ ok: true, position: 16 });
    expect(journal.stats().damaged).toEqual([]);
  });

  test("a torn record is cut, and its position is given again", async () => {
    await using place = await createJournalFolder();
    const [path] = (await fill(place, [2])) as [string];
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, -1));
    await using journal = await place.open();
    expect(journal.head).toBe(1);
    expect(journal.stats().damaged).toEqual([]);
    expect(await journal.commit(messageEntry(9))).toEqual({ ok: true, position: 2 });
    expect((await readAll(journal)).map(({ entry }) => entry)).toEqual([messageEntry(1), messageEntry(9)]);
  });

  test("garbage behind the last record is cut", async () => {
    await using place = await createJournalFolder();
    const [path] = (await fill(place, [3])) as [string];
    const whole = await readFile(path);
    await writeFile(path, Buffer.concat([whole, Buffer.alloc(5_000)]));
    await using journal = await place.open();
    expect(journal.head).toBe(3);
    expect((await readFile(path)).length).toBe(whole.length);
  });

  test("a flipped bit before the last record costs that record alone, sets the file aside and is reported", async () => {
    await using place = await createJournalFolder();
    const [path] = (await fill(place, [4])) as [string];
    await flipBit(path, 300);
    await using journal = await place.open();
    expect(journal.stats().damaged).toMatchObject([{ segment: "0000000000000001-000.segment", from: 2, to: 2 }]);
    expect((await readAll(journal)).map(({ position }) => position)).toEqual([1, 3, 4]);
    expect(await journal.commit(messageEntry(5))).toEqual({ ok: true, position: 5 });
    expect(await readdir(place.folder)).toContain("0000000000000001-000.segment.damaged");
  });

  test("damage is reported once; the clean copy opens without complaint", async () => {
    await using place = await createJournalFolder();
    const paths = await fill(place, [6, 6, 6]);
    await flipBit(paths[1] as string, 300);
    {
      await using journal = await place.open();
      expect(journal.stats().damaged).toHaveLength(1);
      expect((await readAll(journal)).map(({ position }) => position)).toEqual(range(1, 18).filter((position) => position !== 8));
    }
    await using journal = await place.open();
    expect(await readAll(journal)).toHaveLength(17);
    expect(journal.stats().damaged).toEqual([]);
  });

  test("a flipped bit in one copy of the header costs nothing", async () => {
    await using place = await createJournalFolder();
    const [path] = (await fill(place, [3])) as [string];
    await flipBit(path, 13);
    await using journal = await place.open();
    expect(await readAll(journal)).toHaveLength(3);
    expect(journal.stats().damaged).toEqual([]);
  });

  test.each([
    ["empty", 0, "empty"],
    ["foreign", 1, "no header"],
  ])("an older segment that is %s is set aside with the reason, the others stay readable", async (_name, kind, reason) => {
    await using place = await createJournalFolder();
    const paths = await fill(place, [5, 5, 5]);
    await writeFile(paths[1] as string, kind === 0 ? "" : "this is somebody's shopping list ".repeat(20));
    await using journal = await place.open();
    expect(journal.stats().damaged).toMatchObject([{ from: 6, to: 10 }]);
    expect(journal.stats().damaged[0]?.reason).toContain(reason);
    expect((await readAll(journal)).map(({ position }) => position)).toEqual([...range(1, 5), ...range(11, 15)]);
    await journal[Symbol.asyncDispose]();
    await using again = await place.open();
    expect(again.stats().damaged).toEqual([]);
    expect(await readAll(again)).toHaveLength(10);
    expect(again.stats().damaged).toEqual([]);
    expect(await again.commit(messageEntry(16))).toEqual({ ok: true, position: 16 });
  });

  test("a segment somebody deleted is reported, the others stay readable", async () => {
    await using place = await createJournalFolder();
    const paths = await fill(place, [5, 5, 5]);
    await rm(paths[1] as string);
    await using journal = await place.open();
    expect(journal.stats().damaged).toMatchObject([{ from: 6, to: 10 }]);
    expect((await readAll(journal)).map(({ position }) => position)).toEqual([...range(1, 5), ...range(11, 15)]);
  });

  test("an older segment that lost its end is reported with the positions it lacks", async () => {
    await using place = await createJournalFolder();
    const paths = await fill(place, [5, 5]);
    const size = (await readFile(paths[0] as string)).length;
    await truncate(paths[0] as string, size - 10);
    await using journal = await place.open();
    expect(journal.stats().damaged).toMatchObject([{ from: 5, to: 5 }]);
    expect((await readAll(journal)).map(({ position }) => position)).toEqual([1, 2, 3, 4, ...range(6, 10)]);
  });

  test("when the only segment is unreadable, positions go on where it cannot have reached", async () => {
    await using place = await createJournalFolder();
    const [path] = (await fill(place, [5])) as [string];
    for (const offset of [0, 64]) await flipBit(path, offset);
    for (let round = 0; round < 2; round++) {
      await using journal = await place.open();
      expect(journal.head).toBeGreaterThanOrEqual(5);
      expect(await readAll(journal)).toEqual([]);
    }
    await using journal = await place.open();
    const outcome = await journal.commit(messageEntry(6));
    expect(outcome.ok && outcome.position).toBe(journal.head);
    expect(journal.head).toBeGreaterThan(5);
  });

  test("a segment that was only just created when the process ended is no damage", async () => {
    await using place = await createJournalFolder();
    await fill(place, [5]);
    await writeFile(join(place.folder, "0000000000000006-000.segment"), new Uint8Array(40));
    await using journal = await place.open();
    expect(journal.stats().damaged).toEqual([]);
    expect(await journal.commit(messageEntry(6))).toEqual({ ok: true, position: 6 });
  });

  test("what a failed commit left behind the settled entries is not read once a later segment begins there", async () => {
    await using place = await createJournalFolder();
    const [path] = (await fill(place, [4])) as [string];
    const four = await readFile(path);
    // The same segment as it was with three settled entries, the fourth failed and its bytes could not be cut off.
    await using other = await createJournalFolder();
    await writeFile(join(other.folder, "0000000000000001-000.segment"), four.subarray(0, 128 + ((four.length - 128) / 4) * 3));
    await using before = await other.open();
    await before.commit(messageEntry(40));
    await before[Symbol.asyncDispose]();
    await writeFile(join(other.folder, "0000000000000001-000.segment"), four);
    await using journal = await other.open();
    expect((await readAll(journal)).map(({ entry }) => entry)).toEqual([...entries(3), messageEntry(40)]);
    expect(journal.stats().damaged).toEqual([]);
  });

  test("a segment of a newer format stops the start and nothing is changed", async () => {
    await using place = await createJournalFolder();
    const [path] = (await fill(place, [3])) as [string];
    const { encodeSegmentHeader } = await import("#contracts/journal-record/record-frame.ts");
    const bytes = await readFile(path);
    bytes.set(encodeSegmentHeader({ version: 99, salt: 1, firstPosition: 1, createdAt: 0, holed: false, afterGap: false }));
    await writeFile(path, bytes);
    await expect(place.open()).rejects.toMatchObject({ code: "journal_newer" });
    expect(await readFile(path)).toEqual(bytes);
  });

  test("files that are none of ours are left alone", async () => {
    await using place = await createJournalFolder();
    await writeFile(join(place.folder, "notes.txt"), "mine");
    await fill(place, [1]);
    expect(await readFile(join(place.folder, "notes.txt"), "utf8")).toBe("mine");
  });

  test("a second journal on the same folder is refused until the first is closed", async () => {
    await using place = await createJournalFolder();
    const first = await place.open();
    await expect(place.open()).rejects.toMatchObject({ code: "journal_locked" });
    await expect(place.open()).rejects.toThrow(`process ${process.pid} writes to`);
    await first[Symbol.asyncDispose]();
    await using again = await place.open();
    expect(again.head).toBe(0);
  });

  test("a folder that cannot be made is named with what to do", async () => {
    await using place = await createJournalFolder();
    await writeFile(join(place.folder, "file"), "");
    await expect(place.open({ folder: join(place.folder, "file") })).rejects.toMatchObject({ code: "journal_unusable" });
  });

  test("a reader that is ahead of the journal makes positions go on behind it, for good", async () => {
    await using place = await createJournalFolder();
    await fill(place, [5]);
    {
      await using journal = await place.open();
      journal.setCursor("readings", 8);
      expect(journal.stats().damaged).toMatchObject([{ from: 6, to: 8 }]);
      expect(await journal.commit(messageEntry(9))).toEqual({ ok: true, position: 9 });
    }
    await using journal = await place.open();
    expect((await readAll(journal)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 9]);
    expect(journal.stats().damaged).toEqual([]);
  });
});
