/** A device's sign-in at the broker: comes back by itself, later each time and never with all others at once, and can be switched off. */
import mqtt, { type MqttClient } from "mqtt";
import { topicOf } from "#contracts/topics.ts";

/** Waits before coming back double from the first to the longest, each half to one and a half times as long by chance. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;

export interface ConnectionOptions {
  readonly url: string;
  readonly site: string;
  readonly device: string;
  readonly secret: string;
  readonly ca?: string;
  /** Stagger the first sign-in of many devices; 0 unless given. */
  readonly connectAfterMs?: number;
}

export interface ConnectionListener {
  connected(): void;
  closed(): void;
  receipt(text: string): void;
  error(error: Error): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  #client: MqttClient | null = null;
  #wait: NodeJS.Timeout | null = null;
  #online = true;
  #failures = 0;

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    this.#connectIn(options.connectAfterMs ?? 0);
  }

  get connected(): boolean {
    return this.#client?.connected === true;
  }

  setOnline(online: boolean, withinMs: number): void {
    if (online === this.#online) return;
    this.#online = online;
    if (online) this.#connectIn(withinMs * Math.random());
    else this.#giveUp();
  }

  /** At QoS 1; `acknowledged` is called unless the connection ends first. */
  publish(channel: "telemetry" | "waveform" | "status", body: string, acknowledged?: () => void): void {
    const { site, device } = this.#options;
    this.#client?.publish(topicOf(site, device, channel), body, { qos: 1, retain: channel === "status" }, (error) => {
      if (!error) acknowledged?.();
    });
  }

  async close(): Promise<void> {
    this.#online = false;
    if (this.#wait !== null) clearTimeout(this.#wait);
    const client = this.#client;
    this.#client = null;
    await client?.endAsync(true);
  }

  /** A client for each life of the connection: what the last one still held in flight is said again from the outbox, not by it. */
  #connect(): void {
    const { url, site, device, secret, ca } = this.#options;
    const client = mqtt.connect(url, {
      clientId: device,
      username: device,
      password: secret,
      protocolVersion: 5,
      clean: true,
      keepalive: 30,
      reconnectPeriod: 0,
      log: () => {},
      ...(ca === undefined ? {} : { ca }),
      will: { topic: topicOf(site, device, "status"), payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    });
    this.#client = client;
    client.on("error", (error) => this.#listener.error(error));
    client.on("connect", () => {
      this.#failures = 0;
      client.subscribe([topicOf(site, device, "receipt"), topicOf(site, device, "command")], { qos: 1 }, () => {
        if (client === this.#client && client.connected) this.#listener.connected();
      });
    });
    client.on("message", (topic, payload) => {
      if (client === this.#client && topic.endsWith("/receipt")) this.#listener.receipt(payload.toString());
    });
    client.on("close", () => {
      if (client !== this.#client) return;
      this.#giveUp();
      if (!this.#online) return;
      this.#connectIn(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures) * (0.5 + Math.random()));
      this.#failures += 1;
    });
  }

  #connectIn(ms: number): void {
    if (this.#wait !== null) clearTimeout(this.#wait);
    this.#wait = setTimeout(() => {
      this.#wait = null;
      this.#connect();
    }, ms);
  }

  /** Without DISCONNECT, as a dead gateway would: the last will goes out. */
  #giveUp(): void {
    if (this.#wait !== null) clearTimeout(this.#wait);
    this.#wait = null;
    const client = this.#client;
    this.#client = null;
    if (client === null) return;
    client.stream.destroy();
    client.end(true);
    this.#listener.closed();
  }
}
