import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import { startStoreReadings } from "#ingest/store-readings.ts";
import type { Committed } from "#ports/journal.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";
import { message, sample, T0 } from "#tests/contract/reading-store-contract.ts";

/** A store that keeps positions, and fails or waits when told to. */
const createFakeStore = () => {
  const state = {
    position: 0,
    failing: false,
    held: null as Promise<void> | null,
    batches: [] as (readonly Committed[])[],
    writing: 0,
    most: 0,
  };
  const store: Pick<ReadingStore, "position" | "write"> = {
    position: () => state.position,
    async write(batch) {
      state.writing += 1;
      state.most = Math.max(state.most, state.writing);
      try {
        await (state.held ?? turn());
        if (state.failing) throw new Error("disk full");
        if ((batch[0]?.position ?? 0) > state.position + 1) throw new Error("not the next");
        state.position = batch.at(-1)?.position ?? state.position;
        state.batches.push(batch);
        return { stored: batch.length, repeats: 0, conflicts: 0 };
      } finally {
        state.writing -= 1;
      }
    },
  };
  return { state, store };
};

const setUp = () => {
  const journal = createJournalMemory();
  const clocks = createVirtualClocks();
  const fake = createFakeStore();
  const diagnostics = createCollectingDiagnostics();
  const behind: (number | null)[] = [];
  const cursors: number[] = [];
  const followed = Object.assign(Object.create(journal) as typeof journal, {
    setCursor: (_: string, position: number) => void cursors.push(position),
  });
  const start = () =>
    startStoreReadings({
      journal: followed,
      store: fake.store,
      institutionOf: () => null,
      clock: clocks.transport,
      diagnostics,
      onBehind: (seconds) => void behind.push(seconds),
    });
  const add = (count: number, samples = 1): void => {
    for (let index = 0; index < count; index += 1)
      journal.append(
        message(
          0,
          Array.from({ length: samples }, (_, second) => sample(T0 + second, 95)),
        ).entry,
        () => undefined,
      );
  };
  /** Lets everything that can happen without time passing happen, then time pass, again and again. */
  const live = async (ms: number, step = 50): Promise<void> => {
    for (let passed = 0; passed <= ms; passed += step) {
      for (let turns = 0; turns < 12; turns += 1) await turn();
      clocks.advance(step);
    }
  };
  const stored = () => fake.state.batches.flat().map((committed) => committed.position);
  return { journal, fake, diagnostics, behind, cursors, start, add, live, stored };
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe("storing readings", () => {
  test("what the journal held before the start and what comes live is stored in order, once", async () => {
    const { add, live, start, stored, cursors } = setUp();
    add(5);
    await live(0);
    await using following = start();
    await live(100);
    add(3);
    await live(200);
    await following.caughtUp();
    expect(stored()).toEqual(upTo(8));
    expect(cursors.at(-1)).toBe(8);
    expect(following.position).toBe(8);
  });

  test("entries that come within 50 ms are one batch", async () => {
    const { add, live, start, fake } = setUp();
    await using _ = start();
    await live(100);
    for (let commit = 0; commit < 4; commit += 1) {
      add(2);
      await live(0, 1);
    }
    await live(200);
    expect(fake.state.batches.map((batch) => batch.length)).toEqual([8]);
  });

  test("no more than two batches of 20,000 samples are in the store's hands, the rest waits in the journal", async () => {
    const { add, live, start, fake, stored } = setUp();
    const gate = Promise.withResolvers<void>();
    fake.state.held = gate.promise;
    await using _ = start();
    await live(100);
    add(60, 5_000);
    await live(500);
    expect(fake.state.writing).toBe(2);
    gate.resolve();
    fake.state.held = null;
    await live(2_000);
    expect(stored()).toEqual(upTo(60));
    expect(fake.state.most).toBe(2);
    expect(Math.max(...fake.state.batches.map((batch) => batch.length))).toBeLessThanOrEqual(4);
  });

  test("a failing store is tried again from where it stands, and says how far behind it is and when it is not any more", async () => {
    const { add, live, start, fake, behind, stored, journal, diagnostics } = setUp();
    await using _ = start();
    await live(100);
    fake.state.failing = true;
    add(4);
    await live(200);
    add(4);
    await live(20_000);
    expect(stored()).toEqual([]);
    expect(behind.length).toBeGreaterThan(0);
    expect(behind.at(-1)).toBeGreaterThan(5);
    expect(diagnostics.warnings).toContain("readings_not_stored");
    const outcome = journal.commit(message(0, [sample(T0, 95)]).entry);
    expect(await outcome).toMatchObject({ ok: true });
    fake.state.failing = false;
    await live(12_000);
    expect(stored()).toEqual(upTo(9));
    expect(behind.at(-1)).toBeNull();
  });

  test("closing waits for what is being written and takes nothing more", async () => {
    const { add, live, start, fake } = setUp();
    const following = start();
    await live(100);
    const gate = Promise.withResolvers<void>();
    fake.state.held = gate.promise;
    add(1);
    await live(100);
    const closed = following[Symbol.asyncDispose]();
    add(1);
    await live(100);
    gate.resolve();
    await closed;
    expect(fake.state.batches.flat()).toHaveLength(1);
  });
});
