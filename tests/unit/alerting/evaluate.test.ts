/** The evaluator: order, durability, acts, ticks, trouble with the ledger. */
import { describe, expect, test } from "vitest";
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import type { EvaluateOptions } from "#alerting/evaluate.ts";
import { LedgerError } from "#contracts/errors/ledger.ts";
import type { AlertId, DeviceId, PatientId } from "#core/ids.ts";
import type { DataGapEntry } from "#core/journal-entry.ts";
import { MINUTE } from "#core/time.ts";
import type { Ledger } from "#ports/ledger.ts";
import { ACTOR, T, openLedger, patient, tempFolder } from "../../contract/ledger-fixture.ts";
import { acknowledge, message, startEvaluator } from "./evaluate-fixture.ts";
import { createScriptedEngine, SILENT_AFTER } from "./scripted-engine.ts";

describe("the evaluator", () => {
  test("says that it receives, and tells of an alert once it is committed", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const running = await startEvaluator(ledger);
    expect(running.engine().seen[0]).toEqual({ kind: "receiving", at: T, receiving: true });
    await running.journal.commit(message("d1", 80));
    await running.settle();
    expect(running.feed.map(({ payload }) => payload)).toMatchObject([{ version: 1, alert: { id: "d1", status: "open" } }]);
    expect(ledger.alert("d1" as AlertId)?.status).toBe("open");
    await running.evaluator[Symbol.asyncDispose]();
    expect(running.engine().seen.at(-1)).toEqual({ kind: "receiving", at: T, receiving: false });
    expect(ledger.position()).toBe(running.journal.head);
  });

  test("answers an act only when it is in the ledger, with actor and time", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const { evaluator, journal } = await startEvaluator(ledger);
    await journal.commit(message("d1", 80));
    expect(await evaluator.act(acknowledge("d1", 1))).toMatchObject({ outcome: "done", alert: { version: 2, status: "acknowledged" } });
    expect(ledger.alert("d1" as AlertId)).toMatchObject({ version: 2, acknowledgedBy: "nurse" });
    expect(ledger.acts("d1" as AlertId)).toMatchObject([{ at: T, actor: { user: "nurse" }, act: { kind: "acknowledge" } }]);
    expect(await evaluator.act(acknowledge("d1", 1))).toMatchObject({ outcome: "changed", alert: { version: 2 } });
    expect(await evaluator.act(acknowledge("d1", 2, "snooze"))).toMatchObject({ outcome: "refused", code: "s1_no_snooze" });
    expect(await evaluator.act(acknowledge("other", 1))).toEqual({ outcome: "unknown" });
    expect(ledger.acts("d1" as AlertId)).toHaveLength(1);
  });

  test("accepts a change when the registry shows it", async () => {
    const { ledger, registry } = await openLedger(await tempFolder());
    const { evaluator } = await startEvaluator(ledger);
    expect(await evaluator.change({ kind: "patient", at: T, actor: ACTOR, patient: patient("p1") })).toBe(true);
    expect(registry.patient("p1" as PatientId)).toEqual(patient("p1"));
  });

  test("shows a device's status within a second, without a commit for each", async () => {
    const { ledger, registry } = await openLedger(await tempFolder());
    let commits = 0;
    const counting: Ledger = { ...ledger, commit: (work) => (commits++, ledger.commit(work)) };
    const { journal, clocks, settle } = await startEvaluator(counting);
    const device = "d1" as DeviceId;
    await journal.commit({ kind: "status", device, arrivedAt: T, online: true, battery: 80 });
    await journal.commit({ kind: "status", device, arrivedAt: T + 1, rssi: -60 });
    expect(registry.presence(device)).toBeNull();
    clocks.advance(1_000);
    await settle();
    expect(registry.presence(device)).toEqual({ online: true, at: T + 1, battery: 80, rssi: -60 });
    expect(commits).toBe(1);
  });

  test("keeps a device's data gaps within a second, without a commit for each", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const { journal, clocks, settle } = await startEvaluator(ledger);
    const device = "d1" as DeviceId;
    const gap = (from: number, to: number): DataGapEntry => ({ kind: "data-gap", device, at: T, life: 0, from, to, reason: "not_resent" });
    await journal.commit(gap(4, 4));
    await journal.commit(gap(7, 9));
    expect(ledger.dataGaps(device)).toEqual([]);
    clocks.advance(1_000);
    await settle();
    expect(ledger.dataGaps(device)).toEqual([gap(7, 9), gap(4, 4)]);
  });

  test("journals a tick when the engine waits for absence, and only then", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const { journal, clocks, settle, engine, feed } = await startEvaluator(ledger);
    clocks.advance(10 * MINUTE);
    await settle();
    expect(engine().seen.filter(({ kind }) => kind === "tick")).toEqual([]);
    const now = clocks.clinical.now();
    await journal.commit(message("d1", 95, now));
    clocks.advance(SILENT_AFTER - 1);
    await settle();
    expect(engine().seen.filter(({ kind }) => kind === "tick")).toEqual([]);
    clocks.advance(1);
    await settle();
    expect(engine().seen.filter(({ kind }) => kind === "tick")).toEqual([{ kind: "tick", at: now + SILENT_AFTER }]);
    expect(feed.map(({ kind, payload }) => [kind, payload])).toMatchObject([["device", { event: "device.silent", device: "d1" }]]);
  });

  test("writes at most twenty ticks in a real second, however fast clinical time runs", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const clocks = createVirtualClocks({ start: T, speed: 3_600 });
    const { journal, settle, engine } = await startEvaluator(ledger, { clocks });
    for (let index = 0; index < 200; index++) await journal.commit(message(`d${index}`, 95, T + index * 1_000));
    for (let index = 0; index < 100; index++) {
      clocks.advance(10);
      await settle();
    }
    const ticks = engine().seen.filter(({ kind }) => kind === "tick").length;
    expect(ticks).toBeGreaterThan(0);
    expect(ticks).toBeLessThanOrEqual(20);
  });

  test("keeps a checkpoint at most a minute apart, and moves the journal's cursor with it", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const running = await startEvaluator(ledger);
    await running.journal.commit(message("d1", 95));
    await running.settle();
    expect(ledger.position()).toBe(0);
    running.clocks.advance(MINUTE);
    await running.settle();
    await running.settle();
    expect(ledger.position()).toBeGreaterThan(1);
    expect([...ledger.checkpoints()].map(({ key }) => key)).toEqual(["engine"]);
  });

  test("lets alerts wait while the ledger fails, and then commits each once, in order", async () => {
    const { ledger } = await openLedger(await tempFolder());
    let failures = 4;
    const flaky: Ledger = {
      ...ledger,
      commit: (work) => (failures-- > 0 ? Promise.reject(new LedgerError("ledger_failed")) : ledger.commit(work)),
    };
    const trouble: boolean[] = [];
    const { journal, clocks, settle, feed, diagnostics, engine } = await startEvaluator(flaky, {
      onTrouble: (active) => void trouble.push(active),
    });
    await journal.commit(message("d1", 80));
    await journal.commit(message("d1", 95));
    const settled = settle();
    for (let index = 0; index < 20; index++) {
      clocks.advance(1_000);
      await Promise.resolve();
    }
    await settled;
    await settle();
    expect(feed.map(({ payload }) => payload)).toMatchObject([{ version: 1 }, { version: 2 }]);
    expect(diagnostics.errors.filter((event) => event === "ledger_commit_failed")).toHaveLength(4);
    expect(trouble).toEqual([true, false]);
    const conditions = engine().seen.filter((entry) => entry.kind === "condition");
    expect(conditions.map(({ condition, active }) => [condition, active])).toEqual([
      ["ledger_failed", true],
      ["ledger_failed", false],
    ]);
  });

  test("stops when another process took the ledger, and says so to whoever waits", async () => {
    const folder = await tempFolder();
    const { ledger } = await openLedger(folder);
    let stopped: string | null = null;
    const { journal, evaluator, diagnostics } = await startEvaluator(ledger, { onStopped: ({ code }) => (stopped = code) });
    await journal.commit(message("d1", 80));
    await openLedger(folder);
    await journal.commit(message("d2", 80));
    expect(await evaluator.act(acknowledge("d1", 1))).toMatchObject({ outcome: "unavailable" });
    expect(stopped).toBe("ledger_fenced");
    expect(diagnostics.errors).toContain("ledger_fenced");
    expect(await evaluator.change({ kind: "patient", at: T, actor: ACTOR, patient: patient("p1") })).toBe(false);
    expect(await evaluator.condition({ condition: "x", active: true })).toBe(false);
  });

  test("goes on after a fault of the engine on one entry", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const { journal, settle, feed, diagnostics } = await startEvaluator(ledger);
    await journal.commit(message("d1", 666));
    await journal.commit(message("d2", 80));
    await settle();
    expect(diagnostics.errors).toEqual(["engine_step_failed"]);
    expect(feed).toHaveLength(1);
  });

  test("commits alerts while a checkpoint is on its way, and moves the position only when all of it is there", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const stages: (() => void)[] = [];
    const slow: Ledger = {
      ...ledger,
      stage: (parts) => new Promise<void>((resolve) => stages.push(() => void ledger.stage(parts).then(resolve))),
    };
    const { journal, clocks, settle, feed } = await startEvaluator(slow);
    clocks.advance(MINUTE);
    await settle();
    expect(stages).toHaveLength(1);
    const before = journal.head;
    await journal.commit(message("d1", 80));
    await settle();
    await journal.commit(message("d1", 95));
    await settle();
    expect(feed).toHaveLength(2);
    expect(ledger.position()).toBe(0);
    stages[0]?.();
    while (ledger.position() === 0) await ledger.stage([]);
    // The moment at which it began, not the one at which it was there.
    expect(ledger.position()).toBeLessThanOrEqual(before);
  });

  test("tries a part again until the ledger takes it", async () => {
    const { ledger } = await openLedger(await tempFolder());
    let failures = 2;
    const flaky: Ledger = {
      ...ledger,
      stage: (parts) => (failures-- > 0 ? Promise.reject(new LedgerError("ledger_failed")) : ledger.stage(parts)),
    };
    const { journal, clocks, diagnostics } = await startEvaluator(flaky);
    await journal.commit(message("d1", 95));
    clocks.advance(MINUTE);
    while (ledger.position() === 0) {
      clocks.advance(1_000);
      await ledger.stage([]);
    }
    expect(diagnostics.errors).toEqual(["ledger_commit_failed", "ledger_commit_failed"]);
    expect([...ledger.checkpoints()]).toHaveLength(1);
  });

  test("keeps its last good checkpoint when the next breaks off in the middle", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const createEngine: EvaluateOptions["createEngine"] = (restore) => ({
      ...createScriptedEngine(restore),
      checkpoint: function* () {
        yield { key: "engine", bytes: new Uint8Array(300_000) };
        throw new Error("a bug");
      },
    });
    const { journal, clocks, diagnostics, evaluator } = await startEvaluator(ledger, { createEngine });
    await journal.commit(message("d1", 80));
    clocks.advance(MINUTE);
    while (diagnostics.errors.length === 0) await ledger.stage([]);
    await evaluator[Symbol.asyncDispose]();
    expect(diagnostics.errors).toEqual(["engine_checkpoint_failed"]);
    expect(ledger.position()).toBe(0);
    expect([...ledger.checkpoints()]).toEqual([]);
    expect(ledger.openAlerts()).toHaveLength(1);
  });

  test("goes on from its last good checkpoint when the engine cannot give another", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const createEngine: EvaluateOptions["createEngine"] = (restore) => ({
      ...createScriptedEngine(restore),
      checkpoint: () => {
        throw new Error("a bug");
      },
    });
    const first = await startEvaluator(ledger, { createEngine });
    await first.journal.commit(message("d1", 80));
    first.clocks.advance(2 * MINUTE);
    await first.settle();
    await first.evaluator[Symbol.asyncDispose]();
    expect(first.diagnostics.errors).toEqual(["engine_checkpoint_failed"]);
    expect(ledger.position()).toBe(0);
    const second = await startEvaluator(ledger, { journal: first.journal });
    expect(second.evaluator.alertsOf("d1" as PatientId)).toMatchObject([{ version: 1, status: "open" }]);
    expect(ledger.openAlerts()).toHaveLength(1);
  });

  test("hands live batches on after the engine saw them", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const seen: string[] = [];
    const running = await startEvaluator(ledger, {
      onSamples: (batch) => void seen.push(...batch.map(({ entry }) => entry.kind)),
    });
    await running.journal.commit(message("d1", 95));
    expect(seen).toEqual(["receiving", "message"]);
    expect(running.evaluator.lag()).toBe(0);
  });

  test("lets others have their turn, and says that it is behind until it is level again", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const clocks = createVirtualClocks({ start: T });
    // A machine on which every look at the clock takes a fifth of a second.
    let spent = 0;
    const transportClock = { ...clocks.transport, monotonic: () => clocks.transport.monotonic() + (spent += 200) };
    const behind: boolean[] = [];
    const { journal, evaluator, engine } = await startEvaluator(ledger, {
      clocks,
      transportClock,
      onBehind: (now) => void behind.push(now),
    });
    const before = engine().seen.length;
    await Promise.all(Array.from({ length: 2_000 }, () => journal.commit(message("d1", 95))));
    expect(engine().seen.length - before).toBe(256);
    expect(evaluator.lag()).toBeGreaterThan(0);
    for (let index = 0; index < 20; index++) clocks.advance(1);
    expect(engine().seen.length - before).toBe(2_000);
    expect(evaluator.lag()).toBe(0);
    expect(behind).toEqual([true, false]);
  });

  test("stays itself when a listener fails", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const running = await startEvaluator(ledger, {
      onCommitted: () => {
        throw new Error("a viewer's fault");
      },
    });
    await running.journal.commit(message("d1", 80));
    await running.settle();
    expect(running.diagnostics.errors).toEqual(["committed_events_not_told"]);
    expect(ledger.openAlerts()).toHaveLength(1);
  });

  test("ends in bounded time on a disk that takes nothing, and leaves the rest to the journal", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const broken: Ledger = { ...ledger, commit: () => Promise.reject(new LedgerError("ledger_failed")) };
    const { journal, evaluator, clocks } = await startEvaluator(broken);
    await journal.commit(message("d1", 80));
    let closed = false;
    const closing = evaluator[Symbol.asyncDispose]().then(() => (closed = true));
    for (let index = 0; index < 50; index++) {
      clocks.advance(100);
      await Promise.resolve();
    }
    await closing;
    expect(closed).toBe(true);
    expect(ledger.position()).toBe(0);
  });
});
