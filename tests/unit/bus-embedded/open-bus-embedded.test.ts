/** What the embedded broker promises beyond the port: limits, hostile bytes, and the letter of MQTT. */
import { generate } from "selfsigned";
import { afterEach, describe, expect, test } from "vitest";
import type { BusLimits } from "#adapters/bus-embedded/bus-limits.ts";
import { openBusEmbedded } from "#adapters/bus-embedded/open-bus-embedded.ts";
import { createRecordingHandlers } from "#tests/contract/telemetry-bus.ts";
import { connectMqttDevice, connectRawSocket, type MqttDeviceOptions } from "#tests/support/mqtt-device.ts";
import { createManualBusClock } from "#tests/unit/bus-embedded/manual-bus-clock.ts";
import { CONNACK, connectOf, packetOf, PINGREQ, PINGRESP, PUBACK_1, publishOf } from "#tests/unit/bus-embedded/mqtt-bytes.ts";

const toClose: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of toClose.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

const open = async (limits: Partial<BusLimits> = {}, tls?: { cert: string; key: string }) => {
  const recording = createRecordingHandlers();
  const clock = createManualBusClock();
  const bus = await openBusEmbedded({ host: "127.0.0.1", port: 0, handlers: recording.handlers, limits, clock, ...(tls ? { tls } : {}) });
  toClose.push(bus);
  const raw = async () => {
    const socket = await connectRawSocket(bus.url);
    toClose.push(socket);
    return socket;
  };
  const signedIn = async (device: string, version = 4, keepAliveS = 0) => {
    const socket = await raw();
    socket.write(connectOf(device, `secret-of-${device}`, version, keepAliveS));
    const [first, length] = await socket.read(2);
    expect(first).toBe(0x20);
    await socket.read(length ?? 0);
    return socket;
  };
  const connect = async (device: string, more: Partial<MqttDeviceOptions> = {}) => {
    const connected = await connectMqttDevice({ url: bus.url, site: "home", device, secret: `secret-of-${device}`, ...more });
    toClose.push(connected);
    return connected;
  };
  return { bus, clock, raw, signedIn, connect, ...recording };
};

