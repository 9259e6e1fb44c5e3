/** Runs simulated people with their devices against a broker, in step with the clinical clock. */
import { join } from "node:path";
import { MINUTE, SECOND } from "#core/time.ts";
import { oximeter } from "./devices/oximeter.ts";
import type { DeviceSample, SimulatedDevice } from "./devices/simulated-device.ts";
import { DeviceLink } from "./link/device-link.ts";
import { Person } from "./people/person.ts";
import { personas } from "./people/personas.ts";
import { acuteHypoxia } from "./physiology/exacerbation.ts";
import { createRandom } from "./random.ts";
import type { SimClock } from "./sim-clock.ts";

export interface WardDevice {
  readonly id: string;
  readonly site: string;
  readonly secret: string;
  /** Key of the persona that wears it. */
  readonly persona: string;
}

export interface WardOptions {
  readonly url: string;
  readonly devices: readonly WardDevice[];
  readonly seed: number;
  readonly clock: SimClock;
  /** Where outboxes are kept; null: memory alone. */
  readonly folder: string | null;
  readonly onError?: (device: string, error: Error) => void;
}

/** Minutes a device that has just come back has in its outbox. */
const BACKLOG = 10 * MINUTE;
const TICK_MS = 250;
/** Never more than this in one message (contract section 2: 5,000). */
const SAMPLES_A_MESSAGE = 3_000;
const STATUS_EVERY = 5 * MINUTE;
/** A body that slept (a suspended machine) wakes up now: it does not relive more than this. */
const LONGEST_STRIDE = 30 * MINUTE;

/** The course of the demo: it has begun a few minutes before "now", recovers under care within the hour. */
const DETERIORATION = acuteHypoxia({ startMin: -7, peakMin: -2, endMin: 55, points: 7.5 });

interface Worn {
  readonly link: DeviceLink;
  readonly person: Person;
  readonly oximeter: SimulatedDevice;
  t: number;
  statusAt: number;
}

export interface Ward {
  readonly counts: () => { readonly people: number; readonly sent: number; readonly receipted: number; readonly waiting: number };
  close(): Promise<void>;
}

export const startWard = (options: WardOptions): Ward => {
  const random = createRandom(options.seed);
  const start = Math.floor(options.clock.now() / SECOND) * SECOND;
  const worn = options.devices.flatMap((device): Worn[] => {
    const persona = personas.find((candidate) => candidate.key === device.persona);
    if (persona === undefined) return [];
    const own = random.fork(device.id);
    const link = new DeviceLink({
      url: options.url,
      site: device.site,
      device: device.id,
      secret: device.secret,
      outboxFile: options.folder === null ? null : join(options.folder, `${device.id}.outbox`),
      epoch: `run-${start}`,
      onError: (error) => options.onError?.(device.id, error),
    });
    return [
      {
        link,
        person: new Person({
          persona,
          random: own.fork("body"),
          origin: start,
          episodes: persona.key === "copd_gold2" ? DETERIORATION : [],
        }),
        oximeter: oximeter.create({ random: own.fork("device") }),
        t: start - BACKLOG,
        statusAt: 0,
      },
    ];
  });
  const timer = setInterval(() => {
    for (const one of worn) advance(one, options.clock.now());
  }, TICK_MS);
  return {
    counts: () => ({
      people: worn.length,
      sent: worn.reduce((sum, { link }) => sum + link.counts.sentSamples, 0),
      receipted: worn.reduce((sum, { link }) => sum + link.counts.receiptedSamples, 0),
      waiting: worn.reduce((sum, { link }) => sum + link.pending, 0),
    }),
    async close() {
      clearInterval(timer);
      await Promise.all(worn.map(({ link }) => link.close()));
    },
  };
};

/** Lives every second up to now and sends what the device saw. */
const advance = (one: Worn, now: number): void => {
  if (now - one.t > LONGEST_STRIDE) one.t = Math.floor((now - LONGEST_STRIDE) / SECOND) * SECOND;
  let samples: DeviceSample[] = [];
  while (one.t + SECOND <= now) {
    one.t += SECOND;
    samples.push(...one.oximeter.step(one.person.step(one.t)).samples);
    if (samples.length >= SAMPLES_A_MESSAGE) {
      one.link.send(samples);
      samples = [];
    }
  }
  one.link.send(samples);
  if (now - one.statusAt >= STATUS_EVERY && one.link.connected) {
    one.statusAt = now;
    one.link.sendStatus({ online: true, battery: one.oximeter.battery, rssi: -60, firmware: "sim-1" });
  }
};
