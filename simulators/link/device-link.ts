/** A device's connection: publishes its outbox in order, resends what a receipt says is missing, and forgets only what is receipted. */
import mqtt, { type MqttClient } from "mqtt";
import { decodeReceipt } from "#contracts/receipt.ts";
import type { DeviceSample } from "../devices/oximeter.ts";
import { Outbox, type OutboxMessage } from "./outbox.ts";

/** Publishes without a PUBACK at one time. */
const IN_FLIGHT = 200;
/** Said again when no receipt came for so long. */
const RESEND_AFTER_MS = 10_000;

export interface DeviceLinkOptions {
  readonly url: string;
  readonly site: string;
  readonly device: string;
  readonly secret: string;
  /** Null: memory alone, with an epoch of its own. */
  readonly outboxFile: string | null;
  /** Distinguishes the lives of a counter that is not kept on disk. */
  readonly epoch?: string;
  readonly ca?: string;
  readonly onError?: (error: Error) => void;
}

export interface LinkCounts {
  sentSamples: number;
  sentMessages: number;
  acknowledgedSamples: number;
  receiptedSamples: number;
}

export class DeviceLink {
  readonly counts: LinkCounts = { sentSamples: 0, sentMessages: 0, acknowledgedSamples: 0, receiptedSamples: 0 };
  readonly #options: DeviceLinkOptions;
  readonly #outbox: Outbox;
  readonly #topic: string;
  readonly #acknowledged = new Set<number>();
  readonly #client: MqttClient;
  /** Numbers to publish, in order; numbers on their way. */
  #queue: number[] = [];
  readonly #flying = new Set<number>();
  #whenDrained: (() => void)[] = [];
  #whenRoom: (() => void)[] = [];
  #lastNewsAt = Date.now();
  readonly #watch: NodeJS.Timeout;
  #lastError: Error | null = null;

  constructor(options: DeviceLinkOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.outboxFile);
    this.#topic = `homeward/v1/${options.site}/${options.device}`;
    this.#queue = this.#outbox.waiting().map((message) => message.seq);
    this.#client = mqtt.connect(options.url, {
      clientId: options.device,
      username: options.device,
      password: options.secret,
      protocolVersion: 5,
      clean: true,
      keepalive: 30,
      reconnectPeriod: 1_000 + Math.round(2_000 * Math.random()),
      log: () => {},
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      will: { topic: `${this.#topic}/status`, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    });
    this.#client.on("error", (error) => {
      this.#lastError = error;
      options.onError?.(error);
    });
    this.#client.on("connect", () => this.#connected());
    this.#client.on("close", () => this.#flying.clear());
    this.#client.on("message", (topic, payload) => {
      if (topic === `${this.#topic}/receipt`) this.#receipt(payload.toString());
    });
    this.#watch = setInterval(() => this.#resendStale(), RESEND_AFTER_MS / 2);
    this.#watch.unref();
  }

  get pending(): number {
    return this.#outbox.size;
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  get lastError(): Error | null {
    return this.#lastError;
  }

  /** Keeps one telemetry message in the outbox and sends it as soon as there is room. */
  send(samples: readonly DeviceSample[]): void {
    if (samples.length === 0) return;
    this.#add((number) => JSON.stringify({ ...number, samples }), samples.length);
  }

  /** One block of equally spaced values. */
  sendWaveform(block: {
    readonly signal: string;
    readonly t0: number;
    readonly hz: number;
    readonly unit: string;
    readonly values: readonly number[];
  }): void {
    this.#add((number) => JSON.stringify({ ...number, ...block }), block.values.length);
  }

  sendStatus(status: Readonly<Record<string, unknown>>): void {
    if (this.#client.connected) this.#client.publish(`${this.#topic}/status`, JSON.stringify(status), { qos: 1, retain: true }, () => {});
  }

  /** Resolves when fewer than `limit` messages wait for a receipt. */
  async room(limit: number): Promise<void> {
    while (this.#outbox.size >= limit) await new Promise<void>((resolve) => this.#whenRoom.push(resolve));
  }

  /** Resolves when every message is receipted. */
  async drained(): Promise<void> {
    if (this.#outbox.size === 0) return;
    await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  /** Cuts the connection without goodbye, as a dead gateway would; it comes back by itself. */
  cut(): void {
    this.#client.stream.destroy();
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#client.endAsync(true);
  }

  #add(write: (number: { seq: number; epoch?: string }) => string, samples: number): void {
    const epoch = this.#options.outboxFile === null ? this.#options.epoch : undefined;
    const message = this.#outbox.add((seq) => write(epoch === undefined ? { seq } : { seq, epoch }), samples);
    this.counts.sentMessages += 1;
    this.counts.sentSamples += samples;
    this.#queue.push(message.seq);
    this.#pump();
  }

  #connected(): void {
    this.#client.subscribe([`${this.#topic}/receipt`, `${this.#topic}/command`], { qos: 1 }, () => {
      this.#queue = this.#outbox.waiting().map((message) => message.seq);
      this.#flying.clear();
      this.#pump();
    });
    this.#client.publish(`${this.#topic}/status`, '{"online":true}', { qos: 1, retain: true }, () => {});
  }

  #pump(): void {
    while (this.#client.connected && this.#flying.size < IN_FLIGHT && this.#queue.length > 0) {
      const message = this.#outbox.message(this.#queue.shift() as number);
      if (message !== undefined && !this.#flying.has(message.seq)) this.#publish(message);
    }
  }

  #publish(message: OutboxMessage): void {
    this.#flying.add(message.seq);
    this.#client.publish(`${this.#topic}/${channelOf(message.body)}`, message.body, { qos: 1 }, (error) => {
      if (error) return;
      this.#flying.delete(message.seq);
      if (!this.#acknowledged.has(message.seq)) {
        this.#acknowledged.add(message.seq);
        this.counts.acknowledgedSamples += message.samples;
      }
      this.#pump();
    });
  }

  #receipt(text: string): void {
    const receipt = decodeReceipt(text);
    if (receipt === null) return;
    this.#lastNewsAt = Date.now();
    const missing = new Set(receipt.missing);
    for (const message of this.#outbox.receipted(receipt.seq, missing)) {
      this.counts.receiptedSamples += message.samples;
      if (!this.#acknowledged.delete(message.seq)) this.counts.acknowledgedSamples += message.samples;
    }
    for (const seq of receipt.missing) this.#answerMissing(seq);
    this.#pump();
    for (const resolve of this.#whenRoom.splice(0)) resolve();
    if (this.#outbox.size === 0) for (const resolve of this.#whenDrained.splice(0)) resolve();
  }

  #answerMissing(seq: number): void {
    const message = this.#outbox.message(seq);
    if (message === undefined) this.#client.publish(`${this.#topic}/telemetry`, JSON.stringify({ seq, void: true }), { qos: 1 }, () => {});
    else if (!this.#flying.has(seq)) this.#publish(message);
  }

  /** A receipt may be lost with a connection: what still waits is said again, a repeat changes nothing. */
  #resendStale(): void {
    if (this.#outbox.size === 0 || Date.now() - this.#lastNewsAt < RESEND_AFTER_MS || this.#flying.size > 0) return;
    this.#lastNewsAt = Date.now();
    this.#queue = this.#outbox.waiting().map((message) => message.seq);
    this.#pump();
  }
}

const channelOf = (body: string): "telemetry" | "waveform" =>
  body.includes('"signal":') && body.includes('"hz":') ? "waveform" : "telemetry";
