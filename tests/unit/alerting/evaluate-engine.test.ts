/** The evaluator with the engine that ships: a fall of SpO2 is told once, also when the server dies in the middle of it. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { DeviceId } from "#core/ids.ts";
import type { MessageEntry } from "#core/journal-entry.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { MINUTE, SECOND } from "#core/time.ts";
import { ACTOR, T, assignment, device, openLedger, patient, tempFolder } from "../../contract/ledger-fixture.ts";
import { acknowledge, startEvaluator } from "./evaluate-fixture.ts";

const PER_MESSAGE = 10;
const MESSAGES = 30 * 6;
/** 95 %, from the tenth to the sixteenth minute 89 %. */
const spo2At = (second: number): number => (second >= 600 && second < 960 ? 89 : 95);

const messageAt = (n: number): MessageEntry => {
  const end = T + (n + 1) * PER_MESSAGE * SECOND;
  const samples = Array.from({ length: PER_MESSAGE }, (_, index) => ({
    metric: metricByKey("spo2")?.code ?? -1,
    t: T + (n * PER_MESSAGE + index + 1) * SECOND,
    value: spo2At(n * PER_MESSAGE + index),
    quality: 0 as const,
    flags: 0,
    tags: "",
    identity: "",
  }));
  return {
    kind: "message",
    device: "d1" as DeviceId,
    topic: "homeward/v1/s/d1/telemetry",
    arrivedAt: end,
    hash: n,
    seq: n,
    samples,
    quarantined: [],
  };
};

const shipped = (restore: Iterable<{ readonly key: string; readonly bytes: Uint8Array }>) => createEngine({ rules: shippedRules, restore });

test("one S2 alert, raised and cleared, whenever it crashed and wherever the checkpoint stood", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(MESSAGES - 1), { maxLength: 3 }), fc.nat(), async (crashes, actAfter) => {
      const folder = await tempFolder();
      const journal = createJournalMemory();
      const clocks = createVirtualClocks({ start: T });
      let opened = await openLedger(folder);
      let running = await startEvaluator(opened.ledger, { journal, clocks, createEngine: shipped });
      await running.evaluator.change({ kind: "patient", at: T, actor: ACTOR, patient: patient("p1") });
      await running.evaluator.change({ kind: "device", at: T, actor: ACTOR, device: device("d1") });
      await running.evaluator.change({ kind: "assignment", at: T, actor: ACTOR, assignment: assignment("d1", "p1", T) });
      for (let n = 0; n < MESSAGES; n++) {
        clocks.advance(PER_MESSAGE * SECOND);
        await journal.commit(messageAt(n));
        if (n % 10 === 9) await running.settle();
        if (n === actAfter % MESSAGES)
          for (const { id, version } of opened.ledger.openAlerts()) void running.evaluator.act(acknowledge(id, version));
        if (!crashes.includes(n)) continue;
        running.crash();
        await opened[Symbol.asyncDispose]();
        opened = await openLedger(folder);
        running = await startEvaluator(opened.ledger, { journal, clocks, createEngine: shipped });
      }
      clocks.advance(MINUTE);
      await running.settle();
      expect(running.diagnostics.errors).toEqual([]);

      const clean = await openLedger(await tempFolder());
      const reference = await startEvaluator(clean.ledger, { journal, clocks, createEngine: shipped });
      await reference.settle();
      const feedOf = ({ ledger }: typeof opened) => ledger.feedAfter(0, 1_000).map(({ kind, at, payload }) => ({ kind, at, payload }));
      expect(feedOf(opened)).toEqual(feedOf(clean));

      const raised = opened.ledger.alerts({ limit: 100, severity: ["S1", "S2"] }).items;
      expect(raised).toMatchObject([
        { rule: { id: "SPO2-A1" }, patient: "p1", device: "d1", institution: "t1", severity: "S2", status: "cleared" },
      ]);
      for (const { id } of raised) {
        const types = opened.ledger.transitions(id).map(({ type }) => type);
        expect(types.filter((type) => type === "alert.raised")).toHaveLength(1);
        expect(types.filter((type) => type === "alert.cleared")).toHaveLength(1);
      }
      await opened[Symbol.asyncDispose]();
      await clean[Symbol.asyncDispose]();
    }),
    {
      numRuns: 8,
      seed: 20_261_122,
      examples: [
        [[], 0],
        [[61, 90, 110], 95],
      ],
    },
  );
});
