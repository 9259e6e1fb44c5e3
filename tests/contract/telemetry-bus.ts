/** What every adapter of the telemetry bus must do, as one suite: give it a bus, it drives it with real MQTT clients. */
import { afterEach, describe, expect, test } from "vitest";
import type { DeviceId } from "#core/ids.ts";
import type { BusHandlers, BusMessage, TelemetryBus } from "#ports/telemetry-bus.ts";
import { connectMqttDevice, type MqttDevice, type MqttDeviceOptions } from "#tests/support/mqtt-device.ts";

interface BusUnderTest {
  readonly bus: TelemetryBus;
  /** Where devices connect; the bus itself or the broker behind it. */
  readonly url: string;
  /** Ends what the device may do; the bus itself unless the broker has to be told. */
  readonly revoke?: (device: DeviceId) => void;
}

export interface BusSuite {
  readonly name: string;
  open(handlers: BusHandlers): Promise<BusUnderTest>;
  /** Whether a PUBACK is this bus's own word (an external broker gives its own). */
  readonly ownsAcknowledgements: boolean;
  /** Whether who signs in, what is refused and who is connected is this bus's to see (an external broker does not say). */
  readonly seesDevices: boolean;
}

type Violation = Parameters<BusHandlers["onViolation"]>[0];

interface Arrival {
  readonly message: BusMessage;
  readonly text: string;
  readonly acknowledge: () => void;
}

/** Handlers that remember everything; `acknowledgesAtOnce` may be turned off to hold messages back. */
export const createRecordingHandlers = () => {
  const arrivals: Arrival[] = [];
  const violations: Violation[] = [];
  const connections: string[] = [];
  let changed = Promise.withResolvers<void>();
  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const state = { acknowledgesAtOnce: true };
  const handlers: { -readonly [Name in keyof BusHandlers]: BusHandlers[Name] } = {
    authenticate: (clientId, username, secret) =>
      clientId === username && secret !== null && Buffer.from(secret).toString() === `secret-of-${clientId}`
        ? (clientId as DeviceId)
        : null,
    siteOf: (device) => (device.startsWith("gone") ? null : "home"),
    onMessage: (message, acknowledge) => {
      arrivals.push({ message, text: Buffer.from(message.payload).toString(), acknowledge });
      if (state.acknowledgesAtOnce) acknowledge();
      change();
    },
    onConnection: (device, connected) => {
      connections.push(`${device} ${connected ? "on" : "off"}`);
      change();
    },
    onViolation: (violation) => {
      violations.push(violation);
      change();
    },
  };
  /** Waits for a condition on what was recorded; the test's own time-out ends a wait for something that never comes. */
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await changed.promise;
  };
  return { handlers, arrivals, violations, connections, state, until };
};

