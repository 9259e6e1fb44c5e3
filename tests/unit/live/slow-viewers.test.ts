import { describe, expect, test } from "vitest";
import type { Alert } from "#core/alerts/alert.ts";
import type { PatientId } from "#core/ids.ts";
import { alertLike } from "#tests/support/alert-like.ts";
import { decodeFrames, openLiveBench, settle } from "#tests/support/live-bench.ts";

const ALL = { type: "subscribe", id: "a", patients: ["*"], metrics: ["*"] };
const open = () => {
  const bench = openLiveBench();
  for (let n = 0; n < 40; n += 1) bench.see(`p${n}`, "t1");
  const raise = (id: string, text = "") =>
    bench.hub.publish([bench.feed.commit(alertLike(id, { patient: "p1", summary: { en: text, zh: "" } }))]);
  return { ...bench, bench, raise };
};
const ids = (viewer: { frames(...types: string[]): readonly Readonly<Record<string, unknown>>[] }): string[] =>
  viewer.frames("alert").map((frame) => (frame["alert"] as Alert).id);

describe("readings", () => {
  test("the first after a pause goes out at once, the next ones every 100 ms, each with its own frame and none left out", async () => {
    const { bench } = open();
    const viewer = bench.connect();
    viewer.say(ALL);
    await settle();
    const values = (): unknown[] => viewer.frames("reading").map((frame) => frame["value"]);
    bench.hub.reading(bench.reading("p1", "spo2", 90));
    bench.hub.reading(bench.reading("p1", "spo2", 91));
    await settle();
    expect(values()).toEqual([90, 91]);
    bench.hub.reading(bench.reading("p1", "spo2", 92));
    bench.hub.reading(bench.reading("p2", "pulse_rate", 70));
    await settle();
    bench.clocks.advance(99);
    expect(values()).toEqual([90, 91]);
    bench.clocks.advance(1);
    expect(values()).toEqual([90, 91, 92, 70]);
    expect(viewer.frames("reading").some((frame) => "coalesced" in frame)).toBe(false);
    expect(viewer.frames("reading")[0]).toEqual({
      type: "reading",
      patient: "p1",
      metric: "spo2",
      t: bench.clocks.clinical.now() - 100,
      value: 90,
      quality: "good",
      device: "dev-1",
    });
  });

  test.each([
    ["no list means all", {}, 1],
    ["an empty list means none", { metrics: [] }, 0],
  ])("of metrics, %s", async (_, asked, expected) => {
    const { bench } = open();
    const viewer = bench.connect();
    viewer.say({ type: "subscribe", id: "a", patients: ["p1"], ...asked });
    await settle();
    bench.hub.reading(bench.reading("p1", "spo2", 1));
    await settle();
    expect(viewer.frames("reading")).toHaveLength(expected);
  });

  test("only the metrics and patients asked for come", async () => {
    const { bench } = open();
    const viewer = bench.connect();
    viewer.say({ type: "subscribe", id: "a", patients: ["p1"], metrics: ["spo2"] });
    viewer.say({ type: "subscribe", id: "b", patients: ["p2"], metrics: ["pulse_rate"] });
    viewer.say({ type: "subscribe", id: "c", patients: ["*"], metrics: [] });
    await settle();
    for (const patient of ["p1", "p2", "p3"])
      for (const metric of ["spo2", "pulse_rate"]) bench.hub.reading(bench.reading(patient, metric, 1));
    await settle();
    expect(viewer.frames("reading").map((frame) => `${String(frame["patient"])} ${String(frame["metric"])}`)).toEqual([
      "p1 spo2",
      "p2 pulse_rate",
    ]);
  });

  test("a snapshot has the newest reading of each metric and device, from the store and from what came since", async () => {
    const { bench } = open();
    const now = bench.clocks.clinical.now();
    bench.stored.push(bench.reading("p1", "spo2", 95, { t: now - 5_000 }), bench.reading("p1", "pulse_rate", 70, { t: now - 5_000 }));
    const early = bench.connect();
    bench.hub.reading(bench.reading("p1", "spo2", 96, { t: now - 1_000 }));
    bench.hub.reading(bench.reading("p1", "spo2", 97, { t: now - 9_000, device: "dev-2" }));
    const viewer = bench.connect();
    viewer.say({ ...ALL, metrics: ["spo2"] });
    await settle();
    const readings = viewer.frames("snapshot")[0]?.["readings"] as Readonly<Record<string, unknown>>[];
    expect(readings.map((reading) => [reading["device"], reading["metric"], reading["value"]])).toEqual([
      ["dev-1", "spo2", 96],
      ["dev-2", "spo2", 97],
    ]);
    early.connection.gone();
    viewer.connection.gone();
    expect(bench.hub.isWatched).toBe(false);
  });

  test("a store that does not answer delays the snapshot by a second at most, and one that fails not at all", async () => {
    const hanging = openLiveBench({ latestReadings: () => new Promise(() => {}) });
    const failing = openLiveBench({ latestReadings: () => Promise.reject(new Error("store down")) });
    for (const bench of [hanging, failing]) {
      bench.see("p1", "t1");
      const viewer = bench.connect();
      viewer.say(ALL);
      await settle();
      if (bench === hanging) bench.clocks.advance(1_000);
      await settle();
      expect(viewer.frames("snapshot")).toHaveLength(1);
    }
  });

  test("a value that is no number is null on the wire", async () => {
    const { bench } = open();
    const viewer = bench.connect();
    viewer.say(ALL);
    await settle();
    bench.hub.reading(bench.reading("p1", "spo2", Number.NaN, { quality: "bad" }));
    await settle();
    expect(viewer.frames("reading")[0]).toMatchObject({ value: null, quality: "bad" });
  });
});

