/** What the broker knows of devices is what the registry says, whatever happened to it meanwhile. */
import mqtt from "mqtt";
import { afterEach, describe, expect, test } from "vitest";
import type { DeviceId } from "#core/ids.ts";
import { type BrokerHouse, openBrokerHouse } from "#tests/support/broker-house.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";

const CONTROL = "$CONTROL/dynamic-security/v1";
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

const open = async (): Promise<BrokerHouse> => {
  const house = await openBrokerHouse();
  opened.push(house);
  return house;
};

/** Somebody else with the administrator's account. */
const byHand = async (house: BrokerHouse, ...commands: readonly Readonly<Record<string, unknown>>[]): Promise<void> => {
  const { url, username, password } = house.broker;
  const client = await mqtt.connectAsync(url, { username, password, clientId: "by-hand", protocolVersion: 5, reconnectPeriod: 0 });
  await client.subscribeAsync(`${CONTROL}/response`, { qos: 1 });
  const answered = new Promise<string>((resolve) => client.once("message", (_topic, payload) => resolve(payload.toString())));
  // The answer is enough: changing a role may cost the connection its PUBACK.
  client.publish(CONTROL, JSON.stringify({ commands }), { qos: 1 });
  const answer = await answered;
  await client.endAsync(true);
  expect(answer).not.toContain("error");
};

const signIn = (house: BrokerHouse, device: string) =>
  connectMqttDevice({ url: house.broker.url, site: "home", device, secret: `secret-of-${device}`, version: 5 });

describe("provisioning at Mosquitto", () => {
  test("repairs what was changed by hand, at the next connection, without a new secret", async () => {
    const house = await open();
    const lost: DeviceId[][] = [];
    const onLost = (devices: readonly DeviceId[]): void => void lost.push([...devices]);
    const first = await house.provision();
    for (const id of ["pulse-1", "pulse-2", "pulse-3", "pulse-4"]) await house.add(first, id);
    await first[Symbol.asyncDispose]();
    await byHand(
      house,
      { command: "modifyRole", rolename: "homeward-device-pulse-1", acls: [{ acltype: "publishClientSend", topic: "#", allow: true }] },
      { command: "removeClientRole", username: "pulse-2", rolename: "homeward-device-pulse-2" },
      { command: "disableClient", username: "pulse-3" },
      { command: "deleteClient", username: "pulse-4" },
      { command: "createRole", rolename: "too-much", acls: [{ acltype: "publishClientSend", topic: "#", allow: true }] },
      { command: "addClientRole", username: "pulse-3", rolename: "too-much" },
    );
    await house.provision({ onLost });
    for (const id of ["pulse-1", "pulse-2", "pulse-3"]) {
      await using device = await signIn(house, id);
      await device.publish("telemetry", "{}");
      await expect(device.client.publishAsync("homeward/v1/home/other/telemetry", "{}", { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    }
    // The broker keeps a salted hash it does not take back from anybody: only a new secret helps, and somebody is told.
    await expect(signIn(house, "pulse-4")).rejects.toThrow();
    expect(lost).toEqual([["pulse-4"]]);
  });

  test("locks out who is not registered, removes who was revoked meanwhile, and leaves strangers alone", async () => {
    const house = await open();
    const first = await house.provision();
    for (const id of ["pulse-1", "pulse-2", "pulse-3"]) await house.add(first, id);
    await first[Symbol.asyncDispose]();
    await byHand(house, { command: "createClient", username: "stranger", password: "secret-of-stranger" });
    const [one, two] = ["pulse-1" as DeviceId, "pulse-2" as DeviceId];
    const forgotten = house.devices.get(one);
    house.devices.delete(one);
    const revoked = house.devices.get(two);
    if (forgotten === undefined || revoked === undefined) throw new Error("not registered");
    house.devices.set(two, { ...revoked, revoked: true });
    const second = await house.provision();
    await expect(signIn(house, "pulse-1")).rejects.toThrow();
    await expect(signIn(house, "pulse-2")).rejects.toThrow();
    await using neighbour = await signIn(house, "pulse-3");
    await neighbour.publish("telemetry", "{}");
    const stranger = await mqtt.connectAsync(house.broker.url, { username: "stranger", password: "secret-of-stranger" });
    await stranger.endAsync(true);
    // A registry from an older backup that gets its newest device back: its secret still holds.
    await second[Symbol.asyncDispose]();
    house.devices.set(one, forgotten);
    await house.provision();
    await using again = await signIn(house, "pulse-1");
    await again.publish("telemetry", "{}");
  });

  test("another data directory touches none of these devices by comparing", async () => {
    const house = await open();
    const first = await house.provision();
    await house.add(first, "pulse-1");
    house.devices.clear();
    await house.provision({ installation: "homeward-another" });
    await using device = await signIn(house, "pulse-1");
    await device.publish("telemetry", "{}");
  });

  test("100 devices at once are all there, also after the broker was killed at once", async () => {
    const house = await open();
    const provisioning = await house.provision();
    const ids = Array.from({ length: 100 }, (_, index) => `pulse-${String(index)}`);
    await Promise.all(ids.map((id) => house.add(provisioning, id)));
    await house.broker.kill();
    await house.broker.start();
    await using last = await signIn(house, "pulse-99");
    await last.publish("telemetry", "{}");
  });
});
