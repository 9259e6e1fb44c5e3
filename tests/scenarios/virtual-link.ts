/** A simulated device's way to the receiving side without a network: the outbox, its receipts and the disorder of the real one, in virtual time. */
import { decodeReceipt } from "#contracts/receipt.ts";
import type { DeviceSample, WaveformBlock } from "#simulators/devices/simulated-device.ts";
import type { DeviceLinkOptions } from "#simulators/link/device-link.ts";
import type { Link, LinkCounts } from "#simulators/link/link.ts";
import { Outbox } from "#simulators/link/outbox.ts";
import { UnrulyOrder } from "#simulators/link/unruly-order.ts";

export interface VirtualServer {
  publish(channel: "telemetry" | "waveform" | "status", body: string): void;
  connected(isConnected: boolean): void;
}

export class VirtualLink implements Link {
  readonly counts: LinkCounts = { sentSamples: 0, sentMessages: 0, acknowledgedSamples: 0, receiptedSamples: 0 };
  readonly lastError = null;
  readonly #server: VirtualServer;
  readonly #outbox = new Outbox(null);
  readonly #disorder: UnrulyOrder | null;
  readonly #epoch: string | undefined;
  #online = true;
  #held = false;
  #unruly = false;
  #status: Readonly<Record<string, unknown>> = {};

  constructor(options: DeviceLinkOptions, server: VirtualServer) {
    this.#server = server;
    this.#epoch = options.epoch;
    this.#disorder = options.disorder === undefined ? null : new UnrulyOrder(options.disorder);
    server.connected(true);
  }

  get connected(): boolean {
    return this.#online;
  }

  get pending(): number {
    return this.#outbox.size;
  }

  send(samples: readonly DeviceSample[]): void {
    this.counts.sentSamples += samples.length;
    this.#add("telemetry", { samples }, samples.length);
  }

  sendWaveform(block: WaveformBlock): void {
    this.#add("waveform", { ...block }, 0);
  }

  sendStatus(status: Readonly<Record<string, unknown>>): void {
    this.#status = status;
    if (this.#online) this.#server.publish("status", JSON.stringify({ online: true, ...status }));
  }

  setOnline(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    this.#server.connected(online);
    if (!online) return;
    this.#disorder?.settle();
    this.#sendAll();
    this.sendStatus(this.#status);
  }

  setHeld(held: boolean): void {
    this.#held = held;
    if (!held) this.#sendAll();
  }

  setUnruly(unruly: boolean): void {
    if (this.#unruly && !unruly) for (const { message } of this.#disorder?.settle() ?? []) this.#publish(message.body);
    this.#unruly = unruly;
  }

  receipt(text: string): void {
    const receipt = decodeReceipt(text);
    if (receipt === null || !this.#online) return;
    for (const { samples } of this.#outbox.receipted(receipt.seq, new Set(receipt.missing))) this.counts.receiptedSamples += samples;
    for (const seq of receipt.missing) {
      const message = this.#outbox.message(seq);
      this.#publish(message === undefined ? JSON.stringify({ seq, void: true }) : message.body);
    }
  }

  async drained(): Promise<void> {}

  async close(): Promise<void> {}

  #add(channel: "telemetry" | "waveform", body: object, samples: number): void {
    const epoch = this.#epoch === undefined ? {} : { epoch: this.#epoch };
    const message = this.#outbox.add((seq) => JSON.stringify({ seq, ...epoch, ...body }), samples);
    this.counts.sentMessages += 1;
    if (!this.#online || this.#held) return;
    if (!this.#unruly || this.#disorder === null) this.#publish(message.body, channel);
    else for (const passed of this.#disorder.pass(message)) this.#publish(passed.message.body);
  }

  #sendAll(): void {
    if (this.#online && !this.#held) for (const { body } of this.#outbox.waiting()) this.#publish(body);
  }

  #publish(body: string, channel: "telemetry" | "waveform" = body.includes('"signal":') ? "waveform" : "telemetry"): void {
    this.#server.publish(channel, body);
  }
}
