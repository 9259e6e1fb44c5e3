/** A device that keeps every message until a receipt covers it and resends the rest after each break, as contract section 2 asks. */
import type { MqttDevice } from "./mqtt-device.ts";
import { connectMqttDevice } from "./mqtt-device.ts";
import type { OracleSample } from "./oracle.ts";

export interface OutboxDevice {
  readonly name: string;
  /** Opens a connection and sends again what no receipt covers. */
  connect(url: string): Promise<void>;
  /** Publishes the next sample of the story; false when it is told or there is no connection. */
  next(): boolean;
  readonly told: boolean;
  readonly waiting: number;
  readonly resent: number;
  close(): Promise<void>;
}

export interface OutboxDeviceOptions {
  readonly site: string;
  readonly device: string;
  readonly secret: string;
  readonly metric: string;
  readonly samples: readonly OracleSample[];
  /** `receipt`: forgets what receipts cover. `puback`: forgets what was acknowledged, the least a device may do. */
  readonly forgets: "receipt" | "puback";
}

export const createOutboxDevice = (options: OutboxDeviceOptions): OutboxDevice => {
  const { metric, samples, forgets } = options;
  const waiting = new Map<number, string>();
  let next = 0;
  let resent = 0;
  let link: MqttDevice | null = null;
  let lookedAt = 0;

  const publish = (seq: number, body: string): void => {
    const { client } = link as MqttDevice;
    client.publish((link as MqttDevice).topic("telemetry"), body, { qos: 1 }, (error) => {
      if (!error && forgets === "puback") waiting.delete(seq);
    });
  };
  const readReceipts = (): void => {
    if (link === null || forgets === "puback") return;
    for (; lookedAt < link.received.length; lookedAt++) {
      const { topic, payload } = link.received[lookedAt] as MqttDevice["received"][number];
      if (!topic.endsWith("/receipt")) continue;
      const { seq, missing } = JSON.parse(payload) as { seq: number; missing: number[] };
      for (const number of waiting.keys()) if (number <= seq && !missing.includes(number)) waiting.delete(number);
    }
  };

  return {
    name: options.device,
    async connect(url) {
      readReceipts();
      await link?.[Symbol.asyncDispose]();
      link = await connectMqttDevice({ url, ...options, options: { protocolVersion: 4, clean: true } });
      lookedAt = 0;
      for (const [seq, body] of waiting) publish(seq, body);
      resent += waiting.size;
    },
    next() {
      readReceipts();
      const sample = samples[next];
      if (sample === undefined || link === null || !link.client.connected) return false;
      next += 1;
      const body = JSON.stringify({ seq: next, samples: [{ metric, ...sample }] });
      waiting.set(next, body);
      publish(next, body);
      return true;
    },
    get told() {
      return next >= samples.length;
    },
    get waiting() {
      readReceipts();
      return waiting.size;
    },
    get resent() {
      return resent;
    },
    async close() {
      await link?.[Symbol.asyncDispose]();
      link = null;
    },
  };
};
