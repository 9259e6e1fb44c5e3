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
import { acknowledge, startEvaluator, type Running } from "./evaluate-fixture.ts";

const PER_MESSAGE = 10;
const MESSAGES = 30 * 6;
/** 95 %, from the tenth to the sixteenth minute 89 %. */
const spo2At = (second: number): number => (second >= 600 && second < 960 ? 89 : 95);

const messageAt = (n: number, device = "d1"): MessageEntry => {
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
    device: device as DeviceId,
    topic: `homeward/v1/s/${device}/telemetry`,
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
      numRuns: 6,
      seed: 20_261_122,
      examples: [
        [[], 0],
        [[61, 90, 110], 95],
      ],
    },
  );
});

test("alerts of every patient once and alike, killed between any two parts of a checkpoint, before it is adopted or right after", async () => {
  const ends = fc.array(
    fc.record({ call: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 20, max: 90 })), reaches: fc.boolean() }),
    { minLength: 1, maxLength: 6 },
  );
  const counts = { stage: 0, commit: 0, adopt: 0 };
  let adopted = 0;
  await fc.assert(
    fc.asyncProperty(ends, async (kills) => {
      const folder = await tempFolder();
      const journal = createJournalMemory();
      const clocks = createVirtualClocks({ start: T });
      // Time passes at every look: one turn makes one part.
      let spent = 0;
      const transportClock = { ...clocks.transport, monotonic: () => clocks.transport.monotonic() + (spent += 4) };
      let opened = await openLedger(folder);
      let running: Running | null = null;
      const left = [...kills];
      let killed = Promise.withResolvers<null>();
      const start = (): Promise<Running | null> => {
        killed = Promise.withResolvers<null>();
        const kill = left.shift();
        const heard = (doing: keyof typeof counts): void => {
          counts[doing]++;
          killed.resolve(null);
        };
        const end = kill === undefined ? null : { ...kill, heard };
        return Promise.race([
          startEvaluator(opened.ledger, { journal, clocks, transportClock, createEngine: shipped, end }),
          killed.promise,
        ]);
      };
      /** Until all is applied and committed, however often it is killed meanwhile. */
      const settle = async (): Promise<void> => {
        const isUp = async (): Promise<boolean> => {
          if (running === null) return false;
          const settled = await Promise.race([running.settle().then(() => true), killed.promise]);
          // Two parts more than were under way.
          for (let turn = 0; turn < 3; turn++) await opened.ledger.stage([]);
          return settled !== null && (await Promise.race([killed.promise, Promise.resolve(true)])) !== null;
        };
        while (!(await isUp())) {
          await opened[Symbol.asyncDispose]();
          opened = await openLedger(folder);
          running = await start();
        }
      };
      const setUp = await startEvaluator(opened.ledger, { journal, clocks, createEngine: shipped });
      for (const n of [1, 2, 3]) {
        await setUp.evaluator.change({ kind: "patient", at: T, actor: ACTOR, patient: patient(`p${n}`) });
        await setUp.evaluator.change({ kind: "device", at: T, actor: ACTOR, device: device(`d${n}`) });
        await setUp.evaluator.change({ kind: "assignment", at: T, actor: ACTOR, assignment: assignment(`d${n}`, `p${n}`, T) });
      }
      setUp.crash();
      for (let n = 0; n < MESSAGES; n++) {
        clocks.advance(PER_MESSAGE * SECOND);
        const before = opened.ledger.position();
        for (const device of ["d1", "d2", "d3"]) await journal.commit(messageAt(n, device));
        await settle();
        if (opened.ledger.position() > before) adopted++;
      }
      const clean = await openLedger(await tempFolder());
      const reference = await startEvaluator(clean.ledger, { journal, clocks, createEngine: shipped });
      await reference.settle();
      const feedOf = ({ ledger }: typeof opened) => ledger.feedAfter(0, 1_000).map(({ kind, at, payload }) => ({ kind, at, payload }));
      expect(feedOf(opened)).toEqual(feedOf(clean));
      expect(opened.ledger.alerts({ limit: 100, severity: ["S1", "S2"] }).items.map(({ patient, status }) => [patient, status])).toEqual(
        expect.arrayContaining([
          ["p1", "cleared"],
          ["p2", "cleared"],
          ["p3", "cleared"],
        ]),
      );
      await opened[Symbol.asyncDispose]();
      await clean[Symbol.asyncDispose]();
    }),
    {
      numRuns: 6,
      seed: 20_261_122,
      // Each part of the first checkpoints and what adopts them, one kill after another.
      examples: [[[3, 5, 7, 8, 8, 9, 9].map((call, index) => ({ call, reaches: index % 2 === 0 }))]],
    },
  );
  expect(Math.min(counts.stage, counts.commit, counts.adopt)).toBeGreaterThan(0);
  expect(adopted).toBeGreaterThan(10);
});
