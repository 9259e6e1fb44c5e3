/** Recorded patients played through the whole server over MQTT, and what it then says compared with the files themselves. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY, HOUR } from "#core/time.ts";
import { type Api, enrol, signIn } from "#tests/support/api.ts";
import { recordingsFolder } from "#tests/support/recordings.ts";
import { type Replayed, replay } from "#tests/support/replay.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";

interface Series {
  readonly points: readonly {
    readonly t: number;
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly last: number;
    readonly n: number;
  }[];
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly reason: string }[];
}
interface AlertItem {
  readonly rule: { readonly id: string };
  readonly severity: string;
  readonly onsetAt: number;
}
interface Enrolled {
  readonly patient: string;
  readonly device: string;
  readonly site: string;
  readonly secret: string;
}

let house: Homeward;
let admin: Api;
let nurse: Api;
const folder = recordingsFolder();
let state: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "homeward-replay-"));
  house = await startHomeward({ args: ["--quiet-home"] });
  admin = await signIn(house, "administrator", "inst-t1-willow");
  nurse = await signIn(house, "community_nurse", "inst-t1-willow");
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  if (state !== undefined) await rm(state, { recursive: true, force: true });
});

const play = async (who: Enrolled, file: string, preset: string, more: Readonly<Record<string, string>> = {}): Promise<Replayed> => {
  const result = await replay({
    file: join(folder, file),
    preset,
    site: who.site,
    device: who.device,
    secret: who.secret,
    mqtt: house.mqtt,
    speed: "max",
    state,
    ...more,
  });
  expect({ code: result.code, receipted: result.receipted }, result.err).toEqual({ code: 0, receipted: result.sent });
  return result;
};

/** Stored by a follower: asked again until it has caught up with what was receipted. */
const series = async (patient: string, metric: string, count: number, days = 400): Promise<Series> => {
  const { now } = await nurse.get<{ now: number }>("/time");
  for (let attempt = 0; ; attempt++) {
    const answer = await nurse.get<Series>(
      `/patients/${patient}/series?metric=${metric}&from=${now - days * DAY}&to=${now + HOUR}&maxPoints=5000`,
    );
    if (attempt >= 100 || answer.points.reduce((sum, point) => sum + point.n, 0) >= count) return answer;
    await new Promise<void>((resolve) => setTimeout(resolve, 100));
  }
};
const alertsOf = async (patient: string): Promise<readonly AlertItem[]> =>
  (await nurse.get<{ items: AlertItem[] }>(`/alerts?patient=${patient}&limit=500`)).items;
const rows = (file: string): string[][] =>
  readFileSync(join(folder, file), "utf8")
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));

describe("a bedside patient of 32 hours whose probe is often off", () => {
  const file = "bedside-numerics/s00001.csv";
  let who: Enrolled;
  let points: Series;

  test("every sample is receipted and the good ones agree with the file", async () => {
    who = await enrol(admin);
    await play(who, file, "bedside-numerics");
    const values = rows(file)
      .map((row) => row[7] as string)
      .filter((text) => text !== "")
      .map(Number);
    const good = values.filter((value) => value > 0);
    points = await series(who.patient, "spo2", good.length);
    expect(values.length - good.length).toBe(363);
    expect(points.points.reduce((sum, point) => sum + point.n, 0)).toBe(good.length);
    expect(Math.min(...points.points.map((point) => point.min))).toBe(Math.min(...good));
    expect(Math.max(...points.points.map((point) => point.max))).toBe(Math.max(...good));
  });

  test("the zeros are gaps because the probe was off, the longest of 189 minutes", () => {
    const off = points.gaps.filter((gap) => gap.reason === "probe_off");
    expect(off.length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...off.map((gap) => gap.to - gap.from))).toBeGreaterThanOrEqual(188 * 60_000);
  });

  test("no alert of low saturation was raised", async () => {
    expect((await alertsOf(who.patient)).filter((alert) => alert.rule.id.startsWith("SPO2"))).toEqual([]);
  });
});

