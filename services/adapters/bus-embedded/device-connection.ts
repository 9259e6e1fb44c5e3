/** One device's connection: splits what arrives, answers telemetry itself, leaves sign-in and subscriptions to aedes. */
import type { Socket } from "node:net";
import type { DeviceId } from "#core/ids.ts";
import type { BusHandlers } from "#ports/telemetry-bus.ts";
import type { Timer } from "#ports/clock.ts";
import type { Backlog, Waiter } from "./backlog.ts";
import type { BusLimits } from "./bus-limits.ts";
import { ControlLink, type LinkOwner } from "./control-link.ts";
import { Deliveries } from "./deliveries.ts";
import { takeOverConnect } from "./connect-packet.ts";
import type { DeviceState } from "./device-state.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import {
  CONNACK_BAD_VERSION,
  encodeDisconnect,
  encodeRefusal,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBREC,
  REASON,
  type Reason,
} from "./outgoing-packets.ts";
import { OutgoingQueue } from "./outgoing-queue.ts";
import type { OwnTopic, OwnTopics } from "./own-topics.ts";
import { createPublishFields, decodePublish } from "./publish-packet.ts";
import type { BusClock } from "./system-clock.ts";
import { Unacknowledged } from "./unacknowledged.ts";

/** What a connection needs of the broker around it. */
export interface ConnectionHost {
  readonly handlers: BusHandlers;
  readonly limits: BusLimits;
  readonly clock: BusClock;
  readonly backlog: Backlog;
  /** Hands the stream of a CONNECT to aedes. */
  handToAedes(link: ControlLink<DeviceConnection>): void;
  /** Has `flush` called once at the end of this turn of the event loop. */
  flushLater(connection: DeviceConnection): void;
  closed(connection: DeviceConnection): void;
}

/** Who signed in on a connection. */
export interface SignedIn {
  readonly device: DeviceId;
  readonly topics: OwnTopics;
  readonly state: DeviceState;
}

/** Reasons not to read; several may hold at once. */
const SIGNING_IN = 1;
const RATE = 2;
const WINDOW = 4;
const BACKLOG = 8;
const AEDES_BUSY = 16;
const SLOW_READER = 32;
const SIGNED_OFF = 64;

/** First byte of a CONNECT: type 1, reserved flags 0. */
const CONNECT = 0x10;
/** Topic aliases a device may use (MQTT 5, 3.2.2.3.8); announced by aedes in CONNACK. */
export const TOPIC_ALIAS_MAXIMUM = 16;
const MOST_UNRELEASED = 4_096;
/** A connection that waits for its rate is looked at again no sooner, so that a flood costs few timers. */
const SHORTEST_RATE_WAIT = 20;
/** After our last words the peer has this long to read them. */
const LINGER = 500;
const MOST_DETAIL = 120;

/** One scratch record for all connections: decoding and handling happen in one go. */
const fields = createPublishFields();

export class DeviceConnection implements LinkOwner, Waiter {
  readonly remoteAddress: string;
  readonly openedAt: number;
  version = 4;
  signedIn: SignedIn | undefined;
  closed = false;
  /** Set when the connection ends: from then on its unacknowledged messages are only counted. */
  closedAt = 0;
  readonly unacknowledged: Unacknowledged;
  readonly deliveries: Deliveries;
  flushPending = false;

  readonly #host: ConnectionHost;
  readonly #socket: Socket;
  readonly #splitter: FrameSplitter;
  readonly #queue: OutgoingQueue;
  #link: ControlLink<DeviceConnection> | undefined;
  #holds = 0;
  #pumping = false;
  #pumpAtFlush = false;
  #keepAlive = 0;
  #lastRead: number;
  #rateTimer: Timer | undefined;
  #aliases: (OwnTopic | "foreign" | undefined)[] | undefined;
  #takenOver: Set<number> | undefined;

