import { describe, expect, test } from "vitest";
import type { Alert, Severity } from "#core/alerts/alert.ts";
import { alertLike } from "#tests/support/alert-like.ts";
import { openLiveBench, settle } from "#tests/support/live-bench.ts";
import type { Frame, LiveBench } from "#tests/support/live-bench.ts";

const EVERYTHING = { type: "subscribe", id: "a", alerts: { minSeverity: "S4" }, patients: ["*"], metrics: [] };
const ids = (frames: readonly Frame[]): string[] => frames.map((frame) => (frame["alert"] as Alert).id);

/** What stood open in a snapshot. */
const open = (snapshot: Frame | undefined): Alert[] => (snapshot?.["alerts"] ?? []) as Alert[];

const raise = (bench: LiveBench, id: string, more: Partial<Omit<Alert, "id" | "patient">> & { patient?: string | null } = {}): void => {
  bench.hub.publish([bench.feed.commit(alertLike(id, { patient: "p1", ...more }))]);
};

const openWard = () => {
  const bench = openLiveBench();
  bench.see("p1", "t1");
  bench.see("p2", "t1");
  bench.see("foreign", "t9");
  return bench;
};

describe("the stream of alerts", () => {
  test("a viewer gets hello, a snapshot of what is open, then each transition the moment it is committed", async () => {
    const bench = openWard();
    raise(bench, "before");
    const viewer = bench.connect();
    viewer.say(EVERYTHING);
    await settle();
    raise(bench, "after");
    const frames = viewer.frames();
    expect(frames.map((frame) => frame.type)).toEqual(["hello", "snapshot", "alert"]);
    expect(frames[0]).toMatchObject({ heartbeatS: 10, version: "0.0.0-test", now: bench.clocks.clinical.now() });
    expect(frames[1]).toMatchObject({ id: "a", cursor: "1" });
    expect(open(frames[1]).map((alert) => alert.id)).toEqual(["before"]);
    expect(frames[2]).toMatchObject({ cursor: "2", version: 1, alert: { id: "after" } });
  });

  test("a viewer who was away while 30 alerts were raised gets exactly those, in order, then the live ones", async () => {
    const bench = openWard();
    raise(bench, "seen");
    const first = bench.connect();
    first.say(EVERYTHING);
    await settle();
    raise(bench, "seen-live");
    const cursor = first.frames("alert").at(-1)?.["cursor"];
    first.connection.gone();
    const missed = Array.from({ length: 30 }, (_, n) => `missed-${n}`);
    for (const id of missed) raise(bench, id);
    const again = bench.connect();
    again.say({ ...EVERYTHING, after: cursor });
    await settle();
    raise(bench, "live");
    expect(again.frames("snapshot")[0]).toMatchObject({ cursor });
    expect(ids(again.frames("alert"))).toEqual([...missed, "live"]);
    expect(again.frames("gap")).toEqual([]);
  });

  test("a cursor survives a restart of the hub", async () => {
    const bench = openWard();
    for (const id of ["a1", "a2", "a3"]) raise(bench, id);
    bench.restartHub();
    const viewer = bench.connect();
    viewer.say({ ...EVERYTHING, after: "1" });
    await settle();
    raise(bench, "a4");
    expect(ids(viewer.frames("alert"))).toEqual(["a2", "a3", "a4"]);
  });

  test("an event that is in the ledger but not yet published comes once, with the snapshot's cursor before or after it", async () => {
    const bench = openWard();
    raise(bench, "a1");
    const event = bench.feed.commit(alertLike("racing", { patient: "p1" }));
    const fresh = bench.connect();
    fresh.say(EVERYTHING);
    const resumed = bench.connect();
    resumed.say({ ...EVERYTHING, after: "1" });
    await settle();
    bench.hub.publish([event]);
    expect(open(fresh.frames("snapshot")[0]).map((alert) => alert.id)).toContain("racing");
    expect(fresh.frames("alert")).toEqual([]);
    expect(ids(resumed.frames("alert"))).toEqual(["racing"]);
  });

  test("alerts raised while a long replay is under way are neither lost nor repeated", async () => {
    const bench = openWard();
    for (let n = 0; n < 1_000; n += 1) raise(bench, `old-${n}`);
    const viewer = bench.connect();
    viewer.state.isReading = false;
    viewer.say({ ...EVERYTHING, alerts: { minSeverity: "S4" }, after: "0" });
    for (let n = 0; n < 30; n += 1) {
      await settle(1);
      raise(bench, `new-${n}`);
      viewer.resumeReading();
      viewer.state.isReading = false;
    }
    viewer.resumeReading();
    await settle(20);
    const cursors = viewer.frames("alert").map((frame) => Number(frame["cursor"]));
    expect(cursors).toEqual(Array.from({ length: 1_030 }, (_, n) => n + 1));
    expect(viewer.state.closed).toBeNull();
  });

  test.for(["nonsense", "-1", "1.5", "999", "99999999999999999999", "", "1e3", -3, "0x1"])(
    "the cursor %j that cannot be replayed is answered by gap, and the stream goes on",
    async (after) => {
      const bench = openWard();
      raise(bench, "a1");
      const viewer = bench.connect();
      viewer.say({ ...EVERYTHING, after });
      await settle();
      raise(bench, "a2");
      expect(viewer.frames("gap")[0]).toMatchObject({ id: "a", from: String(after), to: "1" });
      expect(viewer.frames("snapshot")[0]).toMatchObject({ cursor: "1" });
      expect(ids(viewer.frames("alert"))).toEqual(["a2"]);
    },
  );

  test("a cursor older than what is kept is a gap; the oldest that can be replayed is not", async () => {
    const bench = openWard();
    for (const id of ["a1", "a2", "a3", "a4"]) raise(bench, id);
    bench.feed.forget(2);
    const late = bench.connect();
    late.say({ ...EVERYTHING, after: "1" });
    const just = bench.connect();
    just.say({ ...EVERYTHING, after: "2" });
    await settle();
    expect(late.frames("gap")[0]).toMatchObject({ from: "1", to: "4" });
    expect(just.frames("gap")).toEqual([]);
    expect(ids(just.frames("alert"))).toEqual(["a3", "a4"]);
  });

  test("an empty feed can be resumed from its beginning", async () => {
    const bench = openWard();
    const viewer = bench.connect();
    viewer.say({ ...EVERYTHING, after: "0" });
    await settle();
    raise(bench, "a1");
    expect(viewer.frames("gap")).toEqual([]);
    expect(ids(viewer.frames("alert"))).toEqual(["a1"]);
  });

  test("a connection with two subscriptions gets a live transition once", async () => {
    const bench = openWard();
    const viewer = bench.connect();
    viewer.say(EVERYTHING);
    viewer.say({ ...EVERYTHING, id: "b" });
    await settle();
    raise(bench, "a1");
    expect(viewer.frames("snapshot").map((frame) => frame["id"])).toEqual(["a", "b"]);
    expect(ids(viewer.frames("alert"))).toEqual(["a1"]);
  });

  test("after unsubscribe nothing comes", async () => {
    const bench = openWard();
    const viewer = bench.connect();
    viewer.say(EVERYTHING);
    await settle();
    viewer.say({ type: "unsubscribe", id: "a" });
    raise(bench, "a1");
    expect(viewer.frames("alert")).toEqual([]);
  });

  test("referrals, devices and system events of the ledger come in the same order with their cursor", async () => {
    const bench = openWard();
    const viewer = bench.connect();
    viewer.say(EVERYTHING);
    await settle();
    const at = bench.clocks.clinical.now();
    const institution = bench.institution("t1");
    bench.hub.publish([
      bench.feed.add({
        kind: "referral",
        at,
        patient: null,
        institution,
        payload: { version: 2, referral: { id: "ref_1", state: "accepted" } },
      }),
      bench.feed.add({ kind: "device", at, patient: null, institution, payload: { event: "device.silent", device: "d1" } }),
    ]);
    expect(viewer.frames("referral", "device")).toEqual([
      { type: "referral", cursor: "1", version: 2, referral: { id: "ref_1", state: "accepted" } },
      { type: "device", cursor: "2", event: "device.silent", device: "d1" },
    ]);
  });
});