describe("a viewer that does not keep up", () => {
  const flood = async (bench: ReturnType<typeof open>["bench"], ticks: number, perTick: number, first = 0): Promise<void> => {
    for (let tick = 0; tick < ticks; tick += 1) {
      for (let n = 0; n < perTick; n += 1)
        bench.hub.reading(bench.reading(`p${n % 40}`, "spo2", first + tick * perTick + n, { t: 1_000_000 + first + tick * perTick + n }));
      await settle(1);
      bench.clocks.advance(100);
    }
  };

  test("gets the latest of each patient, metric and device, marked, and stays bounded", async () => {
    const { bench } = open();
    const viewer = bench.connect();
    const healthy = bench.connect();
    viewer.say(ALL);
    healthy.say(ALL);
    await settle();
    viewer.state.isReading = false;
    await flood(bench, 50, 40);
    const written = viewer.backlog;
    expect(written).toBeGreaterThan(65_536);
    expect(written).toBeLessThan(80_000);
    viewer.resumeReading();
    bench.clocks.advance(100);
    const marked = viewer.frames("reading").filter((frame) => frame["coalesced"] === true);
    expect(new Set(marked.map((frame) => frame["value"]))).toEqual(new Set(Array.from({ length: 40 }, (_, n) => 49 * 40 + n)));
    expect(marked).toHaveLength(40);
    expect(healthy.frames("reading")).toHaveLength(2_000);
    expect(healthy.frames("reading").some((frame) => "coalesced" in frame)).toBe(false);
    await flood(bench, 1, 40, 9_000);
    expect(
      viewer
        .frames("reading")
        .slice(-40)
        .some((frame) => "coalesced" in frame),
    ).toBe(false);
  });

  test("more than 500 readings in one tick are thinned to the latest of each", async () => {
    const { bench } = open();
    const viewer = bench.connect();
    viewer.say(ALL);
    await settle();
    await flood(bench, 1, 501);
    const frames = viewer.frames("reading");
    expect(frames).toHaveLength(40);
    expect(frames.every((frame) => frame["coalesced"] === true)).toBe(true);
    expect(Math.max(...frames.map((frame) => Number(frame["value"])))).toBe(500);
  });

  test("gets every alert while its readings are thinned", async () => {
    const { bench, raise } = open();
    const viewer = bench.connect();
    viewer.say(ALL);
    await settle();
    viewer.state.isReading = false;
    const expected: string[] = [];
    for (let round = 0; round < 50; round += 1) {
      await flood(bench, 1, 600, round * 600);
      raise(`a${round}`);
      expected.push(`a${round}`);
    }
    viewer.resumeReading();
    expect(ids(viewer)).toEqual(expected);
    expect(viewer.frames("alert").some((frame) => "coalesced" in frame)).toBe(false);
  });

  test("is closed with 1013 when 1 MiB of alerts waits, and resumes without missing one", async () => {
    const { bench, raise } = open();
    const viewer = bench.connect();
    viewer.say(ALL);
    await settle();
    raise("a0");
    viewer.state.isReading = false;
    let count = 1;
    while (viewer.state.closed === null && count < 500) raise(`a${count++}`, "x".repeat(10_000));
    expect(viewer.state.closed?.code).toBe(1013);
    expect(count).toBeGreaterThan(90);
    expect(bench.hub.viewers).toBe(0);
    viewer.resumeReading();
    const seen = ids(viewer);
    const after = viewer.frames("alert").at(-1)?.["cursor"];
    raise("while away");
    const again = bench.connect();
    again.say({ ...ALL, after });
    await settle(20);
    expect([...seen, ...ids(again)]).toEqual([...Array.from({ length: count }, (_, n) => `a${n}`), "while away"]);
  });

  test("a snapshot or replay larger than 1 MiB does not count as falling behind, what comes on top does", async () => {
    const { bench, raise } = open();
    for (let n = 0; n < 300; n += 1) raise(`a${n}`, "x".repeat(10_000));
    const viewer = bench.connect();
    viewer.state.isReading = false;
    viewer.say({ ...ALL, after: "0" });
    await settle();
    expect(viewer.backlog).toBeGreaterThan(2_000_000);
    bench.clocks.advance(2_000);
    expect(viewer.state.closed).toBeNull();
    for (let n = 0; n < 10; n += 1) {
      viewer.resumeReading();
      viewer.state.isReading = false;
      await settle();
      expect(viewer.backlog).toBeLessThan(400_000);
    }
    viewer.resumeReading();
    await settle(20);
    expect(ids(viewer)).toHaveLength(300);
    expect(viewer.state.closed).toBeNull();
  });

  test("one that answers no ping for 20 s is closed with 1013, one that answers stays", () => {
    const { bench } = open();
    const silent = bench.connect();
    const alive = bench.connect();
    silent.state.answersPings = false;
    bench.clocks.advance(29_000);
    expect(silent.state.closed).toBeNull();
    bench.clocks.advance(3_000);
    expect(silent.state.closed?.code).toBe(1013);
    bench.clocks.advance(600_000);
    expect(alive.state.closed).toBeNull();
  });
});