  constructor(host: ConnectionHost, socket: Socket) {
    this.#host = host;
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress ?? "";
    this.openedAt = host.clock.monotonic();
    this.#lastRead = this.openedAt;
    this.unacknowledged = new Unacknowledged(host.backlog, host.limits);
    this.#queue = new OutgoingQueue(socket, () => host.flushLater(this));
    this.deliveries = new Deliveries(this.#queue);
    // Before sign-in even a PUBLISH may not be large.
    this.#splitter = new FrameSplitter(host.limits.maxControlBytes, host.limits.maxControlBytes);
    socket.on("data", (chunk: Buffer) => {
      if (this.closed) return;
      this.#lastRead = host.clock.monotonic();
      // Not MQTT (a browser, a scanner): no need to wait for as many bytes as its second letter happens to say.
      if (this.#link === undefined && this.#splitter.buffered === 0 && chunk[0] !== CONNECT) return this.close();
      this.#splitter.push(chunk);
      this.#pump();
    });
    socket.on("drain", () => {
      this.deliveries.isBlocked = false;
      this.deliveries.drain();
      this.#release(SLOW_READER);
    });
    // A reset is followed by "close".
    socket.on("error", () => undefined);
    socket.on("close", () => this.close());
  }

  /** aedes has accepted the sign-in and answered it. */
  begin(receiveMaximum: number): void {
    const { signedIn } = this;
    if (signedIn === undefined || this.closed) return;
    this.deliveries.limitTo(receiveMaximum);
    this.#splitter.maxPublish = this.#host.limits.maxPublishBytes;
    this.#waitForRate(signedIn);
    this.#holds &= ~SIGNING_IN;
    this.#pump();
  }

  /** Called about once a second. */
  sweep(now: number): void {
    const { connectTimeout } = this.#host.limits;
    if (this.signedIn === undefined) {
      // A secret that is slow to check (a damped address) has longer than a CONNECT that never came.
      const patience = this.#link === undefined ? connectTimeout : 3 * connectTimeout;
      if (now - this.openedAt > patience) this.close();
    } else if (this.#isExpectedToSpeak && now - this.#lastRead > this.#keepAlive * 1.5) {
      // [MQTT-3.1.2-22]
      this.close(REASON.keepAliveTimeout);
    }
  }

  /** Not while we ourselves do not read; a device that does not read us is as good as gone. */
  get #isExpectedToSpeak(): boolean {
    return this.#keepAlive > 0 && (this.#holds & ~SLOW_READER) === 0;
  }

  /** The event loop stood still, or the machine slept: silence of that time says nothing about the device. */
  forgiveSilence(now: number): void {
    this.#lastRead = now;
  }

  /** Writes what gathered in this turn in one go, then reads on where acknowledgements made room. */
  flush(): void {
    this.flushPending = false;
    if (this.closed) return;
    this.#write();
    if (!this.#pumpAtFlush) return;
    this.#pumpAtFlush = false;
    this.#pump();
  }

  /** Ends the connection: with a reason the device can read where MQTT 5 has a way to say it. */
  close(reason?: Reason): void {
    if (this.closed) return;
    if (reason !== undefined && this.version === 5 && this.signedIn !== undefined) {
      this.#queue.send(encodeDisconnect(reason));
    }
    this.#write();
    this.closed = true;
    this.closedAt = this.#host.clock.monotonic();
    this.#rateTimer?.cancel();
    this.#host.backlog.leave(this);
    this.#splitter.clear();
    this.#link?.destroy();
    this.#endSocket();
    this.#host.closed(this);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  sendFromAedes(bytes: Buffer): void {
    if (!this.closed) this.#queue.send(bytes);
  }

  aedesIsReady(): void {
    this.#release(AEDES_BUSY);
  }

  aedesClosed(): void {
    this.close();
  }

  wakeFromBacklog(): void {
    this.#release(BACKLOG);
  }

  #pump(): void {
    if (this.#pumping || this.closed) return;
    this.#pumping = true;
    while (this.#holds === 0 && !this.closed) {
      const outcome = this.#splitter.next();
      if (outcome === "more") break;
      if (outcome === "frame") this.#frame();
      else this.close(outcome === "too_big" ? REASON.packetTooLarge : REASON.malformed);
    }
    this.#pumping = false;
    if (this.closed) return;
    if (this.#holds !== 0) this.#socket.pause();
    else if (this.#socket.isPaused()) {
      this.#lastRead = this.#host.clock.monotonic();
      this.#socket.resume();
    }
  }

  #release(reason: number): void {
    if ((this.#holds & reason) === 0) return;
    this.#holds &= ~reason;
    if (this.#holds !== 0 || this.closed) return;
    // Not here: whoever acknowledges does not expect the next message to arrive inside that call.
    this.#pumpAtFlush = true;
    this.#host.flushLater(this);
  }

  #frame(): void {
    const { bytes, start, body, end } = this.#splitter;
    const type = (bytes[start] as number) >> 4;
    if (this.#link === undefined) {
      // The first packet must be CONNECT [MQTT-3.1.0-1].
      if (bytes[start] === CONNECT) this.#connect(bytes, start, body, end);
      else this.close();
      return;
    }
    switch (type) {
      case 3:
        return this.#publish(bytes, start, body, end);
      case 4:
        return this.deliveries.confirmed();
      case 6:
        return this.#pubrel(bytes, start, body, end);
      case 8:
      case 10:
        return this.#passOn(bytes.subarray(start, end));
      case 12:
        return this.#queue.send(PINGRESP);
      case 14:
        this.#holds |= SIGNED_OFF;
        return this.#passOn(bytes.subarray(start, end));
      default:
        // A second CONNECT [MQTT-3.1.0-2], or a packet only a server sends.
        return this.close(REASON.protocolError);
    }
  }

  #connect(bytes: Buffer, start: number, body: number, end: number): void {
    const connect = takeOverConnect(bytes, body, end);
    if (connect === undefined) return this.close();
    if (connect.version < 3 || connect.version > 5) {
      this.#queue.send(CONNACK_BAD_VERSION);
      return this.close();
    }
    this.version = connect.version;
    this.#keepAlive = connect.keepAliveS * 1_000;
    // Nothing behind the CONNECT is looked at before aedes has let the device in.
    this.#holds |= SIGNING_IN;
    this.#link = new ControlLink<DeviceConnection>(this);
    this.#host.handToAedes(this.#link);
    this.#passOn(bytes.subarray(start, end));
  }

  #passOn(packet: Buffer): void {
    if (this.#link?.push(packet) === false) this.#holds |= AEDES_BUSY;
  }

  #publish(bytes: Buffer, start: number, body: number, end: number): void {
    const { signedIn } = this;
    if (signedIn === undefined || !decodePublish(fields, bytes, start, body, end, this.version)) {
      return this.close(REASON.malformed);
    }
    signedIn.state.bucket.take();
    this.#waitForRate(signedIn);
    const { qos, packetId, payloadStart } = fields;
    const topic = this.#topic(signedIn, bytes);
    if (topic === "closed") return;
    if (topic === "foreign") return this.#refuseForeign(signedIn, bytes);
    if (qos === 2 && !this.#takeOver(signedIn, packetId)) return;
    const size = end - start;
    this.unacknowledged.add(size);
    if (this.unacknowledged.isFull) this.#holds |= WINDOW;
    const { backlog, handlers } = this.#host;
    if (backlog.saturated) {
      this.#holds |= BACKLOG;
      backlog.wait(this);
    }
    let isOpen = true;
    handlers.onMessage(
      {
        topic: topic.name,
        payload: bytes.subarray(payloadStart, end),
        sender: signedIn.device,
        qos,
        // Measurements are live, whatever the device says (contract section 2): a retained copy would be an old one.
        retain: fields.retain && topic.channel === "status",
        will: false,
      },
      () => {
        if (!isOpen) return;
        isOpen = false;
        this.#acknowledge(signedIn, qos, packetId, size);
      },
    );
  }

  #topic(signedIn: SignedIn, bytes: Buffer): OwnTopic | "foreign" | "closed" {
    const { alias, topicStart, topicLength } = fields;
    if (alias > TOPIC_ALIAS_MAXIMUM) return this.#closeFor(REASON.topicAliasInvalid);
    if (topicLength === 0) {
      // [MQTT-3.3.2-1], [MQTT-4.7.3-1]
      if (alias === 0) return this.#closeFor(REASON.protocolError);
      return this.#aliases?.[alias] ?? this.#closeFor(REASON.topicAliasInvalid);
    }
    const topic = signedIn.topics.find(bytes, topicStart, topicLength) ?? "foreign";
    if (alias !== 0) (this.#aliases ??= [])[alias] = topic;
    return topic;
  }

  #closeFor(reason: Reason): "closed" {
    this.close(reason);
    return "closed";
  }

  #refuseForeign({ device }: SignedIn, bytes: Buffer): void {
    const { qos, packetId, topicStart, topicLength } = fields;
    const detail = bytes.toString("utf8", topicStart, topicStart + Math.min(topicLength, MOST_DETAIL));
    this.#host.handlers.onViolation({ device, kind: "foreign_topic", detail });
    // MQTT 3.1.1 has no way to say no to a publish [MQTT-3.3.5-2].
    if (this.version !== 5) return this.close();
    if (qos > 0) this.#queue.send(encodeRefusal(qos === 1 ? PUBACK : PUBREC, packetId, REASON.notAuthorized));
  }

  /** Whether a QoS 2 message is new; a repeated one is confirmed again when it was before. */
  #takeOver({ state }: SignedIn, packetId: number): boolean {
    const takenOver = (this.#takenOver ??= new Set());
    if (state.unreleased.has(packetId)) {
      this.#queue.acknowledge(PUBREC, packetId);
      return false;
    }
    if (takenOver.has(packetId)) return false;
    if (state.unreleased.size + takenOver.size >= MOST_UNRELEASED) {
      this.close(REASON.receiveMaximumExceeded);
      return false;
    }
    takenOver.add(packetId);
    return true;
  }

  #pubrel(bytes: Buffer, start: number, body: number, end: number): void {
    // [MQTT-3.6.1-1]
    if (end - body < 2 || bytes[start] !== 0x62) return this.close(REASON.malformed);
    const packetId = bytes.readUInt16BE(body);
    this.signedIn?.state.unreleased.delete(packetId);
    this.#queue.acknowledge(PUBCOMP, packetId);
  }

  #acknowledge({ state }: SignedIn, qos: 0 | 1 | 2, packetId: number, size: number): void {
    this.unacknowledged.remove(size);
    if (this.closed) return;
    if (qos === 1) this.#queue.acknowledge(PUBACK, packetId);
    else if (qos === 2) {
      this.#takenOver?.delete(packetId);
      state.unreleased.add(packetId);
      this.#queue.acknowledge(PUBREC, packetId);
    }
    if (this.unacknowledged.hasRoom) this.#release(WINDOW);
  }

  #waitForRate({ state }: SignedIn): void {
    const wait = state.bucket.wait(this.#host.clock.monotonic());
    if (wait === 0 || (this.#holds & RATE) !== 0) return;
    this.#holds |= RATE;
    this.#rateTimer = this.#host.clock.after(Math.max(wait, SHORTEST_RATE_WAIT), () => this.#release(RATE));
  }

  #write(): void {
    if (this.#queue.write()) return;
    // A device that does not read is not read either; its receipts wait.
    this.deliveries.isBlocked = true;
    this.#holds |= SLOW_READER;
    this.#socket.pause();
  }

  /** Lets the peer read our last words: closing with bytes unread would reset the connection under them. */
  #endSocket(): void {
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), LINGER).unref();
  }
}
