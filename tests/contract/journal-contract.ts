/** What every journal promises its callers, whatever it is built on; run by each adapter's own test. */
import { describe, expect, test } from "vitest";
import type { Committed, Journal, Position } from "#ports/journal.ts";
import { messageEntry, tickEntry } from "#tests/unit/journal/journal-samples.ts";

export const readAll = async (journal: Journal, from: Position = 1): Promise<Committed[]> => {
  const all: Committed[] = [];
  for await (const batch of journal.read(from)) all.push(...batch);
  return all;
};

export const describeJournalContract = (name: string, open: () => Promise<Journal>): void => {
  describe(`the journal contract, kept by ${name}`, () => {
    test("an empty journal has head 0 and nothing to read", async () => {
      await using journal = await open();
      expect(journal.head).toBe(0);
      expect(journal.tail).toBe(1);
      expect(await readAll(journal)).toEqual([]);
    });

    test("positions start at 1, rise by one, and settle in the order of the calls", async () => {
      await using journal = await open();
      const order: number[] = [];
      const last = new Promise<void>((resolve) => {
        for (let index = 1; index <= 500; index++) {
          journal.append(tickEntry(index), (outcome) => {
            order.push(outcome.ok ? outcome.position : -1);
            if (index === 500) resolve();
          });
        }
      });
      await last;
      expect(order).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
      expect(journal.head).toBe(500);
    });

    test("nothing settles before append has returned", async () => {
      await using journal = await open();
      let returned = false;
      const settledAfter = new Promise<boolean>((resolve) => journal.append(tickEntry(1), () => resolve(returned)));
      returned = true;
      expect(await settledAfter).toBe(true);
    });

    test("read gives back the entries from a position up to the head at the time of the call", async () => {
      await using journal = await open();
      for (let index = 1; index <= 2_500; index++) journal.append(messageEntry(index), () => undefined);
      await journal.commit(tickEntry(2_501));
      const reading = journal.read(2_400);
      await journal.commit(tickEntry(2_502));
      const seen: Committed[] = [];
      for await (const batch of reading) seen.push(...batch);
      expect(seen.map(({ position }) => position)).toEqual(Array.from({ length: 102 }, (_, index) => 2_400 + index));
      expect(seen[0]?.entry).toEqual(messageEntry(2_400));
      expect(seen.at(-1)?.entry).toEqual(tickEntry(2_501));
      expect((await readAll(journal)).length).toBe(2_502);
    });

    test("a follower gets every later entry once, in order, after all of its commit have settled", async () => {
      await using journal = await open();
      await journal.commit(tickEntry(1));
      const events: string[] = [];
      const stop = journal.follow((batch) => {
        for (const { position, entry } of batch) events.push(`follow ${position} ${entry.kind}`);
      });
      let second: Promise<unknown> = Promise.resolve();
      await new Promise<void>((resolve) => {
        journal.append(tickEntry(2), () => events.push("settled 2"));
        journal.append(messageEntry(3), () => {
          events.push("settled 3");
          second = journal.commit(tickEntry(4)).then(() => resolve());
        });
      });
      await second;
      stop();
      await journal.commit(tickEntry(5));
      expect(events.slice(0, 4)).toEqual(["settled 2", "settled 3", "follow 2 tick", "follow 3 message"]);
      expect(events.slice(4)).toEqual(["follow 4 tick"]);
    });

    test("every append made before closing settles, and one made after it is told so", async () => {
      const journal = await open();
      const outcomes: boolean[] = [];
      for (let index = 0; index < 50; index++) journal.append(tickEntry(index), ({ ok }) => outcomes.push(ok));
      await journal[Symbol.asyncDispose]();
      expect(outcomes).toEqual(Array.from({ length: 50 }, () => true));
      expect(await journal.commit(tickEntry(51))).toEqual({ ok: false, reason: "closed" });
      expect(journal.stats().accepting).toBe(false);
    });

    test("stats count what is appended and not yet settled", async () => {
      await using journal = await open();
      const settled = new Promise((resolve) => journal.append(tickEntry(1), resolve));
      expect(journal.stats()).toMatchObject({ pendingEntries: 1, accepting: true, damaged: [] });
      await settled;
      expect(journal.stats().pendingEntries).toBe(0);
    });
  });
};
