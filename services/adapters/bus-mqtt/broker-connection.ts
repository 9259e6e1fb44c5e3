/** One connection to the broker, from CONNECT to its end; the next one is another of these. */
import type { Socket } from "node:net";
import mqttPacket, { type IConnackPacket, type Packet } from "mqtt-packet";
import type { Timer, TransportClock } from "#ports/clock.ts";
import type { DurationMs } from "#core/time.ts";
import { Acknowledgements, type Window } from "./acknowledgements.ts";
import type { BrokerAddress } from "./broker-address.ts";
import { type Publish, PacketReader } from "./packet-reader.ts";

export interface BrokerSignIn {
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
}

interface ConnectionHost {
  readonly address: BrokerAddress;
  readonly signIn: BrokerSignIn;
  /** What is subscribed to at every connection; a filter the broker knows from the session stays as it is. */
  readonly filters: readonly { readonly filter: string; readonly noLocal: boolean }[];
  readonly window: Window;
  readonly clock: Pick<TransportClock, "monotonic" | "every">;
  /** Subscribed: from now on messages come, and `receiveMaximum` publishes may be on their way. */
  onReady(ready: { readonly sessionPresent: boolean; readonly receiveMaximum: number }): void;
  onPublish(publish: Publish, acknowledge: () => void): void;
  onConfirmed(packetId: number, refused: boolean): void;
  /** Once; `silentFor`: how long nothing had come before that. */
  onEnd(reason: string, silentFor: DurationMs): void;
}

/** Announced to the broker; nothing is lost by a ping that is a little early. */
const KEEP_ALIVE_S = 15;
const PING_EVERY: DurationMs = 5_000;
/** Three pings unanswered. */
const DEAD_AFTER: DurationMs = 16_000;
const CONNECT_WITHIN: DurationMs = 10_000;
/** Messages the journal refused are confirmed by nobody: a new connection has the broker send them again. */
const STALLED_AFTER: DurationMs = 30_000;
/** The broker keeps what we have not acknowledged this long (s). */
const SESSION_EXPIRY_S = 7 * 24 * 3_600;
const DEFAULT_RECEIVE_MAXIMUM = 65_535;
const REFUSED = 0x80;
/** More than the largest message of a device that is set aside whole; the broker keeps to it, so that none comes again and again. */
const MOST_PACKET_BYTES = 1_024 ** 2;
const LINGER: DurationMs = 500;
const SUBSCRIBE_ID = 1;
const PINGREQ = Buffer.from([0xc0, 0]);
const PROTOCOL = { protocolVersion: 5 } as const;

export class BrokerConnection {
  readonly #host: ConnectionHost;
  readonly #socket: Socket;
  readonly #reader: PacketReader;
  readonly #acknowledgements: Acknowledgements;
  readonly #watch: Timer;
  readonly #startedAt: number;
  readonly #closed = Promise.withResolvers<void>();
  #phase: "connecting" | "subscribing" | "ready" | "ended" = "connecting";
  #connack: IConnackPacket | null = null;
  #lastRead: number;
  #lastPing: number;
  #isPaused = false;
  #reason = "closed by the broker";
  #out: Buffer[] = [];

