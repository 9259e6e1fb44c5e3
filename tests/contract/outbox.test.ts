/** The promises of the outbox port, kept by the ledger's transaction. */
import { describe, expect, test } from "vitest";
import type { AlertId, DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { Outbox } from "#ports/outbox.ts";
import { T, WALL, alert, institution, openLedger, subscription, tempFolder, transition, work } from "./ledger-fixture.ts";

const dueVersions = (outbox: Outbox, now = WALL): [string, string, number][] =>
  outbox.due(now, 100).map(({ webhook, subject, version }) => [webhook, subject, version]);
const attempt = (status: "pending" | "confirmed" | "failed", nextAt: number | null = null) => ({
  at: WALL + 10,
  status,
  nextAt,
  httpStatus: status === "confirmed" ? 200 : 500,
  error: status === "confirmed" ? null : "HTTP 500",
});

describe("the outbox", () => {
  test("queues what an active subscription of the institution asked for, in the alert's own commit", async () => {
    const { ledger, outbox } = await openLedger(await tempFolder());
    await outbox.subscribe(subscription("all"));
    await outbox.subscribe(subscription("cleared-only", { types: ["alert.cleared"] }));
    await outbox.subscribe(subscription("other", { institution: "t9" as InstitutionId }));
    await outbox.subscribe(subscription("ended", { status: "ended" }));
    const { queued } = await ledger.commit(work([transition("a"), transition("a", { version: 2, stale: true }, null)]));
    expect(queued).toBe(true);
    const due = outbox.due(WALL, 10);
    expect(due).toMatchObject([
      { webhook: "all", type: "alert.raised", subject: "a", version: 1, attempts: 0, status: "pending", nextAt: WALL },
    ]);
    expect(JSON.parse(due[0]?.body ?? "")).toEqual({
      type: "alert.raised",
      timestamp: new Date(T).toISOString(),
      data: {
        alert: "a",
        patient: "p1",
        device: "d1",
        version: 1,
        severity: "S2",
        tier: "T1",
        rule: { id: "SPO2-A1", version: 1 },
        url: "/alerts/a",
      },
    });
    expect((await ledger.commit(work([transition("a")]))).queued).toBe(false);
    expect(outbox.deliveries({ webhook: "all", limit: 10 }).items).toHaveLength(1);
  });

  test("gives the whole alert only to who asked for it", async () => {
    const { ledger, outbox } = await openLedger(await tempFolder());
    await outbox.subscribe(subscription("w", { detail: "full" }));
    await ledger.commit(work([transition("a")]));
    expect(JSON.parse(outbox.due(WALL, 1)[0]?.body ?? "")).toMatchObject({ data: { alert: "a", detail: alert("a") } });
  });

  test("tells the institutions of the alliance whose tier was reached, from then until it is left", async () => {
    const { ledger, outbox, accounts } = await openLedger(await tempFolder());
    await accounts.putInstitution(institution("t1", "T1"));
    await accounts.putInstitution(institution("t2", "T2"));
    await accounts.putInstitution(institution("t3", "T3"));
    await accounts.putInstitution(institution("t2-south", "T2", "south"));
    for (const id of ["t1", "t2", "t3", "t2-south"]) await outbox.subscribe(subscription(id, { institution: id as InstitutionId }));
    const reached: EngineEvent = {
      kind: "tier-reached",
      key: "r",
      at: T + 5,
      alert: "a" as AlertId,
      patient: "p1" as PatientId,
      tier: "T2",
    };
    const left: EngineEvent = { kind: "tier-left", key: "l", at: T + 9, alert: "a" as AlertId };
    await ledger.commit(
      work([
        transition("a"),
        transition("a", { version: 2 }, "alert.escalated", T + 5),
        reached,
        left,
        transition("a", { version: 3, status: "closed" }, "alert.closed", T + 9),
        transition("a", { version: 4 }, "alert.raised", T + 20),
      ]),
    );
    const versions = (webhook: string): number[] =>
      outbox
        .deliveries({ webhook, limit: 10 })
        .items.map(({ version }) => version)
        .sort((a, b) => a - b);
    expect(versions("t1")).toEqual([1, 2, 3, 4]);
    expect(versions("t2")).toEqual([2, 3]);
    expect(versions("t3")).toEqual([]);
    expect(versions("t2-south")).toEqual([]);
  });

  test("lets the versions of one alert leave one after the other, and others meanwhile", async () => {
    const { ledger, outbox } = await openLedger(await tempFolder());
    await outbox.subscribe(subscription("w"));
    await ledger.commit(
      work([
        transition("a"),
        transition("a", { version: 2 }, "alert.acknowledged"),
        transition("a", { version: 3 }, "alert.cleared"),
        transition("b"),
      ]),
    );
    expect(dueVersions(outbox)).toEqual([
      ["w", "a", 1],
      ["w", "b", 1],
    ]);
    const [first] = outbox.due(WALL, 1);
    await outbox.record(first?.id ?? "", attempt("pending", WALL + 1_000));
    expect(dueVersions(outbox)).toEqual([["w", "b", 1]]);
    expect(outbox.delivery(first?.id ?? "")).toMatchObject({ attempts: 1, lastStatus: 500, lastError: "HTTP 500", nextAt: WALL + 1_000 });
    await outbox.record(outbox.due(WALL, 1)[0]?.id ?? "", attempt("confirmed"));
    expect(outbox.nextDue()).toBe(WALL + 1_000);
    await outbox.record(first?.id ?? "", attempt("confirmed"));
    expect(outbox.nextDue()).toBe(WALL + 10);
    expect(dueVersions(outbox, WALL + 10)).toEqual([["w", "a", 2]]);
    await outbox.record(outbox.due(WALL + 10, 1)[0]?.id ?? "", attempt("failed"));
    expect(dueVersions(outbox, WALL + 10)).toEqual([["w", "a", 3]]);
    await outbox.record(outbox.due(WALL + 10, 1)[0]?.id ?? "", attempt("confirmed"));
    expect(outbox.nextDue()).toBeNull();
    expect(dueVersions(outbox, Infinity)).toEqual([]);
  });

  test("replays a failed delivery under its own id, before later versions", async () => {
    const { ledger, outbox } = await openLedger(await tempFolder());
    await outbox.subscribe(subscription("w"));
    await ledger.commit(work([transition("a"), transition("a", { version: 2 }, "alert.cleared")]));
    const [first] = outbox.due(WALL, 1);
    await outbox.record(first?.id ?? "", attempt("failed"));
    expect(dueVersions(outbox, WALL + 10)).toEqual([["w", "a", 2]]);
    const again = await outbox.replay(first?.id ?? "", WALL + 20);
    expect(again).toMatchObject({ id: first?.id, messageId: first?.messageId, status: "pending", attempts: 0, nextAt: WALL + 20 });
    expect(dueVersions(outbox, WALL + 20)).toEqual([["w", "a", 1]]);
    await outbox.record(first?.id ?? "", attempt("confirmed"));
    expect(dueVersions(outbox, WALL + 20)).toEqual([["w", "a", 2]]);
    expect(await outbox.replay("unknown", WALL)).toBeNull();
  });

  test("fails what waits when a subscription ends, and queues nothing more for it", async () => {
    const { ledger, outbox } = await openLedger(await tempFolder());
    await outbox.subscribe(subscription("w"));
    await ledger.commit(work([transition("a"), transition("b")]));
    const [first] = outbox.due(WALL, 1);
    await outbox.end("w", "gone");
    expect(outbox.subscription("w")?.status).toBe("ended");
    expect(outbox.due(Infinity, 10)).toEqual([]);
    expect(outbox.deliveries({ webhook: "w", limit: 10 }).items.map(({ status }) => status)).toEqual(["failed", "failed"]);
    await outbox.record(first?.id ?? "", attempt("pending", WALL + 1));
    expect(outbox.delivery(first?.id ?? "")?.status).toBe("failed");
    expect((await ledger.commit(work([transition("c")]))).queued).toBe(false);
    await outbox.end("unknown", "deleted");
  });

  test("queues messages outside an alert, and tells of silent devices in order", async () => {
    const { ledger, outbox } = await openLedger(await tempFolder());
    await outbox.subscribe(subscription("w"));
    const id = await outbox.enqueue({ webhook: "w", type: "test", subject: "test", version: 1, body: "{}", at: WALL });
    expect(outbox.delivery(id)).toMatchObject({ type: "test", status: "pending", nextAt: WALL, body: "{}" });
    const presence = (type: "device.silent" | "device.returned", n: number): EngineEvent => ({
      kind: "device-presence",
      key: `presence-${n}`,
      at: T + n,
      type,
      device: "d1" as DeviceId,
      patient: "p1" as PatientId,
      institution: "t1" as InstitutionId,
    });
    const { feed } = await ledger.commit(work([presence("device.silent", 1), presence("device.returned", 2)]));
    expect(feed.map(({ kind, payload }) => [kind, payload])).toEqual([
      ["device", { event: "device.silent", device: "d1", patient: "p1", at: T + 1 }],
      ["device", { event: "device.returned", device: "d1", patient: "p1", at: T + 2 }],
    ]);
    expect(ledger.feedAfter(0, 10)).toEqual(feed);
    expect(outbox.due(WALL, 10).map(({ type }) => type)).toEqual(["test", "device.silent"]);
    expect((await ledger.commit(work([presence("device.silent", 1)]))).feed).toEqual([]);
  });

  test("lists deliveries newest first, page by page", async () => {
    const { outbox } = await openLedger(await tempFolder());
    await outbox.subscribe(subscription("w"));
    for (let n = 1; n <= 5; n++) await outbox.enqueue({ webhook: "w", type: "test", subject: `s${n}`, version: 1, body: "{}", at: WALL });
    const page = outbox.deliveries({ webhook: "w", limit: 2 });
    expect(page.items.map(({ subject }) => subject)).toEqual(["s5", "s4"]);
    const rest = outbox.deliveries({ webhook: "w", limit: 10, before: String(page.next) });
    expect(rest.items.map(({ subject }) => subject)).toEqual(["s3", "s2", "s1"]);
    expect(rest.next).toBeNull();
    expect(outbox.subscriptions("t1" as InstitutionId)).toHaveLength(1);
    expect(outbox.subscriptions(null)).toHaveLength(1);
  });

  test("says what waits, since when, and which webhooks the last word did not reach", async () => {
    const { outbox } = await openLedger(await tempFolder());
    expect(outbox.backlog()).toEqual({ pending: 0, oldestAt: null, unreachable: 0 });
    await outbox.subscribe(subscription("w"));
    await outbox.subscribe(subscription("other"));
    const queue = (webhook: string, n: number) =>
      outbox.enqueue({ webhook, type: "test", subject: `s${n}`, version: 1, body: "{}", at: WALL + n });
    const [first, second, third] = [await queue("w", 1), await queue("w", 2), await queue("other", 3)];
    expect(outbox.backlog()).toEqual({ pending: 3, oldestAt: WALL + 1, unreachable: 0 });
    await outbox.record(first, attempt("failed"));
    await outbox.record(third, attempt("confirmed"));
    expect(outbox.backlog()).toEqual({ pending: 1, oldestAt: WALL + 2, unreachable: 1 });
    await outbox.record(second, attempt("confirmed"));
    expect(outbox.backlog()).toMatchObject({ pending: 0, unreachable: 0 });
    await outbox.record(await queue("other", 4), attempt("failed"));
    expect(outbox.backlog()).toMatchObject({ unreachable: 1 });
    await outbox.end("other", "deleted");
    expect(outbox.backlog()).toMatchObject({ unreachable: 0 });
  });
});
