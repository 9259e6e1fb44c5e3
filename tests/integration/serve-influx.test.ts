/** `npm run serve` with a real InfluxDB 2 behind it: counted by somebody else's Flux, outlived when it dies, loud when it refuses. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, enrol, signInAs } from "#tests/support/api.ts";
import { startInfluxd, type Influxd } from "#tests/support/influxd.ts";
import { connectMqttDevice, type MqttDevice } from "#tests/support/mqtt-device.ts";
import { startHomeward, type Homeward } from "#tests/support/start-homeward.ts";

const SIGN_IN = { username: "first-admin", password: "of-this-test-alone" };

let influxd: Influxd;
let house: Homeward;
let environment: Record<string, string>;
let person: Awaited<ReturnType<typeof enrol>>;
let api: Api;
let device: MqttDevice;
let dataDir = "";
let patient = "";
let authorization = "";
let seq = 0;
let seconds = 0;
const begin = Date.now() - 3_600_000;

beforeAll(async () => {
  influxd = await startInfluxd();
  const bucket = await influxd.makeBucket("readings");
  const { orgID } = (await influxd.call("GET", `/api/v2/buckets/${bucket}`)) as { readonly orgID: string };
  const rollups = await influxd.makeBucket("readings_1m");
  const permissions = ["read", "write"].flatMap((action) =>
    [bucket, rollups].map((id) => ({ action, resource: { type: "buckets", id, orgID } })),
  );
  const made = (await influxd.call("POST", "/api/v2/authorizations", { orgID, permissions })) as {
    readonly id: string;
    readonly token: string;
  };
  authorization = made.id;
  environment = {
    HOMEWARD_INFLUX_URL: influxd.url,
    HOMEWARD_INFLUX_ORG: influxd.org,
    HOMEWARD_INFLUX_BUCKET: "readings",
    HOMEWARD_INFLUX_TOKEN: made.token,
    HOMEWARD_ADMIN_USERNAME: SIGN_IN.username,
    HOMEWARD_ADMIN_PASSWORD: SIGN_IN.password,
  };
  dataDir = await mkdtemp(join(tmpdir(), "homeward-serve-influx-"));
  house = await startHomeward({ command: "serve", env: environment, dataDir });
  api = await signInAs(house.http, SIGN_IN.username, SIGN_IN.password);
  person = await enrol(api, { metrics: { spo2: { everyS: 1 } } });
  patient = person.patient;
  device = await connectMqttDevice({ url: house.mqtt, ...person });
});
afterAll(async () => {
  await device[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
  await influxd.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Messages of one sample each, a second apart; resolves when all are receipted. */
const publish = async (messages: number, value = 95): Promise<void> => {
  for (let count = 0; count < messages; count += 1) {
    seq += 1;
    seconds += 1;
    void device.publish("telemetry", { seq, samples: [{ metric: "spo2", t: begin + seconds * 1_000, value }] });
  }
  await device.waitForReceipt(seq);
};
const counted = async (): Promise<number> => {
  const answer = await fetch(`${influxd.url}/api/v2/query?org=${influxd.org}`, {
    method: "POST",
    headers: { authorization: `Token ${influxd.token}`, "content-type": "application/vnd.flux" },
    body: `from(bucket: "readings") |> range(start: 0) |> group() |> count() |> keep(columns: ["_value"])`,
  });
  return Number(/,(\d+)\s*$/.exec((await answer.text()).trim())?.[1] ?? 0);
};
const ready = async (): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, { readonly ok: boolean }>> }> => {
  const answer = await fetch(`${house.http}/health/ready`, { headers: { authorization: `Bearer ${api.token}` } });
  return (await answer.json()) as Awaited<ReturnType<typeof ready>>;
};
/** Asks until the answer is right; the test's own time limit ends it. */
const until = async <Answer>(ask: () => Promise<Answer>, isRight: (answer: Answer) => boolean): Promise<Answer> => {
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
};
const series = () =>
  api.call<{ points: { n: number }[]; code?: string }>(
    "GET",
    `/patients/${patient}/series?metric=spo2&from=${begin}&to=${begin + 3_600_000}`,
  );
const alerts = (): Promise<{ items: { rule: { id: string }; status: string }[] }> => api.get("/alerts");

describe("serving with InfluxDB", () => {
  test("2,000 published messages are 2,000 for somebody else's Flux query, and on the chart", async () => {
    await publish(2_000);
    await until(counted, (count) => count >= 2_000);
    expect(await counted()).toBe(2_000);
    const { body } = await series();
    expect(body.points.reduce((sum, { n }) => sum + n, 0)).toBe(2_000);
  });

  test("while it is dead charts say so, alerts go on, and afterwards the count is whole", async () => {
    await influxd.kill();
    await publish(400, 84);
    await until(alerts, ({ items }) => items.some(({ rule }) => rule.id.startsWith("SPO2")));
    expect(await series()).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
    await until(ready, ({ checks }) => checks["store_behind"]?.ok === false);
    await influxd.start();
    await until(counted, (count) => count >= 2_400);
    expect(await counted()).toBe(2_400);
    await until(ready, ({ checks }) => checks["store_behind"]?.ok === true);
  });

  test("a token that is revoked raises a technical alert and unreadiness, and readings wait until it is valid again", async () => {
    await influxd.call("PATCH", `/api/v2/authorizations/${authorization}`, { status: "inactive" });
    await publish(100);
    await until(ready, ({ checks }) => checks["store_refused"]?.ok === false);
    await until(alerts, ({ items }) => items.some(({ rule, status }) => rule.id === "SYS-1" && status === "open"));
    await influxd.call("PATCH", `/api/v2/authorizations/${authorization}`, { status: "active" });
    await until(counted, (count) => count >= 2_500);
    expect(await counted()).toBe(2_500);
    await until(ready, ({ checks }) => checks["store_refused"]?.ok === true);
    await until(alerts, ({ items }) => items.every(({ rule, status }) => rule.id !== "SYS-1" || status !== "open"));
  });

  test("told to stop while InfluxDB hangs, it stops in time; started while InfluxDB is down, it receives and says that history is missing", async () => {
    influxd.pause();
    try {
      await publish(50);
      expect(await house.stop()).toBe(0);
    } finally {
      influxd.resume();
    }
    await influxd.kill();
    await device[Symbol.asyncDispose]();
    const again = await startHomeward({ command: "serve", env: environment, dataDir });
    house = again;
    api = await signInAs(house.http, SIGN_IN.username, SIGN_IN.password);
    device = await connectMqttDevice({ url: house.mqtt, ...person });
    await publish(30);
    expect(await series()).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
    await influxd.start();
    await until(counted, (count) => count >= 2_580);
    expect(await counted()).toBe(2_580);
  });
});