  constructor(host: ConnectionHost) {
    this.#host = host;
    const { clock, window } = host;
    this.#startedAt = clock.monotonic();
    this.#lastRead = this.#startedAt;
    this.#lastPing = this.#startedAt;
    this.#acknowledgements = new Acknowledgements({
      window,
      send: (pubacks) => this.#write(pubacks),
      onRoom: () => this.#resume(),
      now: () => clock.monotonic(),
    });
    this.#reader = new PacketReader(
      {
        mayGoOn: () => !this.#acknowledgements.isFull && this.#phase !== "ended",
        onPublish: (publish) => {
          host.onPublish(publish, this.#acknowledgements.take(publish.packetId, publish.payload.length));
        },
        onControl: (packet) => this.#onControl(packet),
      },
      MOST_PACKET_BYTES,
    );
    const { socket, opened } = host.address.open();
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on(opened, () => this.#write(this.#connectPacket()));
    socket.on("data", (chunk: Buffer) => {
      this.#lastRead = clock.monotonic();
      this.#reader.push(chunk);
      this.#read();
    });
    socket.on("error", (cause: NodeJS.ErrnoException) => (this.#reason = cause.code ?? cause.message));
    socket.on("close", () => this.#end());
    this.#watch = clock.every(1_000, () => this.#look());
  }

  /** Leaves with the next turn of the event loop, together with whatever else does. */
  publish(packetId: number, topic: string, payload: string): void {
    this.#queue(mqttPacket.generate({ cmd: "publish", topic, payload, qos: 1, dup: false, retain: false, messageId: packetId }, PROTOCOL));
  }

  /** Says goodbye; the broker keeps the session. */
  async close(): Promise<void> {
    if (this.#phase !== "ended") {
      this.#acknowledgements.flush();
      this.#flush();
      if (this.#phase === "ready") this.#write(mqttPacket.generate({ cmd: "disconnect", reasonCode: 0 }, PROTOCOL));
      this.#reason = "closed";
      this.#socket.end();
      const linger = setTimeout(() => this.#socket.destroy(), LINGER);
      await this.#closed.promise;
      clearTimeout(linger);
    }
  }

  #connectPacket(): Buffer {
    const { clientId, username, password } = this.#host.signIn;
    return mqttPacket.generate(
      {
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 5,
        clean: false,
        clientId,
        keepalive: KEEP_ALIVE_S,
        ...(username === null ? {} : { username }),
        ...(password === null ? {} : { password: Buffer.from(password) }),
        properties: {
          sessionExpiryInterval: SESSION_EXPIRY_S,
          maximumPacketSize: MOST_PACKET_BYTES,
          receiveMaximum: Math.min(this.#host.window.messages, DEFAULT_RECEIVE_MAXIMUM),
        },
      },
      PROTOCOL,
    );
  }

  #onControl(packet: Packet): void {
    switch (packet.cmd) {
      case "connack":
        return this.#onConnack(packet);
      case "suback":
        return this.#onSuback(packet.granted as number[]);
      case "puback":
        return this.#host.onConfirmed(packet.messageId ?? 0, (packet.reasonCode ?? 0) >= REFUSED);
      case "disconnect":
        this.#reason = `disconnected by the broker, reason ${String(packet.reasonCode ?? 0)}`;
        this.#socket.destroy();
        return;
      default:
    }
  }

  #onConnack(packet: IConnackPacket): void {
    const code = packet.reasonCode ?? packet.returnCode ?? 0;
    if (code !== 0) {
      this.#reason = `sign-in refused by the broker, reason ${String(code)}`;
      this.#socket.destroy();
      return;
    }
    this.#connack = packet;
    this.#phase = "subscribing";
    this.#write(
      mqttPacket.generate(
        {
          cmd: "subscribe",
          messageId: SUBSCRIBE_ID,
          // Retained messages only once, when the session is new: they are states, not news.
          subscriptions: this.#host.filters.map(({ filter, noLocal }) => ({ topic: filter, qos: 1, nl: noLocal, rap: false, rh: 1 })),
        },
        PROTOCOL,
      ),
    );
  }

  #onSuback(granted: readonly number[]): void {
    if (granted.some((code) => code >= REFUSED)) {
      this.#reason = "subscription refused by the broker: the server's own account may not read the devices' topics";
      this.#socket.destroy();
      return;
    }
    this.#phase = "ready";
    this.#host.onReady({
      sessionPresent: this.#connack?.sessionPresent ?? false,
      receiveMaximum: this.#connack?.properties?.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM,
    });
  }

  #read(): void {
    if (!this.#reader.read()) {
      this.#reason = "the broker sent what is not MQTT";
      this.#socket.destroy();
    } else if (this.#acknowledgements.isFull && !this.#isPaused) {
      this.#isPaused = true;
      this.#socket.pause();
    }
  }

  #resume(): void {
    if (!this.#isPaused || this.#phase === "ended") return;
    this.#isPaused = false;
    this.#lastRead = this.#host.clock.monotonic();
    this.#read();
    // Reading what was left over may have filled the window again.
    if (!this.#acknowledgements.isFull) this.#socket.resume();
  }

  #look(): void {
    const now = this.#host.clock.monotonic();
    if (this.#phase !== "ready") {
      if (now - this.#startedAt > CONNECT_WITHIN) this.#giveUp("no answer");
      return;
    }
    if (now - this.#lastPing >= PING_EVERY) {
      this.#lastPing = now;
      this.#write(PINGREQ);
    }
    if (this.#acknowledgements.stalledFor(now) > STALLED_AFTER) this.#giveUp("messages could not be kept; they will be asked for again");
    else if (!this.#isPaused && now - this.#lastRead > DEAD_AFTER) this.#giveUp("silent");
  }

  #giveUp(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
  }

  #queue(bytes: Buffer): void {
    this.#out.push(bytes);
    if (this.#out.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#out.length === 0) return;
    const bytes = Buffer.concat(this.#out);
    this.#out = [];
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    if (this.#phase !== "ended" && this.#socket.writable) this.#socket.write(bytes);
  }

  #end(): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#acknowledgements.end();
    this.#watch.cancel();
    this.#closed.resolve();
    this.#host.onEnd(this.#reason, this.#host.clock.monotonic() - this.#lastRead);
  }
}
