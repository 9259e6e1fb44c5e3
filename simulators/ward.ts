/** Runs simulated people with their devices against a broker, in step with the clinical clock. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import { deviceKind } from "./devices/device-kinds.ts";
import { hubOf } from "./devices/hub.ts";
import type { DeviceKind } from "./devices/simulated-device.ts";
import { Spells } from "./devices/spells.ts";
import { DeviceLink, type DeviceLinkOptions } from "./link/device-link.ts";
import type { Link } from "./link/link.ts";
import type { Body } from "./people/body.ts";
import { createRandom } from "./random.ts";
import type { SimClock } from "./sim-clock.ts";
import { LivedUntil } from "./ward/lived-until.ts";
import { peopleOf, personOf } from "./ward/people-of.ts";
import type { WardDevice } from "./ward/ward-device.ts";
import { WornDevice } from "./ward/worn-device.ts";

export interface WardOptions {
  readonly url: string;
  readonly devices: readonly WardDevice[];
  readonly seed: number;
  readonly clock: Pick<SimClock, "now" | "speed">;
  /** Where outboxes are kept; null: memory alone. */
  readonly folder: string | null;
  /** Real time between two messages of a device that measures all the time; unless given, from the size of the ward. */
  readonly sendEveryMs?: number;
  /** What a device that has just come back has in its outbox; 10 min unless given. */
  readonly backlogMs?: number;
  /** Local time less UTC, of everybody. */
  readonly zoneOffsetMs?: number;
  readonly onError?: (device: string, error: Error) => void;
  /** How devices reach the server: over MQTT unless given. */
  readonly openLink?: (options: DeviceLinkOptions) => Link;
}

export interface WardCounts {
  readonly people: number;
  readonly devices: number;
  readonly connected: number;
  /** Samples. */
  readonly sent: number;
  readonly messages: number;
  readonly receipted: number;
  /** Messages without a receipt. */
  readonly waiting: number;
  /** Samples that the radio lost before any outbox. */
  readonly lost: number;
  /** Seconds of clinical time not lived yet. */
  readonly behindS: number;
}

export interface Ward {
  /** From which the minutes of a story count. */
  readonly origin: EpochMs;
  counts(): WardCounts;
  /** By device. */
  readonly links: ReadonlyMap<string, Link>;
  /** What a device's connection last failed with, if it is not connected. */
  problems(): ReadonlyMap<string, Error>;
  close(): Promise<void>;
}

/** A ward whose time is moved by hand. */
export interface StillWard extends Ward {
  /** Lives on to `now`, at most `budgetMs` of real time; false: not there yet. */
  advance(now: EpochMs, budgetMs?: number): boolean;
}

const BACKLOG = 10 * MINUTE;
/** Real time between looks at the clock, shorter the faster it runs: nobody is further behind than 10 s of clinical time. */
const LONGEST_TICK_MS = 250;
const BEHIND_MS = 10 * SECOND;
/** After so long the sockets have their turn. */
const BUDGET_MS = 60;
/** All devices together send no more messages a second than this at home, and than this when time runs fast. */
const MESSAGES_AT_HOME = 200;
const MESSAGES_AT_MOST = 2_000;
const SEND_EVERY_MS = [1_000, 10_000] as const;
const FRESH_MS = 20 * SECOND;
const STATUS_EVERY = 5 * MINUTE;
/** A body that slept (a suspended machine) wakes up now: it does not relive more than this. */
const LONGEST_STRIDE = 30 * MINUTE;
/** Real time that a machine may be busy elsewhere: however fast time runs, nothing of a life is left out for it. */
const HICCUP_MS = 10_000;
/** First sign-ins a second. */
const SIGN_INS = 300;
/** Once a week a home's gateway is down for 2 to 60 minutes (domain 5.8). */
const OUTAGES_PER_HOUR = 1 / (7 * 24);
const KEPT_AHEAD_MS = 5_000;
const LAST_RECEIPTS_MS = 2_000;

/** Clinical time between two messages of one device: as rare as at home, but never stale, and never more than all can carry. */
export const sendInterval = (speed: number, devices: number, sendEveryMs: number | undefined): number => {
  const [least, most] = SEND_EVERY_MS;
  const atHome = sendEveryMs ?? Math.min(most, Math.max(least, (devices / MESSAGES_AT_HOME) * SECOND));
  const atMost = (devices / MESSAGES_AT_MOST) * SECOND;
  return Math.max(SECOND, atMost * speed, Math.min(atHome * speed, FRESH_MS));
};