describe("heartbeats and technical conditions", () => {
  test("a heartbeat comes every 10 s with the newest cursor", async () => {
    const { bench, raise } = open();
    const viewer = bench.connect();
    viewer.say(ALL);
    await settle();
    raise("a1");
    raise("a2");
    bench.clocks.advance(30_000);
    expect(viewer.frames("heartbeat").map((frame) => frame["cursor"])).toEqual(["2", "2", "2"]);
    expect(viewer.frames("heartbeat")[0]?.["now"]).toBe(bench.clocks.clinical.now() - 20_000);
  });

  test("during a replay the heartbeat names no cursor beyond what was sent", async () => {
    const { bench, raise } = open();
    for (let n = 0; n < 500; n += 1) raise(`a${n}`);
    const viewer = bench.connect();
    viewer.state.isReading = false;
    viewer.say({ ...ALL, after: "0" });
    await settle();
    viewer.resumeReading();
    viewer.state.isReading = false;
    await settle();
    bench.clocks.advance(10_000);
    viewer.resumeReading();
    const frames = decodeFrames(viewer.bytes);
    const beat = frames.findIndex((frame) => frame.type === "heartbeat");
    const sent = frames.slice(0, beat).filter((frame) => frame.type === "alert");
    expect(Number(frames[beat]?.["cursor"])).toBe(Number(sent.at(-1)?.["cursor"]));
    expect(sent.length).toBeLessThan(500);
  });

  test("a condition that holds is told to who connects later, one that cleared is not", () => {
    const { bench } = open();
    const early = bench.connect();
    bench.hub.system({ condition: "broker_lost", active: true, at: 1 });
    bench.hub.system({ condition: "store_behind", active: true, at: 2 });
    bench.hub.system({ condition: "broker_lost", active: false, at: 3 });
    const late = bench.connect();
    expect(early.frames("system").map((frame) => [frame["condition"], frame["active"]])).toEqual([
      ["broker_lost", true],
      ["store_behind", true],
      ["broker_lost", false],
    ]);
    expect(late.frames("system").map((frame) => frame["condition"])).toEqual(["store_behind"]);
  });
});