const telemetry = (device: string): string => `homeward/v1/home/${device}/telemetry`;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("back-pressure", () => {
  test("stops reading one device with too much unacknowledged, while another goes on", async () => {
    const { connect, arrivals, state, until } = await open({ unacknowledgedMessages: 10 });
    state.acknowledgesAtOnce = false;
    const eager = await connect("eager");
    const sent = Array.from({ length: 100 }, (_, n) => eager.publish("telemetry", `${n}`));
    await until(() => arrivals.length === 10);
    state.acknowledgesAtOnce = true;
    const calm = await connect("calm");
    for (let n = 0; n < 20; n += 1) await calm.publish("telemetry", "calm");
    expect(arrivals.filter(({ message }) => message.sender === "eager")).toHaveLength(10);
    // Half must be gone before it is read again.
    for (const { message, acknowledge } of arrivals.slice(0, 10)) if (message.sender === "eager") acknowledge();
    await Promise.all(sent);
    const texts = arrivals.filter(({ message }) => message.sender === "eager").map(({ text }) => Number(text));
    expect(texts).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  test("never hands on the next message inside the call that acknowledged another", async () => {
    const { connect, arrivals, state, until } = await open({ unacknowledgedMessages: 2 });
    state.acknowledgesAtOnce = false;
    const device = await connect("pulse-1");
    const sent = ["a", "b", "c"].map((text) => device.publish("telemetry", text));
    await until(() => arrivals.length === 2);
    arrivals[0]?.acknowledge();
    arrivals[1]?.acknowledge();
    arrivals[1]?.acknowledge();
    expect(arrivals).toHaveLength(2);
    await until(() => arrivals.length === 3);
    arrivals[2]?.acknowledge();
    await Promise.all(sent);
  });

  test("pauses everybody at the bound of all together and goes on when half is acknowledged", async () => {
    const { connect, arrivals, state, until } = await open({ totalUnacknowledgedMessages: 20 });
    state.acknowledgesAtOnce = false;
    const devices = [await connect("pulse-1"), await connect("pulse-2")];
    const sent = devices.flatMap((device) => Array.from({ length: 50 }, (_, n) => device.publish("telemetry", `${n}`)));
    await until(() => arrivals.length >= 20);
    // Each device may have had one more on its way in.
    expect(arrivals.length).toBeLessThanOrEqual(22);
    state.acknowledgesAtOnce = true;
    for (const { acknowledge } of arrivals.slice()) acknowledge();
    await Promise.all(sent);
    expect(arrivals).toHaveLength(100);
  });

  test("counts what a device that left never got acknowledged for a minute, then no longer", async () => {
    const { clock, signedIn, connect, arrivals, state, until, connections } = await open({ totalUnacknowledgedMessages: 1 });
    state.acknowledgesAtOnce = false;
    const leaver = await signedIn("leaver");
    leaver.write(publishOf({ topic: telemetry("leaver"), payload: "lost" }));
    await until(() => arrivals.length === 1);
    leaver.socket.resetAndDestroy();
    await until(() => connections.includes("leaver off"));
    state.acknowledgesAtOnce = true;
    const other = await connect("other");
    await other.publish("telemetry", "first");
    const second = other.publish("telemetry", "second");
    clock.advance(30_000);
    await turn();
    expect(arrivals.map(({ text }) => text)).toEqual(["lost", "first"]);
    clock.advance(31_000);
    await second;
  });
});

describe("the rate of a device", () => {
  test("makes only the acknowledgements of the fast device wait, drops nothing, and is not refilled by reconnecting", async () => {
    const { clock, connect, arrivals, connections, until } = await open({ messagesPerSecond: 10, messageBurst: 20 });
    const count = (device: string) => arrivals.filter(({ message }) => message.sender === device).length;
    const fast = await connect("fast", { options: { reconnectPeriod: 1, clean: false } });
    const sent = Array.from({ length: 30 }, (_, n) => fast.publish("telemetry", `${n}`));
    await Promise.all(sent.slice(0, 20));
    const other = await connect("other");
    for (let n = 0; n < 10; n += 1) await other.publish("telemetry", "other");
    expect(count("fast")).toBe(20);
    fast.client.stream.destroy();
    await until(() => connections.filter((change) => change === "fast on").length === 2);
    await other.publish("telemetry", "other");
    expect(count("fast")).toBe(20);
    for (let n = 20; n < 30; n += 1) {
      clock.advance(100);
      await sent[n];
    }
    const texts = arrivals.filter(({ message }) => message.sender === "fast").map(({ text }) => Number(text));
    expect(texts).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });
});

describe("acknowledgements", () => {
  test("of one turn leave together, in the order they were given, and answer retransmission of QoS 2 without a second hand-on", async () => {
    const { signedIn, arrivals, state, until } = await open();
    state.acknowledgesAtOnce = false;
    const device = await signedIn("pulse-1");
    const topic = telemetry("pulse-1");
    const exactlyOnce = publishOf({ topic, payload: "2", packetId: 2, qos: 2 });
    device.write(Buffer.concat([publishOf({ topic, payload: "1" }), exactlyOnce, exactlyOnce, publishOf({ topic, payload: "0", qos: 0 })]));
    await until(() => arrivals.length === 3);
    for (const { acknowledge } of arrivals.toReversed()) acknowledge();
    expect(await device.read(8)).toEqual(Buffer.from([0x50, 2, 0, 2, 0x40, 2, 0, 1]));
    device.write(exactlyOnce);
    expect(await device.read(4)).toEqual(Buffer.from([0x50, 2, 0, 2]));
    device.write(packetOf(0x62, Buffer.from([0, 2])));
    expect(await device.read(4)).toEqual(Buffer.from([0x70, 2, 0, 2]));
    device.write(exactlyOnce);
    await until(() => arrivals.length === 4);
  });
});

describe("MQTT 5", () => {
  test("lets a device use a topic alias instead of its topic", async () => {
    const { signedIn, arrivals } = await open();
    const device = await signedIn("pulse-1", 5);
    const topic = telemetry("pulse-1");
    const alias = [0x23, 0, 3];
    device.write(publishOf({ topic, payload: "a", properties: [...alias, 0x26, 0, 1, 107, 0, 1, 118] }));
    device.write(publishOf({ topic: "", payload: "b", properties: alias }));
    await device.read(8);
    expect(arrivals.map(({ text, message }) => [text, message.topic])).toEqual([
      ["a", topic],
      ["b", topic],
    ]);
  });

  test.each([
    ["an alias above the announced maximum", { topic: telemetry("pulse-1"), payload: "", properties: [0x23, 0, 17] }, 0x94],
    ["an alias never set", { topic: "", payload: "", properties: [0x23, 0, 5] }, 0x94],
    ["no topic at all", { topic: "", payload: "", properties: [] }, 0x82],
    ["an unknown property", { topic: telemetry("pulse-1"), payload: "", properties: [0x7e, 1] }, 0x81],
    ["too large a message", { topic: telemetry("pulse-1"), payload: Buffer.alloc(600_000), properties: [] }, 0x95],
  ])("says why it ends the connection: %s", async (_, parts, reason) => {
    const { signedIn, arrivals } = await open();
    const device = await signedIn("pulse-1", 5);
    device.write(publishOf(parts));
    expect(await device.read(3)).toEqual(Buffer.from([0xe0, 1, reason]));
    await device.closed;
    expect(arrivals).toEqual([]);
  });

  test("echoes the subscription identifier of the device", async () => {
    const { bus, connect } = await open();
    const device = await connect("pulse-1", { version: 5, listens: false });
    await device.client.subscribeAsync(device.topic("receipt"), { qos: 1, properties: { subscriptionIdentifier: 300 } });
    bus.publish(device.topic("receipt"), '{"seq":1}');
    const { packet } = await device.waitFor(() => true);
    expect(packet.properties?.subscriptionIdentifier).toBe(300);
  });
});

describe("deliveries", () => {
  test("to a device that confirms nothing wait within its receive maximum: the newest receipt, every command", async () => {
    const { bus, connect } = await open();
    const device = await connect("pulse-1", { version: 5, options: { properties: { receiveMaximum: 1 } } });
    for (let n = 1; n <= 5; n += 1) bus.publish(device.topic("receipt"), `{"seq":${n},"missing":[]}`);
    for (let n = 1; n <= 3; n += 1) bus.publish(device.topic("command"), `${n}`);
    await device.waitForReceipt(5);
    await device.waitFor(({ payload }) => payload === "3");
    expect(device.received.map(({ payload }) => payload)).toEqual(['{"seq":1,"missing":[]}', '{"seq":5,"missing":[]}', "1", "2", "3"]);
  });

  test("reach a device that came back to a kept session without subscribing again", async () => {
    const { bus, connect } = await open();
    const first = await connect("pulse-1", { options: { clean: false } });
    await first.client.endAsync();
    bus.publish(first.topic("receipt"), '{"seq":1,"missing":[]}');
    const second = await connect("pulse-1", { options: { clean: false }, listens: false });
    bus.publish(second.topic("receipt"), '{"seq":2,"missing":[]}');
    await second.waitForReceipt(2);
    expect(second.received).toHaveLength(1);
  });
});

describe("connections", () => {
  test("without a CONNECT in time are closed", async () => {
    const { raw, clock } = await open();
    const [silent, slow] = [await raw(), await raw()];
    slow.write(connectOf("pulse-1", "secret-of-pulse-1").subarray(0, 20));
    await turn();
    clock.advance(11_000);
    await Promise.all([silent.closed, slow.closed]);
  });

  test("that are silent for one and a half keep alive are closed, not one that only sends telemetry", async () => {
    const { signedIn, clock, arrivals, until, connections } = await open();
    const silent = await signedIn("silent", 5, 10);
    const busy = await signedIn("busy", 4, 10);
    const pinging = await signedIn("pinging", 4, 10);
    await until(() => connections.length === 3);
    for (let round = 1; round <= 4; round += 1) {
      busy.write(publishOf({ topic: telemetry("busy"), payload: "x" }));
      pinging.write(PINGREQ);
      expect(await pinging.read(2)).toEqual(PINGRESP);
      expect(await busy.read(4)).toEqual(PUBACK_1);
      // In steps, as a machine that is awake lives through it.
      for (let second = 0; second < 8; second += 1) clock.advance(1_000);
    }
    expect(await silent.read(3)).toEqual(Buffer.from([0xe0, 1, 0x8d]));
    await silent.closed;
    expect(arrivals).toHaveLength(4);
    expect(connections).toEqual(["silent on", "busy on", "pinging on", "silent off"]);
  });

  test("may send on before the answer to their sign-in, and nothing is taken before it", async () => {
    const { raw, arrivals, violations, until } = await open();
    const message = publishOf({ topic: telemetry("pulse-1"), payload: "early" });
    const wrong = await raw();
    wrong.write(Buffer.concat([connectOf("pulse-1", "wrong"), message]));
    await wrong.closed;
    expect(arrivals).toEqual([]);
    expect(violations).toHaveLength(1);
    const right = await raw();
    right.write(Buffer.concat([connectOf("pulse-1", "secret-of-pulse-1"), message, PINGREQ]));
    await until(() => arrivals.length === 1);
    // Order on the wire: CONNACK first, whatever the turn of the event loop.
    expect((await right.read(4)).equals(CONNACK)).toBe(true);
    expect((await right.read(6)).equals(Buffer.concat([PUBACK_1, PINGRESP]))).toBe(true);
  });

  test("of an unknown protocol version are told so", async () => {
    const { raw } = await open();
    const future = await raw();
    future.write(connectOf("pulse-1", "secret-of-pulse-1", 9));
    expect(await future.read(4)).toEqual(Buffer.from([0x20, 2, 0, 1]));
    await future.closed;
  });

  test("over TLS work like others, and a plain one there does not", async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2_048 });
    const { bus, connect, raw } = await open({}, { cert, key });
    expect(bus.url).toMatch(/^mqtts:/);
    const plain = await raw();
    plain.write(connectOf("pulse-1", "secret-of-pulse-1"));
    await plain.closed;
    // The test's certificate names no address.
    const device = await connect("pulse-1", { options: { ca: cert, checkServerIdentity: () => undefined } as object });
    await device.publish("telemetry", "{}");
  });

  test("above the maximum are closed, those before stay", async () => {
    const { connect, raw } = await open({ maxConnections: 1 });
    const device = await connect("pulse-1");
    const surplus = await raw();
    await surplus.closed;
    await device.publish("telemetry", "{}");
  });
});

