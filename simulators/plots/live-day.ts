/** One stretch of a simulated person's life with the devices of its persona: what they sent, and what the person was doing. */
import { type EpochMs, SECOND } from "#core/time.ts";
import { deviceKind } from "../devices/device-kinds.ts";
import type { DeviceSample, WaveformBlock } from "../devices/simulated-device.ts";
import type { Activity } from "../people/body.ts";
import { Person } from "../people/person.ts";
import type { Persona } from "../people/persona.ts";
import { createRandom } from "../random.ts";

export interface LifeOptions {
  readonly persona: Persona;
  readonly seed: number;
  readonly from: EpochMs;
  readonly seconds: number;
  /** Seconds lived before, so that the day does not begin with devices being switched on. */
  readonly before?: number;
  readonly zoneOffsetMs?: number;
  /** Another choice than the persona's own devices. */
  readonly deviceKinds?: readonly string[];
  readonly varied?: boolean;
  /** Share of planned sessions, puffs and measurements that are done; the persona's unless given. */
  readonly adherence?: number;
}

/** A stretch of one activity. */
export interface Doing {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly activity: Activity;
  /** Name of the prescribed exercise. */
  readonly exercise: string | null;
}

export interface LivedDay {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly doings: readonly Doing[];
  /** In order of time; a kind's own metrics only, as two kinds may measure the same. */
  readonly samples: ReadonlyMap<string, readonly DeviceSample[]>;
  readonly waveforms: ReadonlyMap<string, readonly WaveformBlock[]>;
}

/** Key of what a kind of device measures. */
export const seriesKey = (kind: string, metric: string): string => `${kind} ${metric}`;

export const liveDay = (options: LifeOptions): LivedDay => {
  const { persona, seed, from, seconds, before = 0, zoneOffsetMs, varied = false } = options;
  const random = createRandom(seed).fork(persona.key);
  const person = new Person({
    persona,
    random: random.fork("body"),
    origin: from,
    varied,
    ...(zoneOffsetMs === undefined ? {} : { zoneOffsetMs }),
    ...(options.adherence === undefined ? {} : { adherence: options.adherence }),
  });
  // Beside a bed a hub carries sensors of these kinds: they are looked at one by one.
  const devices = (options.deviceKinds ?? persona.deviceKinds).flatMap((label) => {
    const kind = label === "hub" ? undefined : deviceKind(label);
    return kind === undefined ? [] : [{ label, device: kind.create({ random: random.fork(label), waveforms: true }) }];
  });
  const samples = new Map<string, DeviceSample[]>();
  const waveforms = new Map<string, WaveformBlock[]>();
  const doings: Doing[] = [];
  const to = from + seconds * SECOND;
  for (let t = from - before * SECOND + SECOND; t <= to; t += SECOND) {
    const body = person.step(t);
    const isShown = t > from;
    if (isShown) follow(doings, t, body.activity, body.session?.exercise ?? null);
    for (const { label, device } of devices) {
      const emission = device.step(body);
      if (!isShown) continue;
      for (const sample of emission.samples) push(samples, seriesKey(label, sample.metric), sample);
      for (const block of emission.waveforms ?? []) push(waveforms, seriesKey(label, block.signal), block);
    }
  }
  return { from, to, doings, samples, waveforms };
};

const push = <Item>(series: Map<string, Item[]>, key: string, item: Item): void => {
  const known = series.get(key);
  if (known === undefined) series.set(key, [item]);
  else known.push(item);
};

const follow = (doings: Doing[], t: EpochMs, activity: Activity, exercise: string | null): void => {
  const last = doings.at(-1);
  if (last !== undefined && last.activity === activity && last.exercise === exercise) doings[doings.length - 1] = { ...last, to: t };
  else doings.push({ from: t - SECOND, to: t, activity, exercise });
};
