/** The whole server behind a real Mosquitto: devices made over REST, outages and crashes of either (reliability F5–F7, S2, S4–S6). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Api, enrol, signInAs } from "#tests/support/api.ts";
import { createOutboxDevice } from "#tests/support/checker-outbox-device.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";
import { type Mosquitto, startMosquitto } from "#tests/support/start-mosquitto.ts";

const SIGN_IN = { username: "first-admin", password: "of-this-test-alone" };

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

const openBroker = async (): Promise<Mosquitto> => {
  const broker = await startMosquitto();
  opened.push(broker);
  return broker;
};

const openFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-mosquitto-data-"));
  opened.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) });
  return folder;
};

const serve = async (broker: Mosquitto, dataDir: string): Promise<{ readonly house: Homeward; readonly api: Api }> => {
  const house = await startHomeward({
    command: "serve",
    dataDir,
    env: {
      HOMEWARD_MQTT_URL: broker.url,
      HOMEWARD_MQTT_USERNAME: broker.username,
      HOMEWARD_MQTT_PASSWORD: broker.password,
      HOMEWARD_MQTT_PROVISIONING: "dynsec",
      HOMEWARD_ADMIN_USERNAME: SIGN_IN.username,
      HOMEWARD_ADMIN_PASSWORD: SIGN_IN.password,
    },
  });
  opened.push(house);
  return { house, api: await signInAs(house.http, SIGN_IN.username, SIGN_IN.password) };
};

const open = async () => {
  const broker = await openBroker();
  const dataDir = await openFolder();
  return { broker, dataDir, ...(await serve(broker, dataDir)) };
};

const checks = async (house: Homeward, api: Api) => {
  const answer = await fetch(`${house.http}/health/ready`, { headers: { authorization: `Bearer ${api.token}` } });
  return (await answer.json()) as { readonly ready: boolean; readonly checks: Readonly<Record<string, { readonly ok: boolean }>> };
};

/** Asks until the answer is right; the test's own time limit ends it. */
const until = async (isRight: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await isRight())) await new Promise((resolve) => setTimeout(resolve, 20));
};

const begin = Date.now() - 3 * 3_600_000;
const sampleAt = (seq: number) => ({ t: begin + seq * 1_000, value: 95 + (seq % 3) });
const message = (seq: number) => ({ seq, samples: [{ metric: "spo2", ...sampleAt(seq) }] });
const stored = async (api: Api, patient: string): Promise<number> => {
  const { points } = await api.get<{ points: { n: number }[] }>(
    `/patients/${patient}/series?metric=spo2&from=${begin}&to=${begin + 3 * 3_600_000}`,
  );
  return points.reduce((sum, { n }) => sum + n, 0);
};