describe("sign-ins", () => {
  test("with guessed secrets are answered ever later, while a device with the right one is let in at once", async () => {
    const { raw, connect, clock, violations, until } = await open();
    const guessing = await Promise.all(Array.from({ length: 12 }, raw));
    for (const guess of guessing) guess.write(connectOf("pulse-1", "guess"));
    await until(() => violations.length === 12);
    const device = await connect("pulse-1");
    await device.publish("telemetry", "{}");
    expect(guessing.filter(({ socket }) => socket.closed).length).toBeLessThanOrEqual(5);
    clock.advance(1_000);
    clock.advance(1_000);
    await Promise.all(guessing.map(({ closed }) => closed));
    for (const guess of guessing) expect(await guess.read(4)).toEqual(Buffer.from([0x20, 2, 0, 4]));
  });

  test("that cannot be checked are refused for now, and nobody is let in", async () => {
    const { handlers, connect, violations } = await open();
    handlers.authenticate = () => Promise.reject(new Error("the registry is away"));
    await expect(connect("pulse-1")).rejects.toMatchObject({ code: 3 });
    expect(violations).toEqual([]);
  });

  test("of one device at the same moment leave one session, and its receipts arrive there", async () => {
    const { bus, signedIn, until, connections } = await open();
    const all = await Promise.all(Array.from({ length: 8 }, () => signedIn("pulse-1")));
    await until(() => connections.length === 15);
    expect(bus.connections).toBe(1);
    const ended = all.map(({ closed }, n) => closed.then(() => n));
    await Promise.race(ended);
    const left: number[] = [];
    for (const [n, { write, read, socket }] of all.entries()) {
      if (socket.destroyed) continue;
      write(PINGREQ);
      if ((await read(2)).equals(PINGRESP)) left.push(n);
    }
    expect(left).toHaveLength(1);
  });
});

