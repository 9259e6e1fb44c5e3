/** What is particular to a bus behind a broker: when the broker hears PUBACK, what an outage does, and who reads a shared subscription. */
import { describe, expect, test, afterEach } from "vitest";
import { type BrokerHouse, openBrokerHouse } from "#tests/support/broker-house.ts";
import { createRecordingHandlers } from "#tests/contract/telemetry-bus.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

const open = async () => {
  const house = await openBrokerHouse();
  opened.push(house);
  await house.add(await house.provision(), "pulse-1");
  return house;
};

const signIn = async (house: BrokerHouse) => {
  const device = await connectMqttDevice({ url: house.broker.url, site: "home", device: "pulse-1", secret: "secret-of-pulse-1" });
  opened.push(device);
  return device;
};

describe("the bus behind Mosquitto", () => {
  test("gets again, in order, whatever it had not acknowledged when it went away, and nothing else", async () => {
    const house = await open();
    const { handlers, arrivals, state, until } = createRecordingHandlers();
    state.acknowledgesAtOnce = false;
    const first = await house.bus(handlers);
    const device = await signIn(house);
    for (let n = 0; n < 100; n += 1) void device.publish("telemetry", String(n));
    await until(() => arrivals.length === 100);
    for (const { acknowledge } of arrivals.slice(0, 60)) acknowledge();
    await first[Symbol.asyncDispose]();
    for (let n = 100; n < 120; n += 1) await device.publish("telemetry", String(n));
    arrivals.splice(0);
    state.acknowledgesAtOnce = true;
    await house.bus(handlers);
    await until(() => arrivals.length === 60);
    expect(arrivals.map(({ text }) => Number(text))).toEqual(Array.from({ length: 60 }, (_, index) => 60 + index));
  });

  test("holds no more than its window, and reads on when half of it was acknowledged", async () => {
    const house = await open();
    const { handlers, arrivals, state, until } = createRecordingHandlers();
    state.acknowledgesAtOnce = false;
    await house.bus(handlers, { window: { messages: 50, bytes: 1_000_000 } });
    const device = await signIn(house);
    await Promise.all(Array.from({ length: 500 }, (_, n) => device.publish("telemetry", String(n))));
    await until(() => arrivals.length >= 50);
    expect(arrivals).toHaveLength(50);
    for (let acknowledged = 0; acknowledged < 500; acknowledged += 1) {
      await until(() => arrivals.length > acknowledged);
      expect(arrivals.length - acknowledged).toBeLessThanOrEqual(50);
      arrivals[acknowledged]?.acknowledge();
    }
    expect(arrivals.map(({ text }) => Number(text))).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  test("says when it cannot hear devices and when it can again; what was published meanwhile goes out then", async () => {
    const house = await open();
    const { handlers } = createRecordingHandlers();
    const heard: boolean[] = [];
    let changed = Promise.withResolvers<void>();
    const bus = await house.bus({
      ...handlers,
      onReceiving(receiving) {
        heard.push(receiving);
        changed.resolve();
        changed = Promise.withResolvers<void>();
      },
    });
    await house.broker.kill();
    while (heard.length < 2) await changed.promise;
    for (let seq = 1; seq <= 5; seq += 1) bus.publish("homeward/v1/home/pulse-1/receipt", JSON.stringify({ seq, missing: [] }));
    bus.publish("homeward/v1/home/pulse-1/command", '{"kind":"identify"}');
    await house.broker.start();
    const device = await signIn(house);
    await device.waitFor(({ topic }) => topic.endsWith("/command"));
    // Cumulative: of the receipts that waited, the newest alone.
    expect(await device.waitForReceipt(1)).toEqual({ seq: 5, missing: [] });
    while (heard.length < 3) await changed.promise;
    expect(heard).toEqual([true, false, true]);
  });

  test("an old measurement that somebody had the broker retain is not news; a retained status is", async () => {
    const house = await open();
    const device = await signIn(house);
    await device.publish("telemetry", "old", 1, true);
    await device.publish("status", '{"online":true}', 1, true);
    const { handlers, arrivals, until } = createRecordingHandlers();
    await house.bus(handlers);
    await device.publish("telemetry", "news");
    await until(() => arrivals.length === 2);
    expect(arrivals.map(({ text }) => text).toSorted()).toEqual(["news", '{"online":true}']);
  });

  test("several receivers of one group share the messages between them", async () => {
    const house = await open();
    const recordings = [createRecordingHandlers(), createRecordingHandlers()] as const;
    const { username, password } = house.broker;
    for (const [index, { handlers }] of recordings.entries())
      await house.bus(handlers, { shareGroup: "receivers", signIn: { clientId: `receiver-${String(index)}`, username, password } });
    const device = await signIn(house);
    await Promise.all(Array.from({ length: 200 }, (_, n) => device.publish("telemetry", String(n))));
    const [one, other] = recordings;
    const all = () => [...one.arrivals, ...other.arrivals];
    await Promise.race([one.until(() => all().length === 200), other.until(() => all().length === 200)]);
    expect(new Set(all().map(({ text }) => text)).size).toBe(200);
    expect(Math.min(one.arrivals.length, other.arrivals.length)).toBeGreaterThan(0);
  });
});