describe("asthma diaries of half a year", () => {
  const file = "asthma-home-diary/peakflow.csv";
  const people = rows("asthma-home-diary/patient_info.csv");

  test.each(["294", "473", "514", "701", "867"])("the zones of patient %s are those of the file", async (key) => {
    const info = people.find((row) => row[0] === key) as string[];
    const best = Number(info[10]);
    const expected = Number(info[5]);
    const baseline: Record<string, number> = Number.isFinite(best) ? { pef: best } : { pef_predicted: expected };
    const reference = Number.isFinite(best) ? best : expected;
    const blows = rows(file)
      .filter((row) => row[0] === key && row[3] !== "NA")
      .map((row) => (100 * Number(row[3])) / reference);
    const who = await enrol(admin, { kind: "peak-flow-meter", patient: { conditions: ["asthma"], baseline } });
    await play(who, file, "asthma-diary", { patient: key });
    const { points } = await series(who.patient, "pef_pct_best", blows.length);
    const zone = (value: number): string => (value >= 80 ? "green" : value >= 50 ? "yellow" : "red");
    const count = (values: readonly number[]) => ({
      green: values.filter((value) => zone(value) === "green").length,
      yellow: values.filter((value) => zone(value) === "yellow").length,
      red: values.filter((value) => zone(value) === "red").length,
    });
    expect(points.every((point) => point.n === 1)).toBe(true);
    expect(count(points.map((point) => point.mean))).toEqual(count(blows));
  });
});

describe("a night on a breathing machine without an oximeter", () => {
  test("nothing of SpO2 is stored, and the night's pieces are one night", async () => {
    const who = await enrol(admin, { kind: "cpap", patient: { conditions: ["pap"] } });
    await play(who, "cpap-night/20241017_221849_PLD.csv", "cpap-night");
    const usage = await series(who.patient, "pap_usage", 1);
    expect(usage.points).toHaveLength(1);
    expect(usage.points[0]?.mean).toBeGreaterThan(5);
    expect((await series(who.patient, "spo2", 0)).points).toEqual([]);
    expect((await series(who.patient, "resp_rate", 1, 2)).points.length).toBeGreaterThan(100);
    expect((await alertsOf(who.patient)).filter((alert) => alert.rule.id.startsWith("SPO2"))).toEqual([]);
  });
});

describe("a knee", () => {
  test.each(["3Amar", "3Asen", "5Npie"])("bends as far as the file %s says", async (name) => {
    const angles = readFileSync(join(folder, `knee-emg/${name}.txt`), "utf8")
      .split(/\r?\n/)
      .map((line) => line.split("\t"))
      .filter((cells) => cells.length >= 5 && cells[4] !== "" && cells.every((cell) => Number.isFinite(Number(cell))))
      .map((cells) => Number(cells[4]));
    const who = await enrol(admin, { kind: "knee-brace", patient: { conditions: ["tka"] } });
    await play(who, `knee-emg/${name}.txt`, "knee-emg");
    const highest = angles.reduce((a, b) => Math.max(a, b));
    const flexion = await series(who.patient, "knee_flexion_max", 1);
    expect(Math.abs((flexion.points.at(-1)?.max ?? 0) - highest)).toBeLessThanOrEqual(0.1);
    const angle = await series(who.patient, "knee_angle", angles.length / 20 - 1);
    expect(Math.abs(Math.max(...angle.points.map((point) => point.max)) - highest)).toBeLessThanOrEqual(0.1);
  });
});

describe("a replay that is stopped", () => {
  test("goes on where it stopped, and every sample arrives exactly once", async () => {
    const who = await enrol(admin);
    const options = {
      file: join(folder, "bedside-numerics/s00001.csv"),
      preset: "bedside-numerics",
      site: who.site,
      device: who.device,
      secret: who.secret,
      mqtt: house.mqtt,
      speed: "20000",
      state,
    };
    const first = await replay(options, (stop) => setTimeout(stop, 2_500));
    expect(first.code).toBe(130);
    const second = await replay({ ...options, speed: "max" });
    expect(second.code, second.err).toBe(0);
    const good = rows("bedside-numerics/s00001.csv").filter((row) => Number(row[7]) > 0).length;
    const { points } = await series(who.patient, "spo2", good);
    expect(points.reduce((sum, point) => sum + point.n, 0)).toBe(good);
  });
});
