/** Stands between the device and the bench's broker: sees what the device sends, refuses a sign-in, cuts the connection. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { FrameSplitter } from "#adapters/bus-embedded/frame-splitter.ts";
import { createPublishFields, decodePublish } from "#adapters/bus-embedded/publish-packet.ts";
import { DEFAULT_BUS_LIMITS } from "#adapters/bus-embedded/bus-limits.ts";

export interface GateListener {
  /** Answers whether this CONNECT is to be refused. */
  attempted(): boolean;
  subscribed(topic: string): void;
  /** A PUBLISH with the retain flag, before the broker has it. */
  retained(topic: string): void;
}

export interface Gate extends AsyncDisposable {
  readonly port: number;
  cut(): void;
}

const PACKET = { connect: 1, publish: 3, subscribe: 8 } as const;
/** CONNACK "server unavailable" for MQTT 3.1.1 and for 5. */
const UNAVAILABLE = { v4: Buffer.of(0x20, 2, 0, 3), v5: Buffer.of(0x20, 3, 0, 0x88, 0) } as const;

/** Rejects when the address cannot be listened on. */
export const openGate = async (host: string, port: number, broker: URL, listener: GateListener): Promise<Gate> => {
  const pairs = new Map<Socket, Socket>();
  const server = createServer({ noDelay: true }, (device) => {
    const inner = connect({ host: broker.hostname, port: Number(broker.port), noDelay: true });
    pairs.set(device, inner);
    const end = (): void => {
      pairs.delete(device);
      device.destroy();
      inner.destroy();
    };
    for (const socket of [device, inner]) socket.on("error", end).on("close", end);
    const read = createReader(listener, () => {
      const refusal = read.version === 5 ? UNAVAILABLE.v5 : UNAVAILABLE.v4;
      pairs.delete(device);
      inner.destroy();
      device.end(refusal);
    });
    device.on("data", (chunk: Buffer) => {
      if (!read.take(chunk) || !pairs.has(device)) return;
      if (!inner.write(chunk)) {
        device.pause();
        inner.once("drain", () => device.resume());
      }
    });
    inner.on("data", (chunk: Buffer) => device.write(chunk));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const cut = (): void => {
    for (const [device, inner] of pairs) {
      device.resetAndDestroy();
      inner.destroy();
    }
    pairs.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      cut();
      await closed;
    },
  };
};

/** Reads along; `take` answers whether the bytes may go on to the broker. */
const createReader = (listener: GateListener, refuse: () => void): { version: number; take(chunk: Buffer): boolean } => {
  const splitter = new FrameSplitter(DEFAULT_BUS_LIMITS.maxPublishBytes, DEFAULT_BUS_LIMITS.maxControlBytes);
  const fields = createPublishFields();
  const aliases = new Map<number, string>();
  let isReadable = true;
  let isRefused = false;
  const frame = (bytes: Buffer, start: number, body: number, end: number): void => {
    switch ((bytes[start] as number) >> 4) {
      case PACKET.connect: {
        // The version follows the protocol's name.
        reader.version = bytes[body + 2 + ((bytes[body + 1] as number) & 0xff)] ?? 4;
        isRefused = listener.attempted();
        return;
      }
      case PACKET.publish: {
        if (!decodePublish(fields, bytes, start, body, end, reader.version)) return;
        const { topicStart, topicLength, alias } = fields;
        const topic = topicLength === 0 ? aliases.get(alias) : bytes.toString("utf8", topicStart, topicStart + topicLength);
        if (topic === undefined) return;
        if (alias !== 0) aliases.set(alias, topic);
        if (fields.retain) listener.retained(topic);
        return;
      }
      case PACKET.subscribe: {
        for (const topic of filtersOf(bytes, body, end, reader.version)) listener.subscribed(topic);
        return;
      }
      default:
        return;
    }
  };
  const reader = {
    version: 4,
    take(chunk: Buffer): boolean {
      if (isRefused) return false;
      if (!isReadable) return true;
      splitter.push(Buffer.from(chunk));
      for (let outcome = splitter.next(); outcome !== "more"; outcome = splitter.next()) {
        // What cannot be read is for the broker to close.
        if (outcome !== "frame") {
          isReadable = false;
          return true;
        }
        frame(splitter.bytes, splitter.start, splitter.body, splitter.end);
        if (isRefused) {
          refuse();
          return false;
        }
      }
      return true;
    },
  };
  return reader;
};

/** The topic filters of a SUBSCRIBE: each a text of two length bytes, followed by its options. */
const filtersOf = (bytes: Buffer, body: number, end: number, version: number): string[] => {
  const filters: string[] = [];
  let at = body + 2;
  // MQTT 5: properties, whose length a device's subscription keeps to one byte.
  if (version === 5) at += 1 + (bytes[at] ?? 0);
  while (at + 2 < end) {
    const length = bytes.readUInt16BE(at);
    filters.push(bytes.toString("utf8", at + 2, Math.min(at + 2 + length, end)));
    at += 3 + length;
  }
  return filters;
};
