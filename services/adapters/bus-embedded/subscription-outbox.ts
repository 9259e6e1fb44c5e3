/** What is on its way to one subscription of one device: within its receive maximum, and never more than a slow device can take. */
import { encodePublish } from "./outgoing-packets.ts";

/** Commands that wait for a slow device; receipts are cumulative, so that the newest alone waits. */
const MOST_WAITING_COMMANDS = 64;

export interface Subscription {
  readonly channel: "receipt" | "command";
  readonly topic: Buffer;
  /** The device asked for QoS 0 or better; we never send QoS 2. */
  readonly qos: 0 | 1;
  /** MQTT 5 properties with their length, made once. */
  readonly properties: Buffer;
}

export class SubscriptionOutbox {
  readonly subscription: Subscription;
  readonly #waiting: string[] = [];

  constructor(subscription: Subscription) {
    this.subscription = subscription;
  }

  hold(payload: string): void {
    if (this.subscription.channel === "receipt") this.#waiting.length = 0;
    else if (this.#waiting.length >= MOST_WAITING_COMMANDS) this.#waiting.shift();
    this.#waiting.push(payload);
  }

  take(): string | undefined {
    return this.#waiting.shift();
  }

  encode(payload: string, packetId: number): Buffer {
    const { topic, properties, qos } = this.subscription;
    return encodePublish(topic, properties, qos === 0 ? 0 : packetId, payload);
  }
}
