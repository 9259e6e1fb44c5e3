/** The stream aedes believes to be the device's socket: it carries sign-in, subscriptions and DISCONNECT, never telemetry. */
import { Duplex } from "node:stream";

/** The connection behind the link. */
export interface LinkOwner {
  /** Bytes aedes sends to the device. */
  sendFromAedes(bytes: Buffer): void;
  /** aedes has taken what was waiting for it. */
  aedesIsReady(): void;
  /** aedes is done with this device: refused, signed off, or replaced by a newer session of its own. */
  aedesClosed(): void;
}

export class ControlLink<Owner extends LinkOwner = LinkOwner> extends Duplex {
  readonly owner: Owner;

  constructor(owner: Owner) {
    super({ readableHighWaterMark: 4_096, writableHighWaterMark: 65_536, decodeStrings: true });
    this.owner = owner;
  }

  /** A packet that makes aedes or its parser throw ends this one connection, not the server. */
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== "readable") return super.emit(event, ...values);
    try {
      return super.emit(event, ...values);
    } catch {
      this.destroy();
      return true;
    }
  }

  override _read(): void {
    this.owner.aedesIsReady();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.owner.sendFromAedes(chunk);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.owner.sendFromAedes(chunk);
    done();
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.owner.aedesClosed();
    // Without the error: nobody but this adapter listens, and a refused packet is no fault of ours.
    done();
  }
}
