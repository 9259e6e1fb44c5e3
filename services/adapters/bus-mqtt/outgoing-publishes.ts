/** What we publish: within the broker's window, kept over an outage, and bounded: of a device's receipts the newest alone waits. */

export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
}

type Send = (packetId: number, publish: Outgoing) => void;

/** Commands expire (contract section 2); more of them for one device never wait. */
const MOST_PER_TOPIC = 64;
const MOST_TOPICS = 50_000;
const MOST_IN_FLIGHT = 1_000;
const LAST_PACKET_ID = 0xffff;
const RECEIPT = "/receipt";

export class OutgoingPublishes {
  readonly #inFlight = new Map<number, Outgoing>();
  #waiting = new Map<string, string[]>();
  #send: Send | null = null;
  #window = 0;
  #lastId = 0;

  /** A connection is ready; `window`: its receive maximum. What was not confirmed before goes out again. */
  begin(window: number, send: Send): void {
    this.#window = Math.min(window, MOST_IN_FLIGHT);
    this.#send = send;
    this.#drain();
  }

  /** The connection is gone: what it had not confirmed waits again, before what came later. */
  end(): void {
    this.#send = null;
    const later = this.#waiting;
    this.#waiting = new Map();
    for (const { topic, payload } of this.#inFlight.values()) this.#hold(topic, payload);
    for (const [topic, payloads] of later) for (const payload of payloads) this.#hold(topic, payload);
    this.#inFlight.clear();
  }

  publish(topic: string, payload: string): void {
    this.#hold(topic, payload);
    this.#drain();
  }

  confirmed(packetId: number): void {
    if (this.#inFlight.delete(packetId)) this.#drain();
  }

  #hold(topic: string, payload: string): void {
    const held = this.#waiting.get(topic);
    if (held === undefined) {
      if (this.#waiting.size < MOST_TOPICS) this.#waiting.set(topic, [payload]);
      return;
    }
    // A receipt is cumulative.
    if (topic.endsWith(RECEIPT)) held.length = 0;
    else if (held.length >= MOST_PER_TOPIC) held.shift();
    held.push(payload);
  }

  #drain(): void {
    while (this.#send !== null && this.#inFlight.size < this.#window) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [topic, payloads] = next;
      const payload = payloads.shift() as string;
      if (payloads.length === 0) this.#waiting.delete(topic);
      const packetId = this.#freeId();
      this.#inFlight.set(packetId, { topic, payload });
      this.#send(packetId, { topic, payload });
    }
  }

  #freeId(): number {
    do {
      this.#lastId = this.#lastId === LAST_PACKET_ID ? 1 : this.#lastId + 1;
    } while (this.#inFlight.has(this.#lastId));
    return this.#lastId;
  }
}