describe("frames of a viewer", () => {
  const bad: readonly (string | null)[] = [
    "",
    "nonsense",
    "[]",
    "null",
    "1",
    '"subscribe"',
    "{}",
    '{"type":"toString"}',
    '{"type":"__proto__"}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","id":""}',
    '{"type":"subscribe","id":1}',
    `{"type":"subscribe","id":"${"x".repeat(65)}"}`,
    '{"type":"subscribe","id":"a","alerts":{"minSeverity":"S5"}}',
    '{"type":"subscribe","id":"a","patients":"*"}',
    '{"type":"subscribe","id":"a","metrics":[1]}',
    '{"type":"subscribe","id":"a","after":{}}',
    '{"type":"receipt"}',
    '{"type":"receipt","cursor":-1}',
    '{"type":"unsubscribe","id":"never made"}',
    null,
  ];
  test.for(bad)("%j is answered by an error and changes nothing", async (text) => {
    const { bench } = open();
    const viewer = bench.connect();
    viewer.connection.receive(text);
    await settle();
    expect(viewer.frames("error")).toHaveLength(1);
    expect(viewer.frames("error")[0]?.["code"]).toMatch(/^live_/);
    expect(viewer.frames("snapshot")).toEqual([]);
    expect(viewer.state.closed).toBeNull();
  });

  test("members that are not known are ignored", async () => {
    const { bench } = open();
    const viewer = bench.connect();
    viewer.connection.receive('{"type":"subscribe","id":"a","__proto__":{"x":1},"colour":"red"}');
    await settle();
    expect(viewer.frames("snapshot")).toHaveLength(1);
  });

  test("ten bad frames in a minute close with 1008; spread over hours they do not", () => {
    const { bench } = open();
    const [rude, clumsy] = [bench.connect(), bench.connect()];
    for (let n = 0; n < 10; n += 1) rude.connection.receive("nonsense");
    expect(rude.state.closed?.code).toBe(1008);
    for (let n = 0; n < 30; n += 1) {
      clumsy.connection.receive("nonsense");
      bench.clocks.advance(61_000);
    }
    expect(clumsy.state.closed).toBeNull();
  });

  test("a flood of frames closes with 1008, a receipt for every alert does not", () => {
    const { bench } = open();
    const [flooding, busy] = [bench.connect(), bench.connect()];
    for (let n = 0; n < 200; n += 1) flooding.say({ type: "receipt", cursor: "0" });
    expect(flooding.state.closed?.code).toBe(1008);
    for (let n = 0; n < 500; n += 1) {
      busy.say({ type: "receipt", cursor: "0" });
      bench.clocks.advance(60);
    }
    expect(busy.state.closed).toBeNull();
  });

  test("a thirty-third subscription is refused, replacing one of the 32 is not", async () => {
    const { bench } = open();
    const viewer = bench.connect();
    for (let n = 0; n < 33; n += 1) viewer.say({ ...ALL, id: `s${n}` });
    viewer.say({ ...ALL, id: "s0" });
    await settle(40);
    expect(viewer.frames("error").map((frame) => [frame["code"], frame["id"]])).toEqual([["live_too_many_subscriptions", "s32"]]);
  });

  test("a receipt is handed on with who sent it, never beyond what exists", async () => {
    const { bench, raise } = open();
    raise("a1");
    const viewer = bench.connect("nurse");
    viewer.say({ type: "receipt", cursor: "1" });
    viewer.say({ type: "receipt", cursor: "9999" });
    expect(bench.receipts).toEqual(["nurse 1", "nurse 1"]);
  });

  test("patients that may not be seen are answered like patients that do not exist", async () => {
    const { bench } = open();
    bench.see("foreign", "t9");
    const viewer = bench.connect();
    viewer.say({ ...ALL, id: "a", patients: ["foreign" as PatientId] });
    viewer.say({ ...ALL, id: "a", patients: ["nobody"] });
    await settle();
    const [last] = viewer.frames("snapshot").slice(-1);
    expect(last).toMatchObject({ alerts: [], readings: [] });
    expect(viewer.frames("error")).toEqual([]);
  });
});