describe("hostile bytes", () => {
  const first = [
    ["nothing but zeros", Buffer.alloc(64)],
    ["a PUBLISH before CONNECT", publishOf({ topic: telemetry("pulse-1"), payload: "x" })],
    ["a PUBACK before CONNECT", PUBACK_1],
    ["a CONNECT of another protocol", packetOf(0x10, Buffer.from("\0\x04HTTP\x04\xc2\0\0", "latin1"))],
    ["a CONNECT cut short", packetOf(0x10, Buffer.from([0, 4]))],
    ["a CONNECT of 70,000 bytes", connectOf("a".repeat(35_000), "b".repeat(100))],
    ["an endless length", Buffer.from([0x10, 255, 255, 255, 255, 255])],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
  ] as const;
  test.each(first)("as first words end only that connection: %s", async (_, bytes) => {
    const { raw, connect, arrivals } = await open();
    const good = await connect("good");
    const bad = await raw();
    bad.write(bytes);
    await bad.closed;
    await good.publish("telemetry", "{}");
    expect(arrivals).toHaveLength(1);
  });

  const later = [
    ["a second CONNECT", connectOf("pulse-1", "secret-of-pulse-1")],
    ["a CONNACK", CONNACK],
    ["a SUBACK", packetOf(0x90, Buffer.from([0, 1, 0]))],
    ["a PUBLISH without topic", publishOf({ topic: "", payload: "x" })],
    ["a PUBREL with wrong flags", packetOf(0x60, Buffer.from([0, 1]))],
    ["a SUBSCRIBE without filters", packetOf(0x82, Buffer.from([0, 1]))],
    ["a SUBSCRIBE of 10,000 levels", packetOf(0x82, Buffer.from([0, 1, 0x4e, 0x20]), Buffer.alloc(20_000, "a/"), Buffer.from([1]))],
    ["an AUTH", packetOf(0xf0)],
  ] as const;
  test.each(later)("after sign-in end only that connection: %s", async (_, bytes) => {
    const { signedIn, connect } = await open();
    const good = await connect("good");
    const bad = await signedIn("pulse-1");
    bad.write(bytes);
    await bad.closed;
    await good.publish("telemetry", "{}");
  });

  test("2,000 random and damaged packets crash nothing and never become somebody else's message", async () => {
    const { raw, connect, arrivals, bus } = await open();
    const good = await connect("good");
    // A fixed seed: a failure is the same failure tomorrow (mulberry32).
    let seed = 20_261_122;
    const random = (below: number): number => {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) % below;
    };
    const samples = [4, 5].flatMap((version) => [
      connectOf("pulse-1", "secret-of-pulse-1", version),
      publishOf({ topic: telemetry("pulse-1"), payload: '{"seq":1}', properties: version === 5 ? [0x23, 0, 1] : [] }),
      publishOf({ topic: telemetry("good"), payload: "forged", qos: 2 }),
      packetOf(0x82, Buffer.from([0, 1, ...(version === 5 ? [0] : []), 0, 1, 35, 1])),
      packetOf(0xa2, Buffer.from([0, 1, 0, 1, 35])),
      packetOf(0x62, Buffer.from([0, 1])),
      packetOf(0xe0),
      PINGREQ,
    ]);
    for (let batch = 0; batch < 40; batch += 1) {
      const sockets = await Promise.all(Array.from({ length: 10 }, raw));
      for (const [index, { write, socket }] of sockets.entries()) {
        if (index % 2 === 0) write(connectOf(`fuzz-${index}`, `secret-of-fuzz-${index}`, index % 4 === 0 ? 4 : 5));
        for (let n = 0; n < 5; n += 1) {
          const packet = Buffer.from(samples[random(samples.length)] as Buffer);
          for (let flips = random(4); flips > 0; flips -= 1) packet[random(packet.length)] = random(256);
          if (!socket.destroyed) write(random(8) === 0 ? Buffer.from(Array.from({ length: 20 }, () => random(256))) : packet);
        }
        socket.end();
      }
      await good.publish("telemetry", `${batch}`);
      await Promise.all(sockets.map(({ closed }) => closed));
    }
    for (const { message } of arrivals) {
      expect(message.topic.split("/")[3]).toBe(message.sender);
    }
    expect(arrivals.filter(({ message }) => message.sender === "good")).toHaveLength(40);
    expect(bus.connections).toBe(1);
  });
});
