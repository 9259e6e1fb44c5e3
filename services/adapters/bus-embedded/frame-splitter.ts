/** Cuts a byte stream into MQTT control packets, wherever the network broke it. */

/**
 * - `frame`: the packet `bytes[start, end)`, whose variable header begins at `body`.
 * - `more`: the next packet is not complete yet.
 * - `malformed`: a remaining length of more than four bytes [MQTT-1.5.5-1].
 * - `too_big`: more than the limit of its kind; nothing of its body has been waited for.
 */
export type SplitOutcome = "frame" | "more" | "malformed" | "too_big";

const EMPTY = Buffer.alloc(0);
const PUBLISH = 3;
/** Smaller pieces are joined, so that a packet sent byte by byte does not cost a buffer object a byte. */
const SMALL_PIECE = 16_384;

export class FrameSplitter {
  /** Largest packets accepted; may change between packets (before sign-in less is allowed). */
  maxPublish: number;
  maxControl: number;

  bytes: Buffer = EMPTY;
  start = 0;
  body = 0;
  end = 0;

  #queue: Buffer[] = [];
  #offset = 0;
  #queued = 0;

  constructor(maxPublish: number, maxControl: number) {
    this.maxPublish = maxPublish;
    this.maxControl = maxControl;
  }

  /** Bytes received and not yet handed out. */
  get buffered(): number {
    return this.#queued;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    this.#joinSmallPieces();
  }

  /** Forgets everything, so that a closed connection holds no memory. */
  clear(): void {
    this.#queue = [];
    this.#offset = 0;
    this.#queued = 0;
    this.bytes = EMPTY;
  }

  next(): SplitOutcome {
    for (;;) {
      const head = this.#queue[0];
      if (head === undefined) {
        this.bytes = EMPTY;
        return "more";
      }
      const at = this.#offset;
      const available = head.length - at;
      let length = 0;
      let headerBytes = 0;
      // The remaining length: seven bits a byte, at most four bytes [MQTT-1.5.5-1].
      for (let shift = 0, index = at + 1; index < head.length; shift += 7, index += 1) {
        const byte = head[index] as number;
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
          headerBytes = index + 1 - at;
          break;
        }
        if (shift === 21) return "malformed";
      }
      if (headerBytes === 0) {
        if (this.#queue.length === 1) return "more";
        this.#joinHead();
        continue;
      }
      const total = headerBytes + length;
      const limit = (head[at] as number) >> 4 === PUBLISH ? this.maxPublish : this.maxControl;
      if (total > limit) return "too_big";
      if (total > this.#queued) return "more";
      if (total <= available) {
        this.bytes = head;
        this.start = at;
        this.#consume(total);
      } else {
        this.bytes = this.#gather(total);
        this.start = 0;
      }
      this.body = this.start + headerBytes;
      this.end = this.start + total;
      return "frame";
    }
  }

  #consume(count: number): void {
    this.#queued -= count;
    this.#offset += count;
    const head = this.#queue[0];
    if (head !== undefined && this.#offset >= head.length) {
      this.#queue.shift();
      this.#offset = 0;
    }
  }

  #gather(total: number): Buffer {
    const frame = Buffer.allocUnsafe(total);
    let filled = 0;
    while (filled < total) {
      const head = this.#queue[0] as Buffer;
      const take = Math.min(total - filled, head.length - this.#offset);
      head.copy(frame, filled, this.#offset, this.#offset + take);
      filled += take;
      this.#consume(take);
    }
    return frame;
  }

  /** The header itself is cut: at most five bytes of the first piece go in front of the second. */
  #joinHead(): void {
    const [head, second] = this.#queue as [Buffer, Buffer];
    this.#queue.splice(0, 2, Buffer.concat([head.subarray(this.#offset), second]));
    this.#offset = 0;
  }

  #joinSmallPieces(): void {
    const queue = this.#queue;
    while (queue.length > 2) {
      const last = queue[queue.length - 1] as Buffer;
      const before = queue[queue.length - 2] as Buffer;
      // Only neighbours of like size: every byte is copied a logarithmic number of times.
      if (last.length < before.length || last.length >= SMALL_PIECE) return;
      queue.splice(queue.length - 2, 2, Buffer.concat([before, last]));
    }
  }
}
