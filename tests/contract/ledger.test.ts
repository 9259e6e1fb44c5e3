/** The promises of the ledger port, kept by the SQLite adapter. */
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertId, DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { DataGapEntry } from "#core/journal-entry.ts";
import type { EngineCheckpoint } from "#core/rules/engine.ts";
import type { ActRecorded, EngineEvent } from "#core/rules/engine-event.ts";
import type { Ledger } from "#ports/ledger.ts";
import { ACTOR, T, alert, openLedger, tempFolder, transition, work } from "./ledger-fixture.ts";

const ids = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

const part = (key: string, value: number): EngineCheckpoint => ({ key, bytes: new Uint8Array([value]) });
const partsOf = (ledger: Ledger): Record<string, number[]> =>
  Object.fromEntries([...ledger.checkpoints()].map(({ key, bytes }) => [key, [...bytes]]));

describe("the ledger", () => {
  test("hands back each new event with a rising cursor and answers it again after a restart", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    const { feed, queued } = await first.ledger.commit(
      work([transition("a"), transition("b"), transition("a", { version: 2, status: "acknowledged" }, "alert.acknowledged")], {
        position: 7,
      }),
    );
    expect(feed.map(({ cursor }) => cursor)).toEqual([1, 2, 3]);
    expect(queued).toBe(false);
    expect(first.ledger.feedAfter(0, 10)).toEqual(feed);
    await first[Symbol.asyncDispose]();

    const { ledger } = await openLedger(folder);
    expect(ledger.position()).toBe(7);
    expect(ledger.feedAfter(0, 10)).toEqual(feed);
    expect(ledger.feedAfter(1, 1)).toEqual(feed.slice(1, 2));
    expect(ledger.feedBounds()).toEqual({ newest: 3, oldest: 1 });
    expect(ledger.alert("a" as AlertId)).toEqual(alert("a", { version: 2, status: "acknowledged" }));
    expect(ledger.transitions("a" as AlertId).map(({ alert, type }) => [alert.version, type])).toEqual([
      [1, "alert.raised"],
      [2, "alert.acknowledged"],
    ]);
  });

  test("changes nothing when an event comes again", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const raised = transition("a");
    const cleared = transition("a", { version: 2, status: "cleared" }, "alert.cleared");
    await ledger.commit(work([raised, cleared]));
    const again = await ledger.commit(work([raised, cleared, transition("b")]));
    expect(again.feed.map(({ payload }) => payload)).toEqual([{ version: 1, alert: alert("b") }]);
    expect(ledger.alert("a" as AlertId)?.status).toBe("cleared");
    expect(ledger.feedBounds().newest).toBe(3);
  });

  test("commits calls made at once in their order", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ledger.commit(work([transition(`a${index}`)], { position: index + 1 }))),
    );
    expect(results.map(({ feed }) => feed[0]?.cursor)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(ledger.position()).toBe(50);
  });

  test("writes all of a commit or nothing", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const broken = { ...transition("b"), alert: { ...alert("b"), severity: null } } as unknown as EngineEvent;
    const [bad, good] = await Promise.allSettled([
      ledger.commit(work([transition("a"), broken], { position: 5 })),
      ledger.commit(work([transition("c")], { position: 6 })),
    ]);
    expect(bad).toMatchObject({ status: "rejected", reason: { code: "ledger_failed" } });
    expect(good.status).toBe("fulfilled");
    expect(ledger.alert("a" as AlertId)).toBeNull();
    expect(ledger.position()).toBe(6);
    expect(ids(ledger.openAlerts())).toEqual(["c"]);
  });

  test("refuses a first opener's commits once another has opened it", async () => {
    const folder = await tempFolder();
    const old = await openLedger(folder);
    await old.ledger.commit(work([transition("a")]));
    const young = await openLedger(folder);
    await expect(old.ledger.commit(work([transition("b")]))).rejects.toMatchObject({ code: "ledger_fenced" });
    await expect(old.accounts.putSetting("k", "v")).rejects.toMatchObject({ code: "ledger_fenced" });
    await young.ledger.commit(work([transition("c")]));
    expect(ids(young.ledger.openAlerts()).sort()).toEqual(["a", "c"]);
  });

  test("says what is wrong when it cannot be opened, and is closed once it is closed", async () => {
    const folder = await tempFolder();
    await expect(openLedger(join(folder, "missing"))).rejects.toMatchObject({ code: "ledger_failed" });
    await writeFile(join(folder, "ledger.sqlite"), "this is no database, but long enough to be taken for one".repeat(40));
    await expect(openLedger(folder)).rejects.toMatchObject({ code: "ledger_failed" });
    const other = await tempFolder();
    const opened = await openLedger(other);
    const last = opened.ledger.commit(work([transition("a")]));
    await opened[Symbol.asyncDispose]();
    await opened.ledger[Symbol.asyncDispose]();
    expect((await last).feed).toHaveLength(1);
    await expect(opened.ledger.commit(work([]))).rejects.toMatchObject({ code: "ledger_closed" });
    expect((await stat(join(other, "ledger.sqlite"))).mode & 0o777).toBe(0o600);
  });

  test("lists alerts newest first, page by page, by every filter", async () => {
    const { ledger } = await openLedger(await tempFolder());
    await ledger.commit(
      work([
        transition("a", { raisedAt: T }),
        transition("b", { raisedAt: T + 1, severity: "S1", tier: "T2" }),
        transition("c", { raisedAt: T + 1, patient: "p2" as PatientId, status: "acknowledged" }),
        transition("d", { raisedAt: T + 3, patient: null, severity: "T", institution: "t2" as InstitutionId, latched: false }),
        transition("e", { raisedAt: T + 4, status: "cleared", latched: false, severity: "S3" }),
        transition("f", { raisedAt: T + 5, status: "closed" }),
      ]),
    );
    expect(ids(ledger.openAlerts())).toEqual(["d", "c", "b", "a"]);
    expect(ids(ledger.alerts({ limit: 10 }).items)).toEqual(["f", "e", "d", "c", "b", "a"]);
    expect(ids(ledger.alerts({ limit: 10, severity: ["S1", "T"] }).items)).toEqual(["d", "b"]);
    expect(ids(ledger.alerts({ limit: 10, tier: ["T2"] }).items)).toEqual(["b"]);
    expect(ids(ledger.alerts({ limit: 10, status: ["open", "acknowledged"] }).items)).toEqual(["d", "c", "b", "a"]);
    expect(ids(ledger.alerts({ limit: 10, patients: ["p2" as PatientId] }).items)).toEqual(["c"]);
    const mine = { patients: ["p2" as PatientId], institutions: ["t2" as InstitutionId] };
    expect(ids(ledger.alerts({ limit: 10, ...mine }).items)).toEqual(["d", "c"]);
    expect(ids(ledger.alerts({ limit: 10, patients: [] }).items)).toEqual([]);
    await ledger.commit(work([transition("g", { raisedAt: T + 2, patient: null, severity: "T", institution: null, latched: false })]));
    expect(ids(ledger.alerts({ limit: 10, ...mine }).items)).toEqual(["d", "c"]);
    expect(ids(ledger.alerts({ limit: 10, ...mine, unowned: true }).items)).toEqual(["d", "g", "c"]);
    expect(ids(ledger.alerts({ limit: 10, institutions: ["t2" as InstitutionId] }).items)).toEqual(["d"]);

    const seen: string[] = [];
    for (let before: string | null | undefined; before !== null;) {
      const page = ledger.alerts({ limit: 2, ...(before === undefined ? {} : { before }) });
      seen.push(...ids(page.items));
      before = page.next;
    }
    expect(seen).toEqual(["f", "e", "d", "g", "c", "b", "a"]);
    expect(ledger.alerts({ limit: 2, before: "no cursor of ours" })).toEqual({ items: [], next: null });
  });

  test("keeps every act once, in order", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const act = (n: number): ActRecorded => ({
      kind: "act-recorded",
      key: `act-${n}`,
      at: T + n,
      alert: "a" as AlertId,
      actor: ACTOR,
      act: { kind: "comment", text: `comment ${n}` },
    });
    await ledger.commit(work([act(1), act(2)]));
    await ledger.commit(work([act(2), act(3)]));
    expect(ledger.acts("a" as AlertId)).toEqual([act(1), act(2), act(3)]);
  });

  test("keeps the newest checkpoint of each part and forgets deleted ones", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    const big = new Uint8Array([9, 1, 2, 3, 9]);
    await first.ledger.stage([{ key: "engine", bytes: big.subarray(1, 4) }]);
    await first.ledger.commit(work([], { position: 10, adopt: true }));
    await first.ledger.stage([part("patient:p1", 4), part("gone", 5)]);
    await first.ledger.commit(work([], { position: 20, adopt: true }));
    await first.ledger.stage([{ key: "gone", bytes: null }]);
    expect(partsOf(first.ledger)).toEqual({ engine: [1, 2, 3], "patient:p1": [4], gone: [5] });
    await first.ledger.commit(work([], { position: 30, adopt: true }));
    await first[Symbol.asyncDispose]();
    const { ledger } = await openLedger(folder);
    expect(ledger.position()).toBe(30);
    expect(partsOf(ledger)).toEqual({ engine: [1, 2, 3], "patient:p1": [4] });
  });

  test("shows nothing of a checkpoint before it is adopted, then all of it, whatever is committed between its parts", async () => {
    const { ledger } = await openLedger(await tempFolder());
    await ledger.stage([part("engine", 1), part("patient:p1", 1), part("patient:p2", 1)]);
    await ledger.commit(work([], { position: 10, adopt: true }));
    const before = partsOf(ledger);
    await ledger.stage([part("engine", 2), part("patient:p1", 2)]);
    await ledger.commit(work([transition("a")], { position: 10 }));
    await ledger.stage([part("patient:p3", 2), { key: "patient:p2", bytes: null }]);
    expect(partsOf(ledger)).toEqual(before);
    expect(ledger.position()).toBe(10);
    // Asked twice, for the first answer was lost.
    await ledger.stage([part("patient:p3", 2), { key: "patient:p2", bytes: null }]);
    await ledger.commit(work([transition("b")], { position: 20, adopt: true }));
    expect(partsOf(ledger)).toEqual({ engine: [2], "patient:p1": [2], "patient:p3": [2] });
    expect(ledger.position()).toBe(20);
    await ledger.stage([part("patient:p2", 3)]);
    await ledger.commit(work([], { position: 30, adopt: true }));
    expect(partsOf(ledger)).toEqual({ engine: [2], "patient:p1": [2], "patient:p2": [3], "patient:p3": [2] });
  });

  test("restores the last adopted checkpoint, and never mixes it with one that was not finished", async () => {
    const numbers = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ key: fc.constantFrom("engine", "patient:p1", "patient:p2"), value: fc.option(fc.nat(9)) }) },
        { weight: 2, arbitrary: fc.constant("adopt" as const) },
        { weight: 1, arbitrary: fc.constant("restart" as const) },
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(numbers, async (deeds) => {
        const folder = await tempFolder();
        let opened = await openLedger(folder);
        let adopted: Record<string, number[]> = {};
        let staged: typeof adopted = {};
        for (const [index, deed] of deeds.entries()) {
          if (deed === "restart") {
            // A second process takes over while the first still stands, as after a kill.
            opened = await openLedger(folder);
            staged = { ...adopted };
          } else if (deed === "adopt") {
            await opened.ledger.commit(work([], { position: index, adopt: true }));
            adopted = { ...staged };
            expect(opened.ledger.position()).toBe(index);
          } else if (deed.value === null) {
            await opened.ledger.stage([{ key: deed.key, bytes: null }]);
            delete staged[deed.key];
          } else {
            await opened.ledger.stage([part(deed.key, deed.value)]);
            staged[deed.key] = [deed.value];
          }
          expect(partsOf(opened.ledger)).toEqual(adopted);
        }
      }),
      { numRuns: 8, seed: 20_261_122 },
    );
  });

  test("keeps nothing of a part that is gone, and of the others one old version at most", async () => {
    const folder = await tempFolder();
    const { ledger } = await openLedger(folder);
    for (let round = 1; round <= 4; round++) {
      await ledger.stage([part("engine", round), part("patient:p1", round)]);
      await ledger.commit(work([], { position: round, adopt: true }));
    }
    await ledger.stage([{ key: "patient:p1", bytes: null }]);
    await ledger.commit(work([], { position: 5, adopt: true }));
    const db = new DatabaseSync(join(folder, "ledger.sqlite"), { readOnly: true });
    const rows = db.prepare("SELECT key FROM checkpoint_parts").all();
    db.close();
    expect(rows).toEqual([{ key: "engine" }, { key: "engine" }]);
  });

  test("goes on from a checkpoint that was written before there were generations", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    await first.ledger.commit(work([], { position: 9 }));
    await first[Symbol.asyncDispose]();
    const db = new DatabaseSync(join(folder, "ledger.sqlite"));
    db.exec(`DROP TABLE checkpoint_parts; DELETE FROM meta WHERE key = 'generation';
      CREATE TABLE checkpoints (key TEXT PRIMARY KEY, bytes BLOB NOT NULL); INSERT INTO checkpoints VALUES ('engine', x'07'), ('old', x'08');
      PRAGMA user_version = 2;`);
    db.close();
    const { ledger } = await openLedger(folder);
    expect(partsOf(ledger)).toEqual({ engine: [7], old: [8] });
    expect(ledger.position()).toBe(9);
    await ledger.stage([part("engine", 1), { key: "old", bytes: null }]);
    await ledger.commit(work([], { position: 10, adopt: true }));
    expect(partsOf(ledger)).toEqual({ engine: [1] });
  });

  test("takes no part from a process that another one has replaced", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder);
    const second = await openLedger(folder);
    await expect(first.ledger.stage([part("engine", 1)])).rejects.toMatchObject({ code: "ledger_fenced" });
    await second.ledger.commit(work([], { position: 1, adopt: true }));
    expect(partsOf(second.ledger)).toEqual({});
  });

  test("prunes the feed to its length, says where it begins and never uses a cursor twice", async () => {
    const folder = await tempFolder();
    const first = await openLedger(folder, { feedKept: 10 });
    for (let index = 1; index <= 25; index++) await first.ledger.commit(work([transition(`a${index}`)]));
    expect(first.ledger.feedBounds()).toEqual({ newest: 25, oldest: 16 });
    await first[Symbol.asyncDispose]();
    const { ledger } = await openLedger(folder, { feedKept: 10 });
    const { feed } = await ledger.commit(work([transition("b")]));
    expect(feed[0]?.cursor).toBe(26);
  });

  test("grants a reached tier access until the alert is left", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const reached: EngineEvent = { kind: "tier-reached", key: "r", at: T, alert: "a" as AlertId, patient: "p1" as PatientId, tier: "T2" };
    await ledger.commit(work([reached]));
    expect(ledger.grants()).toEqual([{ patient: "p1", tier: "T2", alert: "a", ground: "urgent_care", from: T, to: null }]);
    await ledger.commit(work([{ kind: "tier-left", key: "l", at: T + 5, alert: "a" as AlertId }]));
    expect(ledger.grants()).toEqual([]);
    await ledger.commit(work([reached]));
    expect(ledger.grants()).toEqual([]);
  });

  test("keeps rules, limits and notes as they were last stated", async () => {
    const { ledger } = await openLedger(await tempFolder());
    const p1 = "p1" as PatientId;
    const limits = { threshold: 88, reason: "chronic" };
    await ledger.commit(work([], { changes: [{ kind: "limits", at: T, actor: ACTOR, patient: p1, rule: "SPO2-A1", limits }] }));
    expect(ledger.limitsOf(p1)).toEqual(new Map([["SPO2-A1", limits]]));
    await ledger.commit(work([], { changes: [{ kind: "limits", at: T, actor: ACTOR, patient: p1, rule: "SPO2-A1", limits: null }] }));
    expect(ledger.limitsOf(p1).size).toBe(0);
    const note = (key: string, active: boolean): EngineEvent => ({
      kind: "rule-note",
      key,
      at: T,
      patient: p1,
      rule: "ASTH-1",
      note: "no_baseline",
      active,
      text: { en: "", zh: "" },
    });
    await ledger.commit(work([note("n1", true)]));
    expect(ledger.ruleNotes(p1)).toEqual([{ rule: "ASTH-1", note: "no_baseline" }]);
    await ledger.commit(work([note("n2", false)]));
    expect(ledger.ruleNotes(p1)).toEqual([]);
  });

  test("remembers the newest hundred data gaps of each device, whatever is said twice", async () => {
    const folder = await tempFolder();
    const gap = (device: string, from: number): DataGapEntry => ({
      kind: "data-gap",
      device: device as DeviceId,
      at: T + from,
      life: 0,
      from,
      to: from,
      reason: "voided",
    });
    const first = await openLedger(folder);
    const said = Array.from({ length: 120 }, (_, index) => gap("d1", index * 2));
    await first.ledger.commit(work([], { changes: [gap("d2", 5), ...said] }));
    // A crash: the journal says the newest of it again.
    await first.ledger.commit(work([], { changes: said.slice(60) }));
    const newest = said.slice(20).toReversed();
    expect(first.ledger.dataGaps("d1" as DeviceId)).toEqual(newest);
    await first[Symbol.asyncDispose]();
    const { ledger } = await openLedger(folder);
    expect(ledger.dataGaps("d1" as DeviceId)).toEqual(newest);
    expect(ledger.dataGaps("d2" as DeviceId)).toEqual([gap("d2", 5)]);
    expect(ledger.dataGaps("d3" as DeviceId)).toEqual([]);
  });

  test("closes what comes of a data gap after all, and keeps the rest open", async () => {
    const gap = (from: number, to: number, reason: DataGapEntry["reason"]): DataGapEntry => ({
      kind: "data-gap",
      device: "d1" as DeviceId,
      at: T,
      life: 0,
      from,
      to,
      reason,
    });
    const { ledger } = await openLedger(await tempFolder());
    const open = () => ledger.dataGaps("d1" as DeviceId).map(({ from, to }) => [from, to]);
    await ledger.commit(work([], { changes: [gap(10, 20, "not_resent"), gap(15, 15, "arrived"), gap(99, 99, "arrived")] }));
    expect(open()).toEqual([
      [16, 20],
      [10, 14],
    ]);
    await ledger.commit(work([], { changes: [gap(10, 10, "arrived"), gap(20, 20, "arrived")] }));
    expect(open()).toEqual([
      [16, 19],
      [11, 14],
    ]);
  });
});