describe("what a subscription asks for", () => {
  const severities: readonly Severity[] = ["S1", "S2", "S3", "S4", "T"];
  const cases: readonly [Readonly<Record<string, unknown>> | null | undefined, string][] = [
    [{ minSeverity: "S1" }, "S1 T"],
    [{ minSeverity: "S2" }, "S1 S2 T"],
    [{ minSeverity: "S4" }, "S1 S2 S3 S4 T"],
    [{ minSeverity: "S3", technical: false }, "S1 S2 S3"],
    [{}, "S1 S2 S3 S4 T"],
    [undefined, "S1 S2 S3 S4 T"],
    [null, ""],
  ];
  test.for(cases)("alerts %j brings %s, in snapshot and stream alike", async ([alerts, expected]) => {
    const bench = openWard();
    for (const severity of severities) raise(bench, `old-${severity}`, { severity });
    const viewer = bench.connect();
    viewer.say({ type: "subscribe", id: "a", alerts });
    await settle();
    for (const severity of severities) raise(bench, `new-${severity}`, { severity });
    const shown = open(viewer.frames("snapshot")[0])
      .map((alert) => alert.severity)
      .reverse();
    expect(shown.join(" ")).toBe(expected);
    expect(
      viewer
        .frames("alert")
        .map((frame) => (frame["alert"] as Alert).severity)
        .join(" "),
    ).toBe(expected);
  });

  test("named patients bring their alerts alone", async () => {
    const bench = openWard();
    const viewer = bench.connect();
    viewer.say({ ...EVERYTHING, patients: ["p2", "foreign"] });
    await settle();
    raise(bench, "a1", { patient: "p1" });
    raise(bench, "a2", { patient: "p2" });
    raise(bench, "a3", { patient: "foreign" });
    raise(bench, "a4", { patient: null });
    expect(ids(viewer.frames("alert"))).toEqual(["a2"]);
  });

  test("an alert that ended without a person is not in the snapshot, a latched one is", async () => {
    const bench = openWard();
    raise(bench, "ended", { severity: "S3", status: "cleared" });
    raise(bench, "latched", { status: "cleared", latched: true });
    const viewer = bench.connect();
    viewer.say(EVERYTHING);
    await settle();
    expect(open(viewer.frames("snapshot")[0]).map((alert) => alert.id)).toEqual(["latched"]);
  });
});

