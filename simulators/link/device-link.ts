/** A device's connection: publishes its outbox in order, resends what a receipt says is missing, and forgets only what is receipted. */
import { decodeReceipt } from "#contracts/receipt.ts";
import type { DeviceSample, WaveformBlock } from "../devices/simulated-device.ts";
import type { Random } from "../random.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Link, LinkCounts } from "./link.ts";
import { Outbox, type OutboxMessage } from "./outbox.ts";
import { type Passed, UnrulyOrder } from "./unruly-order.ts";

/** Publishes without a PUBACK at one time. */
const IN_FLIGHT = 200;
/** Said again when no receipt came for so long. */
const RESEND_AFTER_MS = 10_000;

export interface DeviceLinkOptions extends ConnectionOptions {
  /** Null: memory alone, with an epoch of its own. */
  readonly outboxFile: string | null;
  /** Distinguishes the lives of a counter that is not kept on disk. */
  readonly epoch?: string;
  /** How the way misbehaves when it is unruly; none: it never does. */
  readonly disorder?: Random;
  /** Said with every status: what a simulated device must not be without. */
  readonly identity?: Readonly<Record<string, string>>;
  readonly onError?: (error: Error) => void;
}

export class DeviceLink implements Link {
  readonly counts: LinkCounts = { sentSamples: 0, sentMessages: 0, acknowledgedSamples: 0, receiptedSamples: 0 };
  readonly #options: DeviceLinkOptions;
  readonly #outbox: Outbox;
  readonly #acknowledged = new Set<number>();
  readonly #connection: Connection;
  readonly #disorder: UnrulyOrder | null;
  /** To publish, in order; numbers on their way. */
  #queue: Passed[] = [];
  readonly #flying = new Set<number>();
  #whenDrained: (() => void)[] = [];
  #whenRoom: (() => void)[] = [];
  #lastNewsAt = Date.now();
  readonly #watch: NodeJS.Timeout;
  #lastError: Error | null = null;
  #lastStatus: Readonly<Record<string, unknown>> = {};
  #subscribed = false;
  #held = false;
  #unruly = false;

  constructor(options: DeviceLinkOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.outboxFile);
    this.#disorder = options.disorder === undefined ? null : new UnrulyOrder(options.disorder);
    this.#connection = new Connection(options, {
      connected: () => this.#connected(),
      closed: () => {
        this.#subscribed = false;
        this.#flying.clear();
      },
      receipt: (text) => this.#receipt(text),
      error: (error) => {
        this.#lastError = error;
        options.onError?.(error);
      },
    });
    this.#watch = setInterval(() => this.#resendStale(), RESEND_AFTER_MS / 2);
    this.#watch.unref();
  }

  get pending(): number {
    return this.#outbox.size;
  }

  /** Signed in and subscribed: from here on receipts come. */
  get connected(): boolean {
    return this.#subscribed;
  }

  get lastError(): Error | null {
    return this.#lastError;
  }

  send(samples: readonly DeviceSample[]): void {
    if (samples.length === 0) return;
    this.#add((number) => JSON.stringify({ ...number, samples }), samples.length);
  }

  sendWaveform(block: WaveformBlock): void {
    this.#add((number) => JSON.stringify({ ...number, ...block }), block.values.length);
  }

  sendStatus(status: Readonly<Record<string, unknown>>): void {
    this.#lastStatus = status;
    if (this.#subscribed) this.#connection.publish("status", JSON.stringify({ online: true, ...status, ...this.#options.identity }));
  }

  setOnline(online: boolean, withinMs: number): void {
    this.#connection.setOnline(online, withinMs);
  }

  setHeld(held: boolean): void {
    this.#held = held;
    this.#pump();
  }

  setUnruly(unruly: boolean): void {
    if (this.#unruly && !unruly) this.#queue.push(...(this.#disorder?.settle() ?? []));
    this.#unruly = unruly;
    this.#pump();
  }

  /** Resolves when fewer than `limit` messages wait for a receipt. */
  async room(limit: number): Promise<void> {
    while (this.#outbox.size >= limit) await new Promise<void>((resolve) => this.#whenRoom.push(resolve));
  }

  async drained(): Promise<void> {
    if (this.#outbox.size === 0) return;
    await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#connection.close();
  }

  #add(write: (number: { seq: number; epoch?: string }) => string, samples: number): void {
    const epoch = this.#options.outboxFile === null ? this.#options.epoch : undefined;
    const message = this.#outbox.add((seq) => write(epoch === undefined ? { seq } : { seq, epoch }), samples);
    this.counts.sentMessages += 1;
    this.counts.sentSamples += samples;
    if (this.#unruly && this.#disorder !== null) this.#queue.push(...this.#disorder.pass(message));
    else this.#queue.push({ message, repeat: false });
    this.#pump();
  }

  #connected(): void {
    this.#subscribed = true;
    // What was disturbed on a way that is gone comes in order now.
    this.#disorder?.settle();
    this.#flying.clear();
    this.#requeue();
    this.sendStatus(this.#lastStatus);
  }

  #requeue(): void {
    this.#queue = this.#outbox.waiting().map((message) => ({ message, repeat: false }));
    this.#pump();
  }

  #pump(): void {
    let taken = 0;
    while (this.#subscribed && !this.#held && this.#flying.size < IN_FLIGHT && taken < this.#queue.length) {
      const { message, repeat } = this.#queue[taken++] as Passed;
      if (repeat) this.#connection.publish(channelOf(message.body), message.body);
      else if (!this.#flying.has(message.seq) && this.#outbox.message(message.seq) !== undefined) this.#publish(message);
    }
    if (taken > 0) this.#queue.splice(0, taken);
  }

  #publish(message: OutboxMessage): void {
    this.#flying.add(message.seq);
    this.#connection.publish(channelOf(message.body), message.body, () => {
      this.#flying.delete(message.seq);
      if (!this.#acknowledged.has(message.seq) && this.#outbox.message(message.seq) !== undefined) {
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
    if (message === undefined) this.#connection.publish("telemetry", JSON.stringify({ seq, void: true }));
    else if (!this.#flying.has(seq)) this.#publish(message);
  }

  /** A receipt may be lost with a connection: what still waits is said again, a repeat changes nothing. */
  #resendStale(): void {
    if (this.#held || this.#outbox.size === 0 || Date.now() - this.#lastNewsAt < RESEND_AFTER_MS || this.#flying.size > 0) return;
    this.#lastNewsAt = Date.now();
    this.#requeue();
  }
}

const channelOf = (body: string): "telemetry" | "waveform" =>
  body.includes('"signal":') && body.includes('"hz":') ? "waveform" : "telemetry";
