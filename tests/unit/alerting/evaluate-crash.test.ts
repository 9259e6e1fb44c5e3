/** After a crash at any point nothing is lost and nothing is doubled (semantics 6.3, invariants I3 and I4). */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import { MINUTE } from "#core/time.ts";
import { T, openLedger, subscription, tempFolder } from "../../contract/ledger-fixture.ts";
import { acknowledge, message, startEvaluator } from "./evaluate-fixture.ts";

type Deed =
  | { readonly kind: "value"; readonly device: string; readonly value: number }
  | { readonly kind: "act"; readonly device: string }
  | { readonly kind: "wait" }
  | { readonly kind: "crash" };

const device = fc.constantFrom("d1", "d2", "d3");
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("value" as const), device, value: fc.constantFrom(80, 95) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("act" as const), device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const) }) },
);

test("each transition is told once, with versions 1 to n, wherever it crashed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 40 }), async (deeds) => {
      const folder = await tempFolder();
      const journal = createJournalMemory();
      const clocks = createVirtualClocks({ start: T });
      let opened = await openLedger(folder);
      await opened.outbox.subscribe(subscription("w1"));
      let running = await startEvaluator(opened.ledger, { journal, clocks });
      const told = [...running.feed];
      let at = T;
      for (const deed of deeds) {
        at += 1_000;
        if (deed.kind === "value") await journal.commit(message(deed.device, deed.value, at));
        else if (deed.kind === "act") void running.evaluator.act(acknowledge(deed.device, 1));
        else if (deed.kind === "wait") {
          clocks.advance(MINUTE);
          await running.settle();
        } else {
          running.crash();
          await opened[Symbol.asyncDispose]();
          told.push(...running.feed);
          opened = await openLedger(folder);
          running = await startEvaluator(opened.ledger, { journal, clocks });
        }
      }
      await running.settle();
      told.push(...running.feed);

      // What a run without any crash says of the same journal.
      const clean = await openLedger(await tempFolder());
      const reference = await startEvaluator(clean.ledger, { journal });
      await reference.settle();
      const keep = ({ kind, at, payload }: (typeof told)[number]) => ({ kind, at, payload });
      const recorded = opened.ledger.feedAfter(0, 10_000);
      expect(recorded.map(keep)).toEqual(clean.ledger.feedAfter(0, 10_000).map(keep));
      expect(recorded.map(({ cursor }) => cursor)).toEqual(recorded.map((_, index) => index + 1));
      // Told live at most once: what was committed in the moment of the crash is read from the feed instead.
      expect(new Set(told.map(({ cursor }) => cursor)).size).toBe(told.length);
      for (const { id } of clean.ledger.alerts({ limit: 100 }).items) {
        const versions = opened.ledger.transitions(id).map(({ alert }) => alert.version);
        expect(versions).toEqual(versions.map((_, index) => index + 1));
        expect(opened.ledger.alert(id)).toEqual(clean.ledger.alert(id));
        expect(opened.ledger.acts(id)).toEqual(clean.ledger.acts(id));
      }
      const deliveries = opened.outbox.deliveries({ webhook: "w1", limit: 10_000 }).items;
      expect(deliveries.length).toBe(recorded.length);
      await opened[Symbol.asyncDispose]();
      await clean[Symbol.asyncDispose]();
    }),
    { numRuns: 8, seed: 20_261_122 },
  );
});
