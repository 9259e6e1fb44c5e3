/** A viewer who was away gets what happened meanwhile: every alert once, in order, also when the server was restarted in between. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "#core/time.ts";
import { type Api, enrol, signIn } from "#tests/support/api.ts";
import type { AlertItem } from "#tests/support/checker.ts";
import { until } from "#tests/support/checker.ts";
import { connectLive, type LiveClient } from "#tests/support/live-client.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";

const PATIENTS = 30;

let dataDir: string;
let house: Homeward;
let admin: Api;
let nurse: Api;

const signAllIn = async (): Promise<void> => {
  admin = await signIn(house, "administrator", "inst-t1-willow");
  nurse = await signIn(house, "community_nurse", "inst-t1-willow");
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "homeward-away-"));
  house = await startHomeward({ args: ["--quiet-home"], dataDir });
  await signAllIn();
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
});

const openLive = async (): Promise<LiveClient> => {
  const answer = await connectLive(house.http, { token: nurse.token });
  if (answer.kind !== "open") throw new Error(`the live feed answered ${answer.status}`);
  return answer.client;
};

const subscribe = async (live: LiveClient, id: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const before = live.frames.length;
  live.say({ type: "subscribe", id, alerts: { minSeverity: "S4" }, patients: ["*"], metrics: [], ...more });
  const snapshot = await live.find(({ type, id: of }) => type === "snapshot" && of === id && live.frames.length > before);
  return snapshot["cursor"] as string;
};

/** Ten minutes at 96 %, then low for long enough; resolves when the alert is there. */
const fall = async (): Promise<string> => {
  const who = await enrol(admin);
  await using device = await connectMqttDevice({ url: house.mqtt, ...who });
  const { now } = await nurse.get<{ now: number }>("/time");
  const start = Math.floor(now / SECOND) * SECOND - 17 * MINUTE;
  const samples = Array.from({ length: 17 * 60 }, (_, second) => ({
    metric: "spo2",
    t: start + second * SECOND,
    value: second < 600 ? 96 : Math.max(90, 96 - Math.floor((second - 600) / 2)),
  }));
  await device.publish("telemetry", { seq: 1, samples });
  await device.waitForReceipt(1);
  await until("the alert", async () => (await nurse.get<{ items: AlertItem[] }>(`/alerts?patient=${who.patient}`)).items.length === 1);
  return who.patient;
};

const patientsIn = (live: LiveClient): string[] =>
  live.frames.filter(({ type }) => type === "alert").map((frame) => (frame["alert"] as AlertItem).patient);
const cursorsIn = (live: LiveClient): number[] =>
  live.frames.filter(({ type }) => type === "alert").map((frame) => Number(frame["cursor"]));

describe("a viewer who was away", () => {
  let cursor: string;
  const patients: string[] = [];

  test("gets exactly the thirty alerts raised meanwhile, in order, each once", { timeout: 120_000 }, async () => {
    {
      await using live = await openLive();
      cursor = await subscribe(live, "a");
    }
    for (let count = 0; count < PATIENTS; count++) patients.push(await fall());
    await using live = await openLive();
    await subscribe(live, "a", { after: cursor });
    await live.collect("alert", PATIENTS);
    expect(patientsIn(live)).toEqual(patients);
    const cursors = cursorsIn(live);
    expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b));
    for (const frame of live.frames.filter(({ type }) => type === "alert"))
      expect(frame).toMatchObject({ version: 1, alert: { rule: { id: "SPO2-A1" }, severity: "S2", version: 1 } });
    // The next live one follows the replay, nothing comes twice.
    const next = await fall();
    await live.find((frame) => frame.type === "alert" && (frame["alert"] as AlertItem).patient === next);
    expect(patientsIn(live)).toEqual([...patients, next]);
    patients.push(next);
  });

  test("gets the same after the server was restarted, stopped cleanly or killed", { timeout: 120_000 }, async () => {
    for (const end of ["stop", "kill"] as const) {
      await house[end]();
      house = await startHomeward({ args: ["--quiet-home"], dataDir });
      await signAllIn();
      await using live = await openLive();
      await subscribe(live, "a", { after: cursor });
      await live.collect("alert", patients.length);
      const next = await fall();
      await live.find((frame) => frame.type === "alert" && (frame["alert"] as AlertItem).patient === next);
      patients.push(next);
      expect(patientsIn(live)).toEqual(patients);
    }
  });

  test("resumes in the middle: only what came after its cursor", async () => {
    await using first = await openLive();
    await subscribe(first, "a", { after: cursor });
    await first.collect("alert", patients.length);
    const middle = first.frames.filter(({ type }) => type === "alert")[9];
    await using second = await openLive();
    await subscribe(second, "a", { after: middle?.["cursor"] });
    await second.collect("alert", patients.length - 10);
    expect(patientsIn(second)).toEqual(patients.slice(10));
  });

  test.each(["999999999999", "not a cursor", "-1", "1e3"])(
    "with the cursor %s gets a gap and then the alerts as they are",
    async (after) => {
      await using live = await openLive();
      const newest = await subscribe(live, "a", { after });
      const gap = live.frames.find(({ type }) => type === "gap");
      expect(gap).toMatchObject({ id: "a", from: after, to: newest });
      const snapshot = live.frames.find(({ type }) => type === "snapshot");
      expect(snapshot?.["alerts"]).toHaveLength(patients.length);
      expect(patientsIn(live)).toEqual([]);
    },
  );

  test("with two subscriptions gets a live alert once, and with the same id again only the newer one counts", async () => {
    await using live = await openLive();
    await subscribe(live, "a");
    await subscribe(live, "b");
    await subscribe(live, "a");
    const next = await fall();
    await live.find((frame) => frame.type === "alert" && (frame["alert"] as AlertItem).patient === next);
    live.say({ type: "unsubscribe", id: "b" });
    const later = await fall();
    await live.find((frame) => frame.type === "alert" && (frame["alert"] as AlertItem).patient === later);
    expect(patientsIn(live)).toEqual([next, later]);
  });
});
