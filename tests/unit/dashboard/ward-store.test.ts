/** The store behind the ward: any rate in, one notice per painted frame out, and never an older word over a newer one. */
import { describe, expect, test } from "vitest";
import type { ServerFrame } from "#contracts/live-protocol.ts";
import { createWardStore } from "../../../dashboards/web/src/data/ward-store.ts";
import { createTrends, lineSegments } from "../../../dashboards/web/src/data/trends.ts";
import { NOW, aPatient, anAlert } from "./dashboard-fixtures.ts";

const makeStore = () => {
  let flush: (() => void) | null = null;
  const store = createWardStore((run) => {
    flush = run;
  });
  return { store, paint: () => flush?.() };
};
const reading = (t: number, value: number | null, patient = "p1"): ServerFrame => ({
  type: "reading",
  patient,
  metric: "spo2",
  t,
  value,
  quality: value === null ? "bad" : "good",
});
const alertFrame = (cursor: string, over: Parameters<typeof anAlert>[0]): ServerFrame => {
  const alert = anAlert(over);
  return { type: "alert", cursor, version: alert.version, alert: alert as never };
};

describe("readings", () => {
  test("six hundred readings are one notice per patient, and nobody else hears of them", () => {
    const { store, paint } = makeStore();
    let mine = 0;
    let others = 0;
    store.subscribe("r:p1", () => (mine += 1));
    store.subscribe("r:p2", () => (others += 1));
    for (let index = 0; index < 600; index += 1) store.take(reading(NOW + index, 90));
    expect(mine).toBe(0);
    paint();
    expect([mine, others]).toEqual([1, 0]);
    expect(store.streams("p1")["spo2"]?.newest.t).toBe(NOW + 599);
  });

  test("what somebody holds does not change under their hands between two paintings", () => {
    const { store, paint } = makeStore();
    store.take(reading(NOW, 90));
    paint();
    const held = store.streams("p1");
    store.take(reading(NOW + 1, 80));
    expect(held["spo2"]?.newest.value).toBe(90);
    expect(store.streams("p1")).not.toBe(held);
  });

  test("an older reading never replaces a newer one, and an empty one keeps the last good one beside it", () => {
    const { store } = makeStore();
    store.take(reading(NOW, 91));
    store.take(reading(NOW - 1_000, 70));
    store.take(reading(NOW + 1_000, null));
    const stream = store.streams("p1")["spo2"];
    expect([stream?.newest.value, stream?.good?.value]).toEqual([null, 91]);
  });
});

describe("alerts", () => {
  test("transitions replayed after a break end as the snapshot said", () => {
    const { store, paint } = makeStore();
    store.take({
      type: "snapshot",
      id: "ward",
      cursor: "3",
      alerts: [anAlert({ id: "a", version: 4, status: "acknowledged" }) as never],
      readings: [],
    });
    store.take(alertFrame("4", { id: "a", version: 2 }));
    store.take(alertFrame("6", { id: "b", version: 1 }));
    store.take(alertFrame("7", { id: "b", version: 3, status: "closed" }));
    paint();
    expect(store.alerts().map(({ id, version, status }) => [id, version, status])).toEqual([["a", 4, "acknowledged"]]);
    expect(store.alertCursor()).toBe("7");
  });

  test("a snapshot ends what it does not list", () => {
    const { store, paint } = makeStore();
    store.take(alertFrame("1", { id: "a" }));
    store.take({ type: "snapshot", id: "ward", cursor: "9", alerts: [], readings: [] });
    paint();
    expect(store.alerts()).toEqual([]);
  });

  test("each new version is told once to whoever speaks or sounds, with what was before", () => {
    const { store } = makeStore();
    const heard: string[] = [];
    store.onArrival((alert, before) => heard.push(`${alert.id}${alert.version}<${before?.version ?? "-"}`));
    store.take(alertFrame("1", { id: "a", version: 1 }));
    store.take(alertFrame("1", { id: "a", version: 1 }));
    store.take(alertFrame("2", { id: "a", version: 2 }));
    expect(heard).toEqual(["a1<-", "a2<1"]);
  });
});