describe("who sees what", () => {
  test("two institutions see zero bytes of each other, live, in snapshots and when resuming", async () => {
    const bench = openLiveBench();
    bench.see("canary-alpha", "t1");
    bench.see("canary-beta", "t9");
    const frame = { ...EVERYTHING, metrics: ["*"] };
    const act = (round: number): void => {
      raise(bench, `alert-alpha-${round}`, { patient: "canary-alpha", institution: bench.institution("t1") });
      raise(bench, `alert-beta-${round}`, { patient: "canary-beta", institution: bench.institution("t9") });
      raise(bench, `server-beta-${round}`, { patient: null, institution: bench.institution("t9"), severity: "T" });
      bench.hub.reading(bench.reading("canary-alpha", "spo2", 93));
      bench.hub.reading(bench.reading("canary-beta", "spo2", 94));
      bench.hub.system({ condition: "channel_down", active: true, at: 1, institution: bench.institution("t9"), detail: "webhook-beta" });
    };
    act(0);
    const viewers = [bench.connect("a", "t1"), bench.connect("b", "t1"), bench.connect("c", "t1")];
    viewers[0]?.say(frame);
    viewers[1]?.say({ ...frame, after: "0" });
    viewers[2]?.say({ ...frame, patients: ["canary-alpha", "canary-beta"], after: "1" });
    await settle();
    act(1);
    bench.clocks.advance(20_000);
    await settle();
    for (const viewer of viewers) {
      expect(viewer.frames("alert").length).toBeGreaterThan(0);
      expect(viewer.frames("reading").length).toBeGreaterThan(0);
      expect(viewer.bytes.toString("latin1")).not.toContain("beta");
    }
  });

  test("a transfer stops alerts and readings at once, also those that waited", async () => {
    const bench = openWard();
    const viewer = bench.connect();
    viewer.say({ ...EVERYTHING, metrics: ["*"] });
    await settle();
    bench.hub.reading(bench.reading("p1", "spo2", 93));
    await settle();
    bench.hub.reading(bench.reading("p1", "spo2", 92));
    bench.see("p1", "t9");
    raise(bench, "a1");
    bench.clocks.advance(200);
    expect(viewer.frames("reading").map((frame) => frame["value"])).toEqual([93]);
    expect(viewer.frames("alert")).toEqual([]);
  });

  test("a session that ends is closed with 4401 within 5 s, at once when the hub is told, and gets nothing more", async () => {
    const bench = openWard();
    const [told, found, stays] = [bench.connect("told"), bench.connect("found"), bench.connect("stays")];
    for (const viewer of [told, found, stays]) viewer.say(EVERYTHING);
    await settle();
    bench.hub.endSession("told");
    expect(told.state.closed?.code).toBe(4401);
    bench.ended.set("found", "signed_out");
    bench.clocks.advance(4_999);
    expect(found.state.closed?.code).toBe(4401);
    raise(bench, "a1");
    expect(told.frames("alert")).toEqual([]);
    expect(found.frames("alert")).toEqual([]);
    expect(ids(stays.frames("alert"))).toEqual(["a1"]);
    expect(bench.hub.viewers).toBe(1);
  });

  test("a viewer who moved to another institution sees what that one sees, without signing in again", async () => {
    let institution = "t1";
    const bench = openLiveBench({ refresh: (viewer) => ({ ...viewer, institution }) });
    bench.see("p1", "t1");
    bench.see("p9", "t9");
    const viewer = bench.connect();
    viewer.say(EVERYTHING);
    await settle();
    institution = "t9";
    bench.clocks.advance(2_000);
    raise(bench, "old", { patient: "p1" });
    raise(bench, "new", { patient: "p9" });
    expect(ids(viewer.frames("alert"))).toEqual(["new"]);
  });

  test("an account that may no longer watch is closed with 4403", () => {
    const bench = openWard();
    const viewer = bench.connect("x");
    bench.ended.set("x", "not_allowed");
    bench.hub.recheck();
    expect(viewer.state.closed?.code).toBe(4403);
  });
});
