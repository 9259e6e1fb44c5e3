/** Which segments go, when, and what happens when none may. */
import { describe, expect, test } from "vitest";
import { HOUR } from "#core/time.ts";
import { readAll } from "#tests/contract/journal-contract.ts";
import { appendAll, createJournalFolder } from "#tests/unit/journal/journal-folders.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const ten = (from: number) => Array.from({ length: 10 }, (_, index) => messageEntry(from + index));
/** Ten messages make a bit more than a kilobyte: every commit of ten begins a new segment. */
const SMALL = 1_300;

describe("retention", () => {
  test("a segment goes when every cursor has passed it and it is older than the retention, not before", async () => {
    await using place = await createJournalFolder();
    let now = 1_767_225_600_000;
    await using journal = await place.open({ segmentBytes: SMALL, now: () => now });
    for (const from of [1, 11, 21]) await appendAll(journal, ten(from));
    expect(journal.stats().segments).toBe(3);
    journal.setCursor("engine", 30);
    journal.setCursor("readings", 15);
    expect(journal.stats().segments).toBe(3);
    now += 25 * HOUR;
    journal.setCursor("readings", 16);
    expect(journal.stats().segments).toBe(2);
    expect(journal.tail).toBe(11);
    journal.setCursor("readings", 20);
    expect(journal.tail).toBe(21);
    expect((await readAll(journal)).map(({ position }) => position)).toEqual(ten(21).map(({ seq }) => seq));
    await journal[Symbol.asyncDispose]();
    expect(await place.segments()).toHaveLength(1);
  });

  test("without any cursor nothing is deleted, however old", async () => {
    await using place = await createJournalFolder();
    let now = 0;
    await using journal = await place.open({ segmentBytes: SMALL, now: () => now });
    for (const from of [1, 11, 21, 31]) {
      await appendAll(journal, ten(from));
      now += 100 * HOUR;
    }
    expect(journal.tail).toBe(1);
    expect(await readAll(journal)).toHaveLength(40);
  });

  test("a segment is as old after a restart as it was before", async () => {
    await using place = await createJournalFolder();
    let now = 0;
    {
      await using journal = await place.open({ segmentBytes: SMALL, now: () => now });
      await appendAll(journal, ten(1));
      now += HOUR;
      await appendAll(journal, ten(11));
    }
    now += 23 * HOUR;
    await using journal = await place.open({ segmentBytes: SMALL, now: () => now });
    journal.setCursor("engine", 20);
    await appendAll(journal, ten(21));
    expect(journal.tail).toBe(1);
    now += 2 * HOUR;
    journal.setCursor("engine", 21);
    expect(journal.tail).toBe(11);
  });

  test("at the quota, segments that were read make room early, and none that a cursor still needs", async () => {
    await using place = await createJournalFolder();
    await using journal = await place.open({ segmentBytes: SMALL, maxBytes: 4_000 });
    journal.setCursor("readings", 0);
    const outcomes = [];
    for (const from of [1, 11, 21, 31]) outcomes.push(...(await appendAll(journal, ten(from))));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(30);
    expect(outcomes[35]).toMatchObject({ ok: false, reason: "full" });
    expect(journal.stats()).toMatchObject({ accepting: false, segments: 3 });
    expect(await readAll(journal)).toHaveLength(30);

    journal.setCursor("readings", 10);
    expect(journal.stats().accepting).toBe(true);
    const later = await appendAll(journal, ten(31));
    expect(later.map((outcome) => outcome.ok && outcome.position)).toEqual(ten(31).map(({ seq }) => seq));
    expect(journal.tail).toBe(11);
    expect(journal.stats().bytes).toBeLessThanOrEqual(4_000);
  });

  test("at the quota with all read, even the segment being written makes room, and positions go on after a restart", async () => {
    await using place = await createJournalFolder();
    {
      await using journal = await place.open({ maxBytes: 2_000 });
      journal.setCursor("readings", 0);
      await appendAll(journal, ten(1));
      expect(await journal.commit(messageEntry(11, 60))).toMatchObject({ ok: false, reason: "full" });
      journal.setCursor("readings", 10);
      expect(await journal.commit(messageEntry(11, 60))).toEqual({ ok: true, position: 11 });
    }
    await using journal = await place.open();
    expect(journal.tail).toBe(11);
    expect(journal.head).toBe(11);
    expect(await place.segments()).toHaveLength(1);
  });

  test("an entry larger than any record may be is refused, its neighbours are not", async () => {
    await using place = await createJournalFolder();
    await using journal = await place.open();
    const huge = { ...messageEntry(2), quarantined: [{ reason: "too_big" as const, raw: new Uint8Array(33 * 1024 * 1024) }] };
    const outcomes = await appendAll(journal, [messageEntry(1), huge, messageEntry(3)]);
    expect(outcomes).toMatchObject([
      { ok: true, position: 1 },
      { ok: false, reason: "failed" },
      { ok: true, position: 2 },
    ]);
    expect(await readAll(journal)).toHaveLength(2);
  });
});