export const createWard = (options: WardOptions): StillWard => {
  const { clock } = options;
  const random = createRandom(options.seed);
  const origin = Math.floor(clock.now() / SECOND) * SECOND;
  const known = options.devices.filter((device) => kindOf(device) !== null);
  const people = peopleOf({ ...options, devices: known, random, origin });
  const devices = known.filter((device) => people.has(personOf(device)));
  const lived = new LivedUntil(options.folder);
  const worn = devices.map((device, index): WornDevice => {
    const own = random.fork(device.id);
    const link = (options.openLink ?? ((how) => new DeviceLink(how)))({
      url: options.url,
      site: device.site,
      device: device.id,
      secret: device.secret,
      outboxFile: options.folder === null ? null : join(options.folder, `${device.id}.outbox`),
      epoch: `run-${origin}`,
      disorder: own.fork("way"),
      // Whatever else a simulated device says, this it says of itself.
      identity: { firmware: "sim-1" },
      connectAfterMs: (index / SIGN_INS) * SECOND,
      onError: (error) => options.onError?.(device.id, error),
    });
    return new WornDevice({ device, kind: kindOf(device) as DeviceKind, random: own, link, origin, speed: () => clock.speed });
  });
  const steady = new Set(devices.filter(({ artefacts, steady }) => artefacts === false || steady === true).map(personOf));
  const gateways = new Map([...people.keys()].map((name) => [name, new Spells(random.fork(name).fork("gateway"), 120, 3_600)] as const));
  let t = resumeAt(origin - (options.backlogMs ?? BACKLOG), origin, lived.read());
  const firstInterval = sendInterval(clock.speed, worn.length, options.sendEveryMs);
  worn.forEach((one, index) => one.shift((index / worn.length) * firstInterval));

  const second = (): void => {
    t += SECOND;
    const bodies = new Map<string, Body>();
    for (const [name, person] of people) bodies.set(name, person.step(t));
    const up = new Map<string, boolean>();
    for (const [name, spells] of gateways) up.set(name, steady.has(name) || !spells.step(OUTAGES_PER_HOUR));
    for (const one of worn) one.second(t, (name) => bodies.get(name), up.get(one.person) ?? true);
  };

  return {
    origin,
    links: new Map(worn.map(({ link }, index) => [(devices[index] as WardDevice).id, link] as const)),
    advance(now, budgetMs = Number.POSITIVE_INFINITY) {
      const stride = Math.max(LONGEST_STRIDE, HICCUP_MS * clock.speed);
      if (now - t > stride) t = Math.floor((now - stride) / SECOND) * SECOND;
      lived.reserve(now, KEPT_AHEAD_MS * clock.speed);
      const began = performance.now();
      while (t + SECOND <= now && performance.now() - began < budgetMs) second();
      const every = sendInterval(clock.speed, worn.length, options.sendEveryMs);
      for (const one of worn) {
        one.sendDue(t, every);
        one.tellStatus(t, Math.max(STATUS_EVERY, SECOND * clock.speed));
      }
      return t + SECOND > now;
    },
    counts: () => ({
      people: people.size,
      devices: worn.length,
      connected: worn.filter(({ link }) => link.connected).length,
      sent: worn.reduce((sum, { link }) => sum + link.counts.sentSamples, 0),
      messages: worn.reduce((sum, { link }) => sum + link.counts.sentMessages, 0),
      receipted: worn.reduce((sum, { link }) => sum + link.counts.receiptedSamples, 0),
      waiting: worn.reduce((sum, { link }) => sum + link.pending, 0),
      lost: worn.reduce((sum, { lost }) => sum + lost, 0),
      behindS: Math.max(0, Math.floor((clock.now() - t) / SECOND)),
    }),
    problems: () =>
      new Map(
        worn.flatMap(({ link }, index) =>
          link.connected || link.lastError === null ? [] : [[(devices[index] as WardDevice).id, link.lastError] as const],
        ),
      ),
    async close() {
      // What has been measured is in the outbox when the ward ends, and at the server if it answers soon.
      for (const one of worn) one.send();
      lived.write(t);
      const told = Promise.all(worn.filter(({ link }) => link.connected).map(({ link }) => link.drained()));
      await Promise.race([told, pause(LAST_RECEIPTS_MS, undefined, { ref: false })]);
      await Promise.all(worn.map(({ link }) => link.close()));
    },
  };
};

/** A ward that lives by itself, in step with its clock. */
export const startWard = (options: WardOptions): Ward => {
  const ward = createWard(options);
  let timer: NodeJS.Timeout | NodeJS.Immediate | null = null;
  let ended = false;
  const live = (): void => {
    const there = ward.advance(options.clock.now(), BUDGET_MS);
    if (ended) return;
    const tick = Math.max(5, Math.min(LONGEST_TICK_MS, BEHIND_MS / Math.max(1, options.clock.speed)));
    timer = there ? setTimeout(live, tick) : setImmediate(live);
  };
  timer = setImmediate(live);
  return {
    ...ward,
    async close() {
      ended = true;
      if (timer !== null) {
        clearTimeout(timer as NodeJS.Timeout);
        clearImmediate(timer as NodeJS.Immediate);
      }
      await ward.close();
    },
  };
};

/** Where life goes on: not in minutes that were told before. A memory of another time line counts for nothing. */
const resumeAt = (from: EpochMs, origin: EpochMs, lived: EpochMs | null): EpochMs =>
  // On whole seconds: what was reserved before a crash ends at any moment, and devices know no fractions.
  lived === null || lived < from || lived > origin + BACKLOG ? from : Math.ceil(lived / SECOND) * SECOND;

export const kindOf = (device: WardDevice): DeviceKind | null => {
  const label = device.kind ?? "oximeter";
  if (label !== "hub" || device.carries === undefined) return deviceKind(label) ?? null;
  const carried = device.carries.map((kind) => deviceKind(kind));
  return carried.includes(undefined) ? null : hubOf(carried as DeviceKind[]);
};
