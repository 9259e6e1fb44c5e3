/** Receipts and commands to one device: at QoS 1 within its receive maximum, the rest waits in the outbox of its subscription. */
import type { OutgoingQueue } from "./outgoing-queue.ts";
import { SubscriptionOutbox, type Subscription } from "./subscription-outbox.ts";

/** Deliveries on their way to one device, whatever more it would take. */
const MOST_IN_FLIGHT = 1_000;

export class Deliveries {
  /** The device does not read what it was sent: nothing more is written before it does. */
  isBlocked = false;
  readonly #queue: OutgoingQueue;
  readonly #outboxes: SubscriptionOutbox[] = [];
  #inFlight = 0;
  #maximum = MOST_IN_FLIGHT;
  #packetId = 0;

  constructor(queue: OutgoingQueue) {
    this.#queue = queue;
  }

  /** The device's own word on how many it takes unconfirmed (MQTT 5, 3.1.2.11.3). */
  limitTo(receiveMaximum: number): void {
    this.#maximum = Math.max(1, Math.min(receiveMaximum, MOST_IN_FLIGHT));
  }

  subscribe(subscription: Subscription): SubscriptionOutbox {
    this.unsubscribe(subscription.channel);
    const outbox = new SubscriptionOutbox(subscription);
    this.#outboxes.push(outbox);
    return outbox;
  }

  unsubscribe(channel: Subscription["channel"]): void {
    const index = this.#outboxes.findIndex((outbox) => outbox.subscription.channel === channel);
    if (index >= 0) this.#outboxes.splice(index, 1);
  }

  deliver(outbox: SubscriptionOutbox, payload: string): void {
    if (this.#isFree(outbox)) this.#send(outbox, payload);
    else outbox.hold(payload);
  }

  /**
   * The device has confirmed one. Nobody but us sends to devices, so every PUBACK is for one of these; which one does
   * not matter, since nothing is sent again: receipts are cumulative, commands expire.
   */
  confirmed(): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.drain();
  }

  drain(): void {
    for (const outbox of this.#outboxes) {
      while (this.#isFree(outbox)) {
        const payload = outbox.take();
        if (payload === undefined) break;
        this.#send(outbox, payload);
      }
    }
  }

  #isFree(outbox: SubscriptionOutbox): boolean {
    return !this.isBlocked && (outbox.subscription.qos === 0 || this.#inFlight < this.#maximum);
  }

  #send(outbox: SubscriptionOutbox, payload: string): void {
    if (outbox.subscription.qos === 1) {
      this.#inFlight += 1;
      this.#packetId = (this.#packetId % 65_535) + 1;
    }
    this.#queue.send(outbox.encode(payload, this.#packetId));
  }
}
