/** What every simulated sensor is: a device on a body, second by second, with faults of its own kind. */
import type { EpochMs } from "#core/time.ts";
import type { Body } from "../people/body.ts";
import type { Random } from "../random.ts";

export interface DeviceSample {
  readonly metric: string;
  readonly t: EpochMs;
  readonly value: number | string | null;
  /** UCUM, where the device measures in a unit of its own; absent: the catalogue's. */
  readonly unit?: string;
  readonly quality?: "degraded" | "bad";
  readonly tags?: Readonly<Record<string, string>>;
}

/** One block of equally spaced values (contract section 2). */
export interface WaveformBlock {
  readonly signal: string;
  readonly t0: EpochMs;
  readonly hz: number;
  readonly unit: string;
  readonly values: readonly number[];
}

/** What a device has to say about one second; most seconds of most devices: nothing. */
export interface Emission {
  readonly samples: readonly DeviceSample[];
  readonly waveforms?: readonly WaveformBlock[];
}

export const NOTHING: Emission = { samples: [] };

export interface SimulatedDevice {
  /** One second on. Seconds come in order, without gaps. */
  step(body: Body): Emission;
  /** One second on, with nobody in it: what a probe in the air sends. Absent: such a device has nothing to say then. */
  stepOffBody?(t: EpochMs): Emission;
  /** Charge left, %; null on mains. */
  readonly battery: number | null;
}

export interface DeviceOptions {
  /** The device's own randomness: its bias, its noise, its misfortunes. */
  readonly random: Random;
  /** False: only noise and quantisation; no motion, contact loss, poor effort or drop-out. */
  readonly artefacts?: boolean;
  /** True: bursts of the raw signal besides the numbers (domain 5.7), where the kind has one. */
  readonly waveforms?: boolean;
}

/** A kind of device, as it is enrolled and made. */
export interface DeviceKind {
  /** The registry's label. */
  readonly kind: string;
  /** What is expected of it: metric → spacing in seconds. */
  readonly metrics: Readonly<Record<string, { readonly everyS: number }>>;
  create(options: DeviceOptions): SimulatedDevice;
}