describe("serving behind Mosquitto", () => {
  test("a device made over REST signs in, uses its own topics alone, and is cut off when it is revoked", async () => {
    const { broker, api } = await open();
    const [one, other] = [await enrol(api), await enrol(api)];
    await using device = await connectMqttDevice({ url: broker.url, ...one, version: 5 });
    await device.publish("telemetry", message(1));
    expect(await device.waitForReceipt(1)).toMatchObject({ seq: 1, missing: [] });
    const foreign = [`${other.site}/${other.device}/telemetry`, `${one.site}/${one.device}/receipt`, `elsewhere/${one.device}/telemetry`];
    for (const topic of foreign)
      await expect(device.client.publishAsync(`homeward/v1/${topic}`, "{}", { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    for (const filter of ["#", "homeward/v1/+/+/telemetry", `homeward/v1/${other.site}/${other.device}/receipt`, "$SYS/#"])
      await expect(device.client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
    // Neither another device's client id nor the server's own (S5, S6).
    const server = /as (homeward-\w+) \(/.exec(broker.log())?.[1] ?? "";
    for (const clientId of [other.device, server])
      await expect(connectMqttDevice({ url: broker.url, ...one, options: { clientId } })).rejects.toThrow();

    const at = performance.now();
    expect((await api.call("DELETE", `/devices/${one.device}`)).status).toBe(204);
    await device.closed;
    // 2 s on a machine of one's own.
    expect(performance.now() - at).toBeLessThan(10_000);
    await expect(connectMqttDevice({ url: broker.url, ...one })).rejects.toThrow();
    await using neighbour = await connectMqttDevice({ url: broker.url, ...other });
    await neighbour.publish("telemetry", message(1));
    await neighbour.waitForReceipt(1);
  });

  test("a new secret ends the session of the old one and signs in at once", async () => {
    const { broker, api } = await open();
    const person = await enrol(api);
    await using device = await connectMqttDevice({ url: broker.url, ...person });
    const { secret } = await api.post<{ secret: string }>(`/devices/${person.device}/secret`, {});
    await device.closed;
    await expect(connectMqttDevice({ url: broker.url, ...person })).rejects.toThrow();
    await using again = await connectMqttDevice({ url: broker.url, ...person, secret });
    await again.publish("telemetry", message(1));
    await again.waitForReceipt(1);
  });

  test("a device may not take the name of the broker's administrator, and none is made while the broker is away", async () => {
    const { broker, house, api } = await open();
    expect(await api.call("POST", "/devices", { id: broker.username, kind: "oximeter" })).toMatchObject({
      status: 409,
      body: { code: "device_exists" },
    });
    await broker.stop();
    await until(async () => !(await checks(house, api)).ready);
    expect(await api.call("POST", "/devices", { id: "later", kind: "oximeter" })).toMatchObject({
      status: 503,
      body: { code: "broker_unavailable" },
    });
    await broker.start();
    await until(async () => (await checks(house, api)).ready);
    expect(await api.call("POST", "/devices", { id: "later", kind: "oximeter" })).toMatchObject({ status: 201 });
  });

  test("2,000 messages at QoS 1 are all receipted and stored", async () => {
    const { broker, api } = await open();
    const person = await enrol(api);
    await using device = await connectMqttDevice({ url: broker.url, ...person });
    for (let seq = 1; seq <= 2_000; seq += 1) void device.publish("telemetry", message(seq));
    expect(await device.waitForReceipt(2_000)).toMatchObject({ seq: 2_000, missing: [] });
    await until(async () => (await stored(api, person.patient)) === 2_000);
  });

  test("the server starts while the broker is away, is not ready, and connects later", async () => {
    const broker = await openBroker();
    const dataDir = await openFolder();
    await broker.stop();
    const { house, api } = await serve(broker, dataDir);
    const before = await checks(house, api);
    expect([before.ready, before.checks["broker_lost"]?.ok]).toEqual([false, false]);
    await broker.start();
    await until(async () => (await checks(house, api)).ready);
    const person = await enrol(api);
    await using device = await connectMqttDevice({ url: broker.url, ...person });
    await device.publish("telemetry", message(1));
    await device.waitForReceipt(1);
  });

  test("kill -9 of the server under load loses nothing the broker has acknowledged, though the device sends nothing again", async () => {
    const { broker, dataDir, house, api } = await open();
    const person = await enrol(api);
    await using device = await connectMqttDevice({ url: broker.url, ...person });
    const send = (from: number, to: number): Promise<void>[] =>
      Array.from({ length: to - from }, (_, index) => device.publish("telemetry", message(from + index)));
    await Promise.all(send(1, 1_001));
    const underway = send(1_001, 2_001);
    await house.kill();
    await Promise.all([...underway, ...send(2_001, 3_001)]);
    const { api: again } = await serve(broker, dataDir);
    expect(await device.waitForReceipt(3_000)).toMatchObject({ seq: 3_000, missing: [] });
    await until(async () => (await stored(again, person.patient)) >= 3_000);
    expect(await stored(again, person.patient)).toBe(3_000);
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "a broker ended by %s under load costs nothing that a device keeps until its receipt",
    async (signal) => {
      const { broker, house, api } = await open();
      const person = await enrol(api);
      const samples = Array.from({ length: 3_000 }, (_, index) => sampleAt(index + 1));
      const device = createOutboxDevice({ ...person, metric: "spo2", samples, forgets: "receipt" });
      opened.push({ [Symbol.asyncDispose]: () => device.close() });
      await device.connect(broker.url);
      const tell = async (count: number): Promise<void> => {
        for (let told = 0; told < count; told += 1) if (!device.next()) await new Promise((resolve) => setImmediate(resolve));
      };
      await tell(1_500);
      await (signal === "SIGTERM" ? broker.stop() : broker.kill());
      await broker.start();
      await device.connect(broker.url);
      while (!device.told) await tell(500);
      await until(async () => (await checks(house, api)).ready);
      // What no receipt came for is sent again after a while: a broker killed before it wrote our session down does not queue for us.
      while (device.waiting > 0) {
        const patience = performance.now() + 2_000;
        await until(() => device.waiting === 0 || performance.now() > patience);
        if (device.waiting > 0) await device.connect(broker.url);
      }
      await until(async () => (await stored(api, person.patient)) >= 3_000);
      expect(await stored(api, person.patient)).toBe(3_000);
    },
  );
});
