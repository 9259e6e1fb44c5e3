/** A device for tests: signs in over MQTT, publishes with a promise of its PUBACK, and collects its receipts and commands. */
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";

export interface MqttDeviceOptions {
  readonly url: string;
  readonly site: string;
  readonly device: string;
  readonly secret: string;
  /** 4 is MQTT 3.1.1 (the default), 5 is MQTT 5. */
  readonly version?: 4 | 5;
  /** Whether to subscribe to the own receipts and commands; default true. */
  readonly listens?: boolean;
  /** Anything else mqtt.js takes: will, clean, keepalive, ca, … */
  readonly options?: IClientOptions;
}

interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly packet: IPublishPacket;
}

export interface MqttDevice extends AsyncDisposable {
  readonly client: MqttClient;
  /** `homeward/v1/{site}/{device}/{channel}` */
  topic(channel: string): string;
  /** Resolves when the server has acknowledged (QoS 0: when it is sent). Objects go out as JSON. */
  publish(channel: string, body: unknown, qos?: 0 | 1 | 2, retain?: boolean): Promise<void>;
  /** Everything received so far, oldest first. */
  readonly received: readonly Received[];
  /** The first message, past or future, that fulfils the test. */
  waitFor(test: (message: Received) => boolean): Promise<Received>;
  /** The first receipt whose `seq` is at least this. */
  waitForReceipt(seq: number): Promise<{ readonly seq: number; readonly missing: readonly number[] }>;
  /** Resolves when the connection has ended, from whichever side. */
  readonly closed: Promise<void>;
  /** Vanishes without DISCONNECT, so that the last will goes out. */
  vanish(): Promise<void>;
}

const encode = (body: unknown): string | Buffer => {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body);
  return JSON.stringify(body);
};

/** Rejects with mqtt.js's own error (its `code` is the CONNACK code) when the sign-in is refused. */
export const connectMqttDevice = async (setup: MqttDeviceOptions): Promise<MqttDevice> => {
  const { url, site, device, secret, version = 4, listens = true, options } = setup;
  const client = mqtt.connect(url, {
    clientId: device,
    username: device,
    password: secret,
    protocolVersion: version,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    ...options,
  });
  const received: Received[] = [];
  const waiting = new Set<(message: Received) => void>();
  client.on("message", (topic, payload, packet) => {
    const message: Received = { topic, payload: payload.toString(), packet };
    received.push(message);
    for (const look of waiting) look(message);
  });
  const closed = new Promise<void>((resolve) => {
    client.once("close", () => resolve());
  });
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    void closed.then(() => reject(new Error("closed before it was connected")));
  }).catch((cause: unknown) => {
    client.end(true);
    throw cause;
  });
  // What goes wrong later shows in `closed` and in the promises of publish.
  client.on("error", () => undefined);
  const topic = (channel: string): string => `homeward/v1/${site}/${device}/${channel}`;
  if (listens) await client.subscribeAsync([topic("receipt"), topic("command")], { qos: 1 });

  const waitFor = (test: (message: Received) => boolean): Promise<Received> => {
    const past = received.find(test);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve) => {
      const look = (message: Received): void => {
        if (!test(message)) return;
        waiting.delete(look);
        resolve(message);
      };
      waiting.add(look);
    });
  };

  return {
    client,
    topic,
    publish: async (channel, body, qos = 1, retain = false) => {
      await client.publishAsync(topic(channel), encode(body), { qos, retain });
    },
    received,
    waitFor,
    waitForReceipt: async (seq) => {
      const isReceipt = (message: Received): boolean =>
        message.topic === topic("receipt") && (JSON.parse(message.payload) as { seq: number }).seq >= seq;
      return JSON.parse((await waitFor(isReceipt)).payload) as { seq: number; missing: number[] };
    },
    closed,
    vanish: async () => {
      client.stream.destroy();
      await closed;
    },
    [Symbol.asyncDispose]: async () => {
      await client.endAsync(true);
    },
  };
};

export interface RawSocket extends AsyncDisposable {
  readonly socket: Socket;
  readonly write: (bytes: Uint8Array) => void;
  /** Waits until at least this many bytes have come; shorter when the peer closed. */
  readonly read: (count: number) => Promise<Buffer>;
  readonly closed: Promise<void>;
}

/** A socket that speaks no protocol, for packets no client library would send. */
export const connectRawSocket = async (url: string): Promise<RawSocket> => {
  const { hostname, port } = new URL(url);
  const socket = connectSocket({ host: hostname, port: Number(port), noDelay: true });
  socket.on("error", () => undefined);
  let bytes = Buffer.alloc(0);
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  let more = Promise.withResolvers<void>();
  socket.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    more.resolve();
    more = Promise.withResolvers<void>();
  });
  void closed.then(() => more.resolve());
  await once(socket, "connect");
  return {
    socket,
    write: (data) => {
      socket.write(data);
    },
    read: async (count) => {
      while (bytes.length < count && !socket.closed) await more.promise;
      const taken = bytes.subarray(0, count);
      bytes = bytes.subarray(count);
      return taken;
    },
    closed,
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await closed;
    },
  };
};
