/** A device's way to the server, as the device sees it; faults of the way are switched on from outside. */
import type { DeviceSample, WaveformBlock } from "../devices/simulated-device.ts";

export interface LinkCounts {
  sentSamples: number;
  sentMessages: number;
  acknowledgedSamples: number;
  receiptedSamples: number;
}

export interface Link {
  readonly counts: Readonly<LinkCounts>;
  /** Messages no receipt has covered yet. */
  readonly pending: number;
  readonly connected: boolean;
  readonly lastError: Error | null;
  /** Keeps one telemetry message and sends it as soon as there is room. */
  send(samples: readonly DeviceSample[]): void;
  /** One block of equally spaced values; NaN is a hole. */
  sendWaveform(block: WaveformBlock): void;
  sendStatus(status: Readonly<Record<string, unknown>>): void;
  /** False: cut without goodbye, and not back before it is true again; then within so much real time. */
  setOnline(online: boolean, withinMs: number): void;
  /** True: connected, but what is measured waits. */
  setHeld(held: boolean): void;
  /** True: some messages come out of order, twice, or again much later. */
  setUnruly(unruly: boolean): void;
  /** Resolves when every message is receipted. */
  drained(): Promise<void>;
  close(): Promise<void>;
}
