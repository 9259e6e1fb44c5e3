/** Latest, series, export and quarantine over HTTP, on a real reading store. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import { flag } from "#core/samples/flags.ts";
import { QUALITY, type Sample } from "#core/samples/sample.ts";
import { HOUR, MINUTE, SECOND } from "#core/time.ts";
import { csvCell } from "#gateway/csv.ts";
import { openHttpWorld, type HttpWorld } from "#tests/support/http-world.ts";

let world: HttpWorld;
let doctor: string;
let patient: string;
let start: number;

const sample = (key: string, t: number, value: number, more: Partial<Sample> = {}): Sample => ({
  metric: metricByKey(key)?.code ?? -1,
  t,
  value,
  quality: QUALITY.good,
  flags: 0,
  tags: "",
  identity: "",
  ...more,
});

beforeAll(async () => {
  world = await openHttpWorld();
  const administrator = await world.token("north-t1", "administrator");
  doctor = await world.token("north-t1", "family_doctor");
  start = world.clocks.clinical.now() - 2 * HOUR;
  const body = { tier: "T1", profile: "standard", conditions: [], baseline: { pef: 400 } };
  patient = String((await world.ask("POST", "/api/v1/patients", { token: administrator, body })).json["id"]);
  await world.ask("POST", "/api/v1/devices", {
    token: administrator,
    body: { kind: "oximeter", id: "ox", metrics: { spo2: { everyS: 1 } } },
  });
  await world.ask("POST", "/api/v1/devices/ox/assignment", { token: administrator, body: { patient, from: start } });
  const samples: Sample[] = [];
  // An hour at 1 Hz; the probe is off from minute 20 to 30; then silence.
  for (let second = 0; second < 3_600; second++) {
    const off = second >= 1_200 && second < 1_800;
    samples.push(
      sample(
        "spo2",
        start + second * SECOND,
        off ? Number.NaN : 90 + (second % 7),
        off ? { quality: QUALITY.bad, flags: flag("sensor-off") } : {},
      ),
    );
  }
  samples.push(sample("pef", start + MINUTE, 300));
  samples.push(sample("consciousness_acvpu", start + MINUTE, 0));
  samples.push(sample("heart_rate", start + MINUTE, 80, { tags: "context=rest" }));
  samples.push(sample("heart_rate", start + 2 * MINUTE, 120, { tags: "context=exercise" }));
  await world.deps.readings.write(
    [
      {
        position: 1,
        entry: {
          kind: "message",
          device: "ox" as DeviceId,
          topic: "homeward/v1/site-north-t1/ox/telemetry",
          arrivedAt: start + HOUR,
          hash: 1,
          samples,
          quarantined: [{ reason: "out_of_range", raw: Buffer.from('{"x":1}'), sample: { metric: "spo2", value: 900 } }],
        },
      },
    ],
    () => "north-t1" as InstitutionId,
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const series = (query: string) => world.ask("GET", `/api/v1/patients/${patient}/series?${query}`, { token: doctor });

describe("the series", () => {
  test("keeps extremes within the points asked for and names its gaps", async () => {
    const { status, json } = await series(`metric=spo2&from=${String(start)}&to=${String(start + 2 * HOUR)}&maxPoints=60`);
    expect(status).toBe(200);
    const points = json["points"] as { min: number; max: number; n: number }[];
    expect(points.length).toBeLessThanOrEqual(60);
    expect(Math.min(...points.map(({ min }) => min))).toBe(90);
    expect(Math.max(...points.map(({ max }) => max))).toBe(96);
    expect(points.reduce((sum, { n }) => sum + n, 0)).toBe(3_000);
    expect(json["unit"]).toBe("%");
    const gaps = json["gaps"] as { from: number; to: number; reason: string }[];
    expect(gaps.map(({ reason }) => reason)).toEqual(["probe_off", "silent"]);
    expect(gaps[1]?.to).toBe(start + 2 * HOUR);
  });
  test("is 1,500 points unless told, from inclusive, to exclusive", async () => {
    const all = await series(`metric=spo2&from=${String(start)}&to=${String(start + HOUR)}`);
    expect((all.json["points"] as unknown[]).length).toBeLessThanOrEqual(1_500);
    const one = await series(`metric=spo2&from=${String(start)}&to=${String(start + 2 * SECOND)}`);
    expect((one.json["points"] as { t: number }[]).map(({ t }) => t)).toEqual([start, start + SECOND]);
  });
  test("computes what is derived from the patient's own best", async () => {
    const { json } = await series(`metric=pef_pct_best&from=${String(start)}&to=${String(start + HOUR)}`);
    expect(json["points"]).toMatchObject([{ min: 75, max: 75, mean: 75, last: 75, n: 1 }]);
  });
  test("of an alias holds what carries its tags alone", async () => {
    const { json } = await series(`metric=exercise_heart_rate&from=${String(start)}&to=${String(start + HOUR)}`);
    expect(json["points"]).toMatchObject([{ last: 120, n: 1 }]);
  });
  test.each([
    ["an unknown metric", "metric=nonsense&from=1&to=2", 422, "metric_not_in_catalogue"],
    ["a metric named like a built-in", "metric=constructor&from=1&to=2", 422, "metric_not_in_catalogue"],
    ["a range backwards", "metric=spo2&from=2&to=1", 422, "bad_time_range"],
    ["an empty range", "metric=spo2&from=2&to=2", 422, "bad_time_range"],
    ["a hundred years", "metric=spo2&from=0&to=3155760000000", 422, "bad_time_range"],
    ["a time before 1970", "metric=spo2&from=-5&to=5", 422, "bad_time_range"],
    ["no range", "metric=spo2", 400, "invalid_request"],
    ["too many points", "metric=spo2&from=1&to=2&maxPoints=50001", 400, "invalid_request"],
    ["no points", "metric=spo2&from=1&to=2&maxPoints=0", 400, "invalid_request"],
    ["a time in words", "metric=spo2&from=now&to=2", 400, "invalid_request"],
    ["a Flux pipe", 'metric=spo2"%20%7C%3E%20to(bucket)&from=1&to=2', 422, "metric_not_in_catalogue"],
    ["a fraction of a millisecond", "metric=spo2&from=1.5&to=2", 400, "invalid_request"],
  ])("refuses %s", async (_what, query, status, code) => {
    const answer = await series(query);
    expect([answer.status, answer.json["code"]]).toEqual([status, code]);
  });
});

test("latest answers the newest value of each metric, codes as codes, with what is derived", async () => {
  const { json } = await world.ask("GET", `/api/v1/patients/${patient}/latest`, { token: doctor });
  const items = json["items"] as { metric: string; value: unknown; t: number; device: string | null; unit: string | null }[];
  const of = (metric: string) => items.find((item) => item.metric === metric);
  expect(of("spo2")).toMatchObject({ value: 90 + (3_599 % 7), unit: "%", quality: "good", t: start + 3_599 * SECOND, device: "ox" });
  expect(of("consciousness_acvpu")?.value).toBe("A");
  expect(of("pef_pct_best")).toMatchObject({ value: 75, device: null });
  expect(new Set(items.map(({ metric }) => metric)).size).toBe(items.length);
});

describe("the export", () => {
  test("streams every stored reading, bad ones with their reason", async () => {
    const { status, headers, text } = await world.ask("GET", `/api/v1/patients/${patient}/export?format=csv`, { token: doctor });
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(headers["content-disposition"]).toBe(`attachment; filename="readings-${patient}.csv"`);
    const lines = text.trimEnd().split("\r\n");
    expect(lines[0]).toBe("time,t,metric,value,unit,quality,flags,tags,device");
    expect(lines.length).toBe(1 + 3_600 + 4);
    expect(text).toContain(",spo2,,%,bad,sensor-off,,ox");
    expect(text).toContain(",consciousness_acvpu,A,");
    const administrator = await world.token("north-t1", "administrator");
    expect((await world.ask("GET", `/api/v1/audit?patient=${patient}`, { token: administrator })).text).toContain("patient.export");
  });
  test("can be narrowed, and is refused to those who only look", async () => {
    const path = `/api/v1/patients/${patient}/export?metric=pef&from=${String(start)}&to=${String(start + HOUR)}`;
    expect((await world.ask("GET", path, { token: doctor })).text.trimEnd().split("\r\n")).toHaveLength(2);
    expect((await world.ask("GET", path, { token: await world.token("north-t1", "community_nurse") })).status).toBe(403);
    expect((await world.ask("GET", `/api/v1/patients/${patient}/export?format=xlsx`, { token: doctor })).status).toBe(400);
  });
  test.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-cmd", "'-cmd"],
    ["@sum", "'@sum"],
    ["\tx", "'\tx"],
    ['a"b', '"a""b"'],
    ["a,b", '"a,b"'],
    ["=a,b", `"'=a,b"`],
    [-1.5, "-1.5"],
    [Number.NaN, ""],
  ])("writes %j so that no spreadsheet runs it", (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });
});

test("the quarantine shows raw bytes and the offending sample to its own institution", async () => {
  const { json } = await world.ask("GET", "/api/v1/quarantine", { token: doctor });
  expect(json["items"]).toMatchObject([
    { reason: "out_of_range", device: "ox", raw: Buffer.from('{"x":1}').toString("base64"), sample: { metric: "spo2", value: 900 } },
  ]);
  const south = await world.token("south-t1", "family_doctor");
  expect((await world.ask("GET", "/api/v1/quarantine", { token: south })).json["items"]).toEqual([]);
});

test("a reading store that is down is a 503, and nothing else stops", async () => {
  const broken = {
    ...world.deps.readings,
    latest: () => Promise.reject(new Error("disk")),
    series: () => Promise.reject(new Error("disk")),
  };
  await using own = await openHttpWorld({ deps: { readings: broken } });
  const administrator = await own.token("north-t1", "administrator");
  const body = { tier: "T1", profile: "standard", conditions: [] };
  const id = String((await own.ask("POST", "/api/v1/patients", { token: administrator, body })).json["id"]);
  for (const path of [`/api/v1/patients/${id}/latest`, `/api/v1/patients/${id}/series?metric=spo2&from=1&to=2`]) {
    const answer = await own.ask("GET", path, { token: administrator });
    expect([answer.status, answer.json["code"]]).toEqual([503, "store_unavailable"]);
    expect(answer.text).not.toContain("disk");
  }
});
