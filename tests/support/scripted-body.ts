/** A body by script: an ordinary day of an ordinary person, and whatever a test wants to be different. */
import { type EpochMs, HOUR, SECOND } from "#core/time.ts";
import type { Body, Deed } from "#simulators/people/body.ts";
import { createRandom } from "#simulators/random.ts";
import type { DeviceKind, DeviceOptions, DeviceSample, SimulatedDevice, WaveformBlock } from "#simulators/devices/simulated-device.ts";

/** Local midnight of a day, 8 h east. */
export const MIDNIGHT: EpochMs = Date.UTC(2026, 10, 20, 16);

/** Planned deeds of the day: local hour → what is done. */
const PLAN: ReadonlyMap<number, readonly Deed[]> = new Map(
  (
    [
      [7, "take_temperature"],
      [7.1, "blow_peak_flow"],
      [7.2, "inhale_controller"],
      [7.5, "take_blood_pressure"],
      [8, "blow_spirometer"],
      [9, "test_grip"],
      [9.1, "test_chair_stand"],
      [13, "inhale_rescue"],
      [19, "blow_peak_flow"],
      [19.2, "inhale_controller"],
      [20, "take_temperature"],
    ] as const
  ).map(([hour, deed]) => [Math.round(hour * 3_600), [deed]]),
);
const NO_DEEDS: readonly Deed[] = [];

export interface BodyScript {
  /** Beside the ordinary, in this second. */
  readonly change?: (at: { readonly t: EpochMs; readonly s: number; readonly hour: number }) => Partial<Body>;
  /** Local hour at which the script begins. */
  readonly fromHour?: number;
}

/** The body `s` seconds into the script. */
export const scriptedBody = (s: number, { change, fromHour = 0 }: BodyScript = {}): Body => {
  const t = MIDNIGHT + fromHour * HOUR + s * SECOND;
  const hour = (fromHour + s / 3_600) % 24;
  const asleep = hour >= 22.5 || hour < 6.5;
  const swing = Math.sin(s / 500) + Math.sin(s / 77);
  const ordinary: Body = {
    t,
    hour,
    activity: asleep ? "asleep" : "resting",
    asleep,
    spo2: 95 + 0.5 * swing,
    pulse: (asleep ? 64 : 74) + 2 * swing,
    perfusion: 2.5 + 0.3 * swing,
    respRate: 16 + 0.8 * swing,
    tidalVolume: 450,
    coreTemp: 36.7,
    skinTemp: 33.5 + 0.2 * swing,
    systolic: 128,
    diastolic: 78,
    etco2: 40,
    pef: 420,
    fev1: 2.6,
    fvc: 3.6,
    symptoms: 1,
    cough: asleep ? 1 : 5,
    deeds: PLAN.get(Math.round(hour * 3_600)) ?? NO_DEEDS,
    gait: null,
    knee: null,
    grip: 30,
    chairStandS: 11,
    steps: 0,
    session: null,
    oxygenFlow: asleep || hour < 9 ? 1.5 : 0,
    papOn: asleep,
    maskLeak: asleep ? 0.02 : 0,
    fall: null,
  };
  return change === undefined ? ordinary : { ...ordinary, ...change({ t, s, hour }) };
};

interface Lived {
  readonly device: SimulatedDevice;
  readonly samples: readonly DeviceSample[];
  readonly waveforms: readonly WaveformBlock[];
}

export interface LifeOptions extends BodyScript, Omit<DeviceOptions, "random"> {
  readonly seed?: number;
  readonly seconds?: number;
  /** Only samples of this metric are kept. */
  readonly only?: string;
  /** After each second. */
  readonly watch?: (device: SimulatedDevice, body: Body) => void;
}

/** Puts a device of this kind on a scripted body. */
export const live = (
  kind: DeviceKind,
  { seed = 1, seconds = 86_400, watch, only, change, fromHour, ...options }: LifeOptions = {},
): Lived => {
  const device = kind.create({ random: createRandom(seed), ...options });
  const samples: DeviceSample[] = [];
  const waveforms: WaveformBlock[] = [];
  const script = { ...(change === undefined ? {} : { change }), ...(fromHour === undefined ? {} : { fromHour }) };
  for (let s = 1; s <= seconds; s++) {
    const body = scriptedBody(s, script);
    const emission = device.step(body);
    for (const sample of emission.samples) if (only === undefined || sample.metric === only) samples.push(sample);
    waveforms.push(...(emission.waveforms ?? []));
    watch?.(device, body);
  }
  return { device, samples, waveforms };
};

/** Values of one metric, in order. */
export const valuesOf = (samples: readonly DeviceSample[], metric: string): (number | null)[] =>
  samples.filter((sample) => sample.metric === metric).map(({ value }) => value as number | null);

export const numbersOf = (samples: readonly DeviceSample[], metric: string): number[] =>
  valuesOf(samples, metric).filter((value) => value !== null);

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
