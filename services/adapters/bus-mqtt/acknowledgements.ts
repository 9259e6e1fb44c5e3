/**
 * The one place where a PUBACK is made: many messages wait for one commit of the journal, and their PUBACKs leave in one buffer.
 * One of these belongs to one connection; what is acknowledged after its end confirms nothing, and the broker sends it again.
 */

export interface Window {
  readonly messages: number;
  readonly bytes: number;
}

interface AcknowledgementsOptions {
  /** With this much handed on and not acknowledged, the connection is not read further. */
  readonly window: Window;
  readonly send: (pubacks: Buffer) => void;
  /** Half of the window is free again. */
  readonly onRoom: () => void;
  readonly now: () => number;
}

const PUBACK = 0x40;
const PUBACK_LENGTH = 2;
const PUBACK_BYTES = 4;

export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  #messages = 0;
  #bytes = 0;
  #ready: number[] = [];
  #isWaiting = false;
  #ended = false;
  #progressAt = 0;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    const { messages, bytes } = this.#options.window;
    const full = this.#messages >= messages || this.#bytes >= bytes;
    if (full) this.#isWaiting = true;
    return full;
  }

  /** How long nothing was acknowledged although something waits for it: whoever keeps messages refused them. */
  stalledFor(now: number): number {
    return this.#messages === 0 ? 0 : now - this.#progressAt;
  }

  /** Counts a message in and returns its acknowledgement; `packetId` 0 (QoS 0) takes room but is never confirmed. */
  take(packetId: number, bytes: number): () => void {
    if (this.#messages === 0) this.#progressAt = this.#options.now();
    this.#messages += 1;
    this.#bytes += bytes;
    let settled = false;
    return () => {
      if (settled || this.#ended) return;
      settled = true;
      this.#messages -= 1;
      this.#bytes -= bytes;
      this.#ready.push(packetId);
      if (this.#ready.length === 1) setImmediate(() => this.flush());
    };
  }

  /** Sends what was acknowledged in this turn of the event loop. */
  flush(): void {
    const ids = this.#ready;
    if (ids.length === 0 || this.#ended) return;
    this.#ready = [];
    this.#progressAt = this.#options.now();
    const pubacks = encodePubacks(ids);
    if (pubacks.length > 0) this.#options.send(pubacks);
    const { messages, bytes } = this.#options.window;
    if (!this.#isWaiting || this.#messages * 2 > messages || this.#bytes * 2 > bytes) return;
    this.#isWaiting = false;
    this.#options.onRoom();
  }

  end(): void {
    this.#ended = true;
  }
}

const encodePubacks = (ids: readonly number[]): Buffer => {
  const buffer = Buffer.allocUnsafe(ids.length * PUBACK_BYTES);
  let at = 0;
  for (const id of ids) {
    if (id === 0) continue;
    buffer[at] = PUBACK;
    buffer[at + 1] = PUBACK_LENGTH;
    buffer[at + 2] = id >> 8;
    buffer[at + 3] = id & 0xff;
    at += PUBACK_BYTES;
  }
  return buffer.subarray(0, at);
};
