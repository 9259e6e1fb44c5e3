/** Whatever devices send, the server goes on: rubbish is acknowledged and set aside, good messages between it are kept (F30, F31). */
import { describe, expect, onTestFailed, test } from "vitest";
import { enrol, signIn } from "#tests/support/api.ts";
import { until } from "#tests/support/checker.ts";
import { quarantineItems, residentMiB, runHostileHour } from "#tests/support/checker-hostile.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { startHomeward } from "#tests/support/start-homeward.ts";

const SEED = 30_310_001;

describe("hostile payloads over MQTT", () => {
  test("five thousand of them lose no good message, fill quarantine and not memory", { timeout: 240_000 }, async () => {
    onTestFailed(() => {
      process.stderr.write(`hostile payloads failed with seed ${SEED}\n`);
    });
    const report = await runHostileHour(SEED, 5_000, 4, true);
    process.stderr.write(`hostile payloads: ${JSON.stringify(report)}\n`);
    expect(report.payloads).toBe(5_000);
    expect(report.bad).toBeGreaterThan(2_000);
  });

  test("too big is set aside, far too big ends that connection, and neither disturbs another device", { timeout: 120_000 }, async () => {
    await using house = await startHomeward({ args: ["--quiet-home"] });
    const admin = await signIn(house, "administrator", "inst-t1-willow");
    const rude = await enrol(admin);
    const other = await enrol(admin);
    await using bystander = await connectMqttDevice({ url: house.mqtt, ...other });
    const before = residentMiB(house.pid);
    {
      await using device = await connectMqttDevice({ url: house.mqtt, ...rude });
      await device.publish("telemetry", Buffer.alloc(300 * 1_024, "1"));
      const samples = Array.from({ length: 5_001 }, () => 0);
      await device.publish("telemetry", JSON.stringify({ seq: 1, samples }));
      const [many, big] = await until("both in quarantine", async () => {
        const items = await quarantineItems(admin);
        return items.length === 2 ? items : false;
      });
      expect([big?.reason, many?.reason]).toEqual(["too_big", "too_many_samples"]);
      expect(Buffer.from(big?.raw ?? "", "base64")).toHaveLength(64 * 1_024);
    }
    for (const size of [1, 16, 64]) {
      const device = await connectMqttDevice({ url: house.mqtt, ...rude, listens: false });
      device.client.publish(device.topic("telemetry"), Buffer.alloc(size * 1_024 * 1_024), { qos: 1 }, () => undefined);
      await device.closed;
      await device[Symbol.asyncDispose]();
    }
    await bystander.publish("telemetry", { seq: 1, samples: [{ metric: "pulse_rate", t: Date.now(), value: 70 }] });
    expect(await bystander.waitForReceipt(1)).toEqual({ seq: 1, missing: [] });
    expect(residentMiB(house.pid)).toBeLessThan(before + 150);
    expect((await fetch(`${house.http}/health/live`)).status).toBe(200);
  });
});