test("technical conditions stand until they are cleared, and a new connection starts without them", () => {
  const { store } = makeStore();
  store.take({ type: "system", condition: "broker_lost", active: true });
  store.take({ type: "system", condition: "store_behind", active: true });
  store.take({ type: "system", condition: "store_behind", active: false });
  expect(store.conditions().map(({ condition }) => condition)).toEqual(["broker_lost"]);
  store.take({ type: "hello", now: NOW, version: "1", heartbeatS: 10 });
  expect(store.conditions()).toEqual([]);
});

test("a trend is never joined over a gap or over missing minutes", () => {
  const at = (minute: number): readonly [number, number] => [NOW + minute * 60_000, 95];
  const segments = lineSegments({
    points: [at(0), at(1), at(2), at(9), at(10), at(11)],
    gaps: [{ from: at(10)[0] + 1, to: at(11)[0] - 1, reason: "silent" }],
    stepMs: 60_000,
    to: at(12)[0],
  });
  expect(segments.map((segment) => segment.length)).toEqual([3, 2, 1]);
});

describe("what does not change stays the same object, so that nothing is drawn again", () => {
  test("a list of patients read again keeps whoever reads as before", () => {
    const { store, paint } = makeStore();
    store.setPatients([aPatient({ id: "p1" }), aPatient({ id: "p2" })]);
    paint();
    const [first, second] = store.patients();
    store.setPatients([aPatient({ id: "p1" }), aPatient({ id: "p2", tier: "T2" })]);
    expect(store.patients()[0]).toBe(first);
    expect(store.patients()[1]).not.toBe(second);
  });

  test("a patient's alerts come worst first and stay one array while others' change", () => {
    const { store, paint } = makeStore();
    store.setAlerts([anAlert({ id: "a", severity: "S3" }), anAlert({ id: "b", severity: "S1" })]);
    paint();
    const theirs = store.alertsOf("p1");
    expect(theirs.map(({ id }) => id)).toEqual(["b", "a"]);
    store.putAlert(anAlert({ id: "c", patient: "p2" }));
    paint();
    expect(store.alertsOf("p1")).toBe(theirs);
    expect(store.alertsOf("p2")).toHaveLength(1);
    expect(store.lastRaisedAt()).toBe(anAlert({ id: "x" }).raisedAt);
  });

  test("values count as read together with the snapshot that brought them, not before", () => {
    const { store, paint } = makeStore();
    store.setPatients([aPatient({ id: "p1" })]);
    paint();
    expect(store.valuesRead()).toBe(false);
    store.take({ type: "snapshot", id: "ward", cursor: "1", alerts: [anAlert({ id: "a" }) as never], readings: [] });
    expect([store.valuesRead(), store.alerts().length]).toEqual([false, 0]);
    paint();
    expect([store.valuesRead(), store.alerts().length]).toEqual([true, 1]);
  });
});

test("a backlog makes the line be read again, once for all of it", async () => {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const points = [{ t: NOW - 1_000, min: 95, max: 95, mean: 95, last: 95, n: 1 }];
  const trends = createTrends(
    {
      get: async (path: string) => {
        asked.push(path);
        return { ok: true, value: { metric: "spo2", unit: "%", points, gaps: [], resolutionMs: 60_000 } as never };
      },
    },
    () => NOW,
    (run) => void waiting.push(run),
  );
  trends.get("p1", "spo2");
  await Promise.resolve();
  await Promise.resolve();
  for (let minute = 5; minute < 60; minute += 1)
    trends.note({ patient: "p1", metric: "spo2", t: NOW - minute * 60_000, value: 94, quality: "good" });
  for (const run of waiting.splice(0)) run();
  expect(asked).toHaveLength(2);
});
