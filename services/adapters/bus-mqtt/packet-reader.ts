/** Splits what the broker sends into packets: a PUBLISH is read in place, everything else by mqtt-packet. */
import mqttPacket, { type Packet } from "mqtt-packet";

export interface Publish {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** 0 with QoS 0. */
  readonly packetId: number;
}

interface PacketSink {
  /** False: no more for now; what is left waits for the next `read`. */
  readonly mayGoOn: () => boolean;
  readonly onPublish: (publish: Publish) => void;
  readonly onControl: (packet: Packet) => void;
}

const PUBLISH = 3;
const NOTHING = Buffer.alloc(0);

export class PacketReader {
  readonly #sink: PacketSink;
  readonly #mostBytes: number;
  readonly #control = mqttPacket.parser({ protocolVersion: 5 });
  #buffer: Buffer = NOTHING;
  #at = 0;
  #malformed = false;

  constructor(sink: PacketSink, mostBytes: number) {
    this.#sink = sink;
    this.#mostBytes = mostBytes;
    this.#control.on("packet", sink.onControl);
    this.#control.on("error", () => (this.#malformed = true));
  }

  push(chunk: Buffer): void {
    this.#buffer = this.#at === this.#buffer.length ? chunk : Buffer.concat([this.#buffer.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  /** Hands on every whole packet; false when the broker speaks no MQTT, or too big a packet. */
  read(): boolean {
    while (!this.#malformed && this.#sink.mayGoOn()) {
      const { body, end } = this.#frame();
      if (end < 0) return false;
      if (end === 0) return true;
      const start = this.#at;
      this.#at = end;
      if ((this.#buffer[start] as number) >> 4 === PUBLISH) this.#readPublish(start, body, end);
      else this.#control.parse(this.#buffer.subarray(start, end));
    }
    return !this.#malformed;
  }

  /** Where the packet at hand has its body and its end; end 0: not all of it is here, −1: it cannot be one. */
  #frame(): { readonly body: number; readonly end: number } {
    let length = 0;
    for (let index = 0; index < 4; index += 1) {
      const at = this.#at + 1 + index;
      if (at >= this.#buffer.length) return { body: 0, end: 0 };
      const byte = this.#buffer[at] as number;
      length |= (byte & 0x7f) << (7 * index);
      if (byte >= 0x80) continue;
      if (length > this.#mostBytes) return { body: 0, end: -1 };
      const end = at + 1 + length;
      return { body: at + 1, end: end > this.#buffer.length ? 0 : end };
    }
    return { body: 0, end: -1 };
  }

  #readPublish(start: number, body: number, end: number): void {
    const bytes = this.#buffer;
    const first = bytes[start] as number;
    const qos = ((first >> 1) & 3) as 0 | 1 | 2 | 3;
    const topicEnd = body + 2 <= end ? body + 2 + bytes.readUInt16BE(body) : Number.POSITIVE_INFINITY;
    let at = qos === 0 ? topicEnd : topicEnd + 2;
    if (qos === 3 || at >= end) {
      this.#malformed = true;
      return;
    }
    const packetId = qos === 0 ? 0 : bytes.readUInt16BE(topicEnd);
    // Properties: none of them matters to us, and we allowed no topic alias.
    let properties = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at] as number;
      at += 1;
      properties |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      if (shift >= 21 || at >= end) {
        this.#malformed = true;
        return;
      }
    }
    at += properties;
    if (at > end) {
      this.#malformed = true;
      return;
    }
    this.#sink.onPublish({
      topic: bytes.toString("utf8", body + 2, topicEnd),
      payload: bytes.subarray(at, end),
      qos,
      retain: (first & 1) === 1,
      packetId,
    });
  }
}
