/** Every byte sequence of the hostile corpus over MQTT: set aside with a reason, and the next good message stored. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SECOND } from "#core/time.ts";
import { enrol, signIn } from "#tests/support/api.ts";
import { checkStored, until } from "#tests/support/checker.ts";
import { quarantineItems } from "#tests/support/checker-hostile.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { recordingsFolder } from "#tests/support/recordings.ts";
import { startHomeward } from "#tests/support/start-homeward.ts";

const folder = join(recordingsFolder(), "hostile-json");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

test("each file of the hostile corpus is quarantined with its bytes, and every good message between them is stored", async () => {
  expect(files.length).toBeGreaterThan(100);
  await using house = await startHomeward({ args: ["--quiet-home"] });
  const admin = await signIn(house, "administrator", "inst-t1-willow");
  const who = await enrol(admin);
  await using device = await connectMqttDevice({ url: house.mqtt, ...who });
  const { now } = await admin.get<{ now: number }>("/time");
  const startAt = Math.floor(now / SECOND) * SECOND - 3_600 * SECOND;
  const good = files.map((_, index) => ({ t: startAt + index * SECOND, value: 60 + (index % 20) }));
  for (const [index, name] of files.entries()) {
    await device.publish("telemetry", readFileSync(join(folder, name)));
    await device.publish("telemetry", { seq: index + 1, samples: [{ metric: "pulse_rate", ...good[index] }] });
  }
  expect(await device.waitForReceipt(files.length)).toEqual({ seq: files.length, missing: [] });
  await checkStored(house, admin, who.patient, "pulse_rate", good);
  const items = await until("all of them in quarantine", async () => {
    const found = await quarantineItems(admin);
    return found.length >= files.length ? found : false;
  });
  expect(items).toHaveLength(files.length);
  const raws = items.map(({ raw }) => raw).reverse();
  expect(raws).toEqual(files.map((name) => readFileSync(join(folder, name)).subarray(0, 65_536).toString("base64")));
  for (const { reason } of items) expect(["bad_json", "bad_utf8"]).toContain(reason);
});