export const testTelemetryBus = (suite: BusSuite): void => {
  describe(`the telemetry bus ${suite.name}`, () => {
    const toClose: AsyncDisposable[] = [];
    afterEach(async () => {
      for (const item of toClose.splice(0).reverse()) await item[Symbol.asyncDispose]();
    });

    const open = async () => {
      const recording = createRecordingHandlers();
      const { bus, url, revoke = (device: DeviceId) => bus.disconnect(device) } = await suite.open(recording.handlers);
      toClose.push(bus);
      const connect = async (device: string, more: Partial<MqttDeviceOptions> = {}): Promise<MqttDevice> => {
        const connected = await connectMqttDevice({ url, site: "home", device, secret: `secret-of-${device}`, ...more });
        toClose.push(connected);
        return connected;
      };
      return { bus, url, revoke, connect, ...recording };
    };

    describe.each([
      ["MQTT 3.1.1", 4],
      ["MQTT 5", 5],
    ] as const)("with %s", (_, version) => {
      test("hands on every message of a device in the order it was sent, whatever its QoS", async () => {
        const { connect, arrivals, until } = await open();
        const device = await connect("pulse-1", { version });
        const sent: Promise<void>[] = [];
        for (let n = 0; n < 300; n += 1) {
          sent.push(device.publish(n % 7 === 0 ? "waveform" : "telemetry", `${n}`, (n % 3) as 0 | 1 | 2));
        }
        await Promise.all(sent);
        await until(() => arrivals.length === 300);
        const numbers = arrivals.map(({ text }) => Number(text));
        const inOrder = Array.from({ length: 300 }, (_, n) => n);
        // A broker keeps the order of each QoS [MQTT-4.6.0]; only one that takes QoS 2 over at once keeps that of all.
        for (const qos of [0, 1, 2]) expect(numbers.filter((n) => n % 3 === qos)).toEqual(inOrder.filter((n) => n % 3 === qos));
        if (suite.seesDevices) expect(numbers).toEqual(inOrder);
        expect(arrivals.find(({ text }) => text === "1")?.message).toMatchObject({
          topic: "homeward/v1/home/pulse-1/telemetry",
          sender: suite.seesDevices ? "pulse-1" : null,
          qos: 1,
          retain: false,
          will: false,
        });
      });

      test.each([1, 2] as const)("confirms a QoS %i message only after it was acknowledged", async (qos) => {
        if (!suite.ownsAcknowledgements) return;
        const { connect, arrivals, state, until } = await open();
        state.acknowledgesAtOnce = false;
        const device = await connect("pulse-1", { version });
        const confirmed: string[] = [];
        const first = device.publish("telemetry", "first", qos).then(() => confirmed.push("first"));
        const second = device.publish("telemetry", "second", qos).then(() => confirmed.push("second"));
        await until(() => arrivals.length === 2);
        // A round trip through the same connection: a PUBACK that was on its way would have come before it.
        await device.client.subscribeAsync(device.topic("receipt"), { qos: 1 });
        expect(confirmed).toEqual([]);
        arrivals[1]?.acknowledge();
        await second;
        expect(confirmed).toEqual(["second"]);
        arrivals[0]?.acknowledge();
        await first;
      });

      test("gets a message again after a reconnection when it was never acknowledged", async () => {
        if (!suite.ownsAcknowledgements) return;
        const { connect, arrivals, state, until } = await open();
        state.acknowledgesAtOnce = false;
        const device = await connect("pulse-1", { version, options: { reconnectPeriod: 1, clean: false } });
        const confirmed = device.publish("telemetry", "again", 1);
        await until(() => arrivals.length === 1);
        state.acknowledgesAtOnce = true;
        device.client.stream.destroy();
        await confirmed;
        expect(arrivals.map(({ text }) => text)).toEqual(["again", "again"]);
        // The old connection's acknowledgement comes too late and confirms nothing twice.
        arrivals[0]?.acknowledge();
        await device.publish("telemetry", "next", 1);
        expect(arrivals).toHaveLength(3);
      });

      test("delivers receipts and commands to the device they are for, and to no other", async () => {
        const { bus, connect } = await open();
        const [one, other] = [await connect("pulse-1", { version }), await connect("pulse-2", { version })];
        bus.publish(one.topic("receipt"), JSON.stringify({ seq: 7, missing: [] }));
        bus.publish(one.topic("command"), '{"kind":"identify","note":"体温"}');
        bus.publish("homeward/v1/home/nobody/receipt", "{}");
        bus.publish(other.topic("receipt"), JSON.stringify({ seq: 9, missing: [] }));
        expect(await one.waitForReceipt(7)).toEqual({ seq: 7, missing: [] });
        const command = await one.waitFor(({ topic }) => topic === one.topic("command"));
        expect(command.payload).toBe('{"kind":"identify","note":"体温"}');
        expect(command.packet.qos).toBe(1);
        await other.waitForReceipt(9);
        expect(other.received).toHaveLength(1);
        expect(one.received).toHaveLength(2);
      });

      test("delivers nothing any more after the device has unsubscribed", async () => {
        const { bus, connect } = await open();
        const device = await connect("pulse-1", { version });
        await device.client.unsubscribeAsync(device.topic("receipt"));
        bus.publish(device.topic("receipt"), JSON.stringify({ seq: 1, missing: [] }));
        bus.publish(device.topic("command"), "{}");
        await device.waitFor(({ topic }) => topic === device.topic("command"));
        expect(device.received).toHaveLength(1);
      });

      test("refuses a sign-in without, with a wrong and with another device's secret", async () => {
        const { connect, violations, bus } = await open();
        const refused = [
          { secret: "wrong" },
          { secret: "" },
          { secret: "secret-of-pulse-2" },
          { options: { username: "pulse-2" }, secret: "secret-of-pulse-2" },
          { options: { clientId: "pulse-2" } },
        ];
        for (const attempt of refused) {
          await expect(connect("pulse-1", { version, ...attempt })).rejects.toMatchObject({
            code: expect.toSatisfy((code: number) => (version === 5 ? code >= 0x80 : code === 4 || code === 5)) as number,
          });
        }
        expect(bus.connections).toBe(0);
        if (!suite.seesDevices) return;
        expect(violations.map(({ kind }) => kind)).toEqual(refused.map(() => "bad_credentials"));
        // Named as they named themselves: whoever looks after pulse-1 must hear of it (DEV-8).
        expect(violations.map(({ device }) => device)).toEqual(["pulse-1", "pulse-1", "pulse-1", "pulse-1", "pulse-2"]);
      });

      test.each([
        "home/other/telemetry",
        "home/pulse-1/receipt",
        "home/pulse-1/command",
        "home/pulse-12/status",
        "away/pulse-1/status",
        ...(suite.seesDevices ? ["home/pulse-1/x y"] : []),
      ])("does not hand on what a device publishes to %s", async (foreign) => {
        const { connect, arrivals, violations, until } = await open();
        const device = await connect("pulse-1", { version });
        const outcome = device.client.publishAsync(`homeward/v1/${foreign}`, "{}", { qos: 1 });
        if (version === 5 || !suite.seesDevices) {
          // MQTT 3.1.1 has no word for a refusal but the end of the connection, which is not every broker's choice.
          if (version === 5) await expect(outcome).rejects.toMatchObject({ code: 0x87 });
          await device.publish("telemetry", "still here", 1);
          await until(() => arrivals.length > 0);
          expect(arrivals.map(({ text }) => text)).toEqual(["still here"]);
        } else {
          outcome.catch(() => undefined);
          await device.closed;
          await until(() => violations.length > 0);
          expect(arrivals).toEqual([]);
        }
        if (suite.seesDevices) expect(violations).toEqual([{ device: "pulse-1", kind: "foreign_topic", detail: `homeward/v1/${foreign}` }]);
      });

      test.each(["vitals", "telemetry/deeper"])("hands on what a device publishes below its own prefix to %s", async (tail) => {
        const { connect, arrivals, violations, until } = await open();
        const device = await connect("pulse-1", { version });
        await device.publish(tail, "{}", 1);
        await device.publish("telemetry", "still here", 1);
        await until(() => arrivals.length === 2);
        expect(arrivals.map(({ message, text }) => [message.topic, text])).toEqual([
          [device.topic(tail), "{}"],
          [device.topic("telemetry"), "still here"],
        ]);
        expect(violations).toEqual([]);
      });

      test.each([
        "#",
        "homeward/v1/+/+/telemetry",
        "$SYS/#",
        "$share/g/homeward/v1/home/pulse-2/receipt",
        "homeward/v1/home/pulse-2/receipt",
      ])("refuses the subscription %s and delivers nothing for it", async (filter) => {
        const { bus, connect, violations } = await open();
        const device = await connect("pulse-1", { version });
        const other = await connect("pulse-2", { version });
        await expect(device.client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
        bus.publish(other.topic("receipt"), JSON.stringify({ seq: 1, missing: [] }));
        await other.publish("telemetry", "{}", 1);
        await other.waitForReceipt(1);
        bus.publish(device.topic("receipt"), JSON.stringify({ seq: 2, missing: [] }));
        await device.waitForReceipt(2);
        expect(device.received).toHaveLength(1);
        if (suite.seesDevices) expect(violations).toEqual([{ device: "pulse-1", kind: "foreign_subscription", detail: filter }]);
      });

      test("hands on the last will of a device that vanished, and none of one that signed off", async () => {
        const { connect, arrivals, until, connections } = await open();
        const will = { topic: "homeward/v1/home/pulse-1/status", payload: Buffer.from('{"online":false}'), qos: 1 as const, retain: true };
        const polite = await connect("pulse-1", { version, options: { will } });
        await polite.client.endAsync();
        const device = await connect("pulse-1", { version, options: { will } });
        await device.publish("status", '{"online":true}', 1, true);
        await device.vanish();
        await until(() => arrivals.length === 2 && (!suite.seesDevices || connections.length === 4));
        expect(arrivals.map(({ text }) => text)).toEqual(['{"online":true}', '{"online":false}']);
        if (!suite.seesDevices) return;
        expect(arrivals.map(({ text, message }) => [text, message.will, message.sender, message.retain])).toEqual([
          ['{"online":true}', false, "pulse-1", true],
          ['{"online":false}', true, "pulse-1", true],
        ]);
        expect(connections).toEqual(["pulse-1 on", "pulse-1 off", "pulse-1 on", "pulse-1 off"]);
      });

      test("never publishes a last will for another's topic", async () => {
        const { connect, violations, arrivals, until } = await open();
        const topic = "homeward/v1/home/pulse-2/status";
        const will = { topic, payload: Buffer.from("{}"), qos: 1 as const, retain: true };
        if (suite.seesDevices) {
          await expect(connect("pulse-1", { version, options: { will } })).rejects.toThrow();
          expect(violations).toEqual([{ device: "pulse-1", kind: "bad_will", detail: topic }]);
          expect(arrivals).toEqual([]);
        } else {
          // Another broker may look at a will only when it is due; then it must go nowhere.
          const device = await connect("pulse-1", { version, options: { will } });
          await device.vanish();
          const after = await connect("pulse-1", { version });
          await after.publish("telemetry", "still here", 1);
          await until(() => arrivals.length > 0);
          expect(arrivals.map(({ text }) => text)).toEqual(["still here"]);
        }
      });

      test("treats a measurement marked retained as a live one", async () => {
        const { connect, arrivals, until } = await open();
        const device = await connect("pulse-1", { version });
        await device.publish("telemetry", "{}", 1, true);
        await until(() => arrivals.length === 1);
        expect(arrivals[0]?.message.retain).toBe(false);
      });

      test("hands on a message of more than 256 KiB, so that it can be set aside, and acknowledges it", async () => {
        const { connect, arrivals, until } = await open();
        const device = await connect("pulse-1", { version });
        const size = 300 * 1_024;
        await device.publish("telemetry", Buffer.alloc(size, 0x20), 1);
        await until(() => arrivals.length === 1);
        expect(arrivals[0]?.message.payload.length).toBe(size);
        await device.publish("telemetry", "", 1);
        await until(() => arrivals.length === 2);
        expect(arrivals[1]?.message.payload.length).toBe(0);
      });

      test("lets a device replace its own session, and nobody else", async () => {
        const { bus, connect, connections, until } = await open();
        const first = await connect("pulse-1", { version });
        await expect(connect("pulse-1", { version, secret: "guess" })).rejects.toThrow();
        await first.publish("telemetry", "{}", 1);
        const second = await connect("pulse-1", { version });
        await first.closed;
        await second.publish("telemetry", "{}", 1);
        bus.publish(second.topic("receipt"), JSON.stringify({ seq: 1, missing: [] }));
        await second.waitForReceipt(1);
        if (!suite.seesDevices) return;
        await until(() => connections.length === 3);
        expect(connections).toEqual(["pulse-1 on", "pulse-1 off", "pulse-1 on"]);
        expect(bus.connections).toBe(1);
      });

      test("ends the session of a device whose credential was revoked", async () => {
        const { bus, connect, connections, until, revoke } = await open();
        const device = await connect("pulse-1", { version });
        revoke("pulse-1" as DeviceId);
        revoke("unknown" as DeviceId);
        await device.closed;
        if (suite.seesDevices) await until(() => connections.length === 2);
        expect(bus.connections).toBe(0);
      });
    });

    test("closes while devices are connected, and again without harm", async () => {
      const { bus, connect } = await open();
      const devices = [await connect("pulse-1"), await connect("pulse-2", { version: 5 })];
      await bus[Symbol.asyncDispose]();
      if (suite.seesDevices) await Promise.all(devices.map((device) => device.closed));
      await bus[Symbol.asyncDispose]();
    });
  });
};
