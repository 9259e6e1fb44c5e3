/** What one device is told: gathered while a turn of the event loop lasts, in the order it was said, written in one go. */
import type { Socket } from "node:net";
import { encodeAcknowledgements } from "./outgoing-packets.ts";

export class OutgoingQueue {
  readonly #socket: Socket;
  readonly #flushLater: () => void;
  /** Not yet encoded; behind everything in `#packets`. */
  readonly #acknowledgements: number[] = [];
  readonly #packets: Buffer[] = [];

  constructor(socket: Socket, flushLater: () => void) {
    this.#socket = socket;
    this.#flushLater = flushLater;
  }

  acknowledge(kind: number, packetId: number): void {
    this.#acknowledgements.push((kind << 16) | packetId);
    this.#flushLater();
  }

  send(packet: Buffer): void {
    this.#encodeAcknowledgements();
    this.#packets.push(packet);
    this.#flushLater();
  }

  /** False when the device does not take in what it was sent; "drain" of its socket tells when it did. */
  write(): boolean {
    this.#encodeAcknowledgements();
    const [first] = this.#packets;
    if (first === undefined) return true;
    const bytes = this.#packets.length === 1 ? first : Buffer.concat(this.#packets);
    this.#packets.length = 0;
    return !this.#socket.writable || this.#socket.write(bytes);
  }

  #encodeAcknowledgements(): void {
    if (this.#acknowledgements.length === 0) return;
    this.#packets.push(encodeAcknowledgements(this.#acknowledgements));
    this.#acknowledgements.length = 0;
  }
}
