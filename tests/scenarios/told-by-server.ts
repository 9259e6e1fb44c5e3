/** Stories told to a whole server: real devices over MQTT, enrolled over REST, heard over the live feed. */
import { setTimeout as pause } from "node:timers/promises";
import type { Alert } from "#core/alerts/alert.ts";
import { DAY, type EpochMs, MINUTE } from "#core/time.ts";
import { enrolWard } from "#simulators/enrol.ts";
import { followServerClock } from "#simulators/follow-server-clock.ts";
import { DeviceLink } from "#simulators/link/device-link.ts";
import type { Scenario } from "#simulators/scenarios/scenario.ts";
import { storyOffset } from "#simulators/scenarios/story-zone.ts";
import { type Truth, truthOf } from "#simulators/scenarios/truth.ts";
import { SimClock } from "#simulators/sim-clock.ts";
import { startWard, type Ward, type WardCounts } from "#simulators/ward.ts";
import { personOf } from "#simulators/ward/people-of.ts";
import { planWard } from "#simulators/ward/plan-ward.ts";
import type { WardDevice } from "#simulators/ward/ward-device.ts";
import { type Api, signIn } from "#tests/support/api.ts";
import { connectLive } from "#tests/support/live-client.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";
import type { Heard } from "./judge-story.ts";
import { MachineWatch } from "./machine-watch.ts";

export interface Series {
  readonly of: string;
  readonly measured: number;
  readonly stored: number;
  /** Called future, since the server's time stood still for a moment and the devices' did not. */
  readonly setAside: number;
}

export interface ToldByServer {
  readonly scenario: Scenario;
  readonly truth: Truth;
  readonly heard: readonly Heard[];
  readonly counts: WardCounts;
  /** By metric of a person: readings measured, stored, and set aside; nothing where clocks or sensors were wrong on purpose. */
  readonly series: readonly Series[];
  /** How far the machine lagged behind its own clock around that moment, ms of clinical time. */
  readonly lagAround: (at: EpochMs) => number;
}

export interface TellingOptions {
  readonly scenarios: readonly Scenario[];
  readonly speed: number;
  readonly seed: number;
  /** Real time that the simulated clock stays behind the server's: what it is ahead by mistake would be minutes of future. */
  readonly behindMs: number;
  readonly onProgress: (line: string) => void;
}

const INSTITUTION = "inst-t1-willow";
/** Real time in which what was said last is judged and stored. */
const SETTLE_MS = 2_000;
const STORE_TRIES = 15;
const LOOK_EVERY_MS = 500;

interface SetAside {
  readonly device: string;
  readonly reason: string;
  readonly sample?: { readonly metric?: string };
}

interface Running {
  readonly scenario: Scenario;
  readonly devices: readonly WardDevice[];
  readonly ward: Ward;
  readonly measured: Map<string, number>;
}

/** All of one pace at once, against one server. */
export const tellByServer = async ({ scenarios, speed, seed, behindMs, onProgress }: TellingOptions): Promise<ToldByServer[]> => {
  await using house = await startHomeward({ args: ["--quiet-home", "--speed", String(speed)] });
  const nurse = await signIn(house, "community_nurse", INSTITUTION);
  const answer = await connectLive(house.http, { token: nurse.token });
  if (answer.kind !== "open") throw new Error(`the live feed answered ${answer.status}`);
  await using live = answer.client;
  live.say({ type: "subscribe", id: "a", alerts: { minSeverity: "S4", technical: true }, patients: ["*"], metrics: [] });
  await live.find((frame) => frame["type"] === "snapshot");
  const stopped = new AbortController();
  const clock = new SimClock(Date.now(), speed);
  await followServerClock(house.http, clock, stopped.signal);
  const watch = new MachineWatch(house.http, clock);
  const running: Running[] = [];
  try {
    for (const scenario of scenarios) running.push(await begin({ scenario, house, clock: delayed(clock, behindMs), seed }));
    const end = Math.max(...running.map(({ ward, scenario }) => ward.origin + scenario.lastsMin * MINUTE));
    for (let next = 0; clock.now() < end;) {
      if (performance.now() > next) {
        next = performance.now() + 15_000;
        onProgress(`${speed} ×: ${Math.max(0, (end - clock.now()) / MINUTE / 60).toFixed(1)} h of the stories left, ${watch.summary()}`);
      }
      await pause(LOOK_EVERY_MS);
    }
    await Promise.all(running.map(({ ward }) => ward.close()));
    await pause(SETTLE_MS);
    const patients = await patientsOf(nurse);
    const setAside = await setAsideAt(house);
    const names = new Map([...patients].map(([name, id]) => [id, name]));
    const heard = live.frames
      .filter((frame) => frame["type"] === "alert")
      .map((frame): Heard => {
        const alert = frame["alert"] as Alert;
        return { person: alert.patient === null ? null : (names.get(alert.patient) ?? null), alert };
      });
    return await Promise.all(
      running.map(async (one): Promise<ToldByServer> => {
        const truth = truthOf({ scenario: one.scenario, devices: one.devices, seed, startsAt: one.ward.origin });
        const people = new Set(truth.people.map(({ person }) => person));
        return {
          scenario: one.scenario,
          truth,
          heard: heard.filter(({ person }) => person !== null && people.has(person)),
          counts: one.ward.counts(),
          series: await storedOf({ ...one, nurse, patients, setAside }),
          lagAround: (at) => watch.lagAround(at),
        };
      }),
    );
  } finally {
    stopped.abort();
    watch.stop();
    // A second close changes nothing; after a failure it is the first.
    await Promise.allSettled(running.map(({ ward }) => ward.close()));
  }
};

interface Beginning {
  readonly scenario: Scenario;
  readonly house: Homeward;
  readonly clock: Pick<SimClock, "now" | "speed">;
  readonly seed: number;
}

const delayed = (clock: SimClock, ms: number): Beginning["clock"] => ({
  now: () => clock.now() - ms * clock.speed,
  get speed() {
    return clock.speed;
  },
});

const begin = async ({ scenario, house, clock, seed }: Beginning): Promise<Running> => {
  const admin = house.users.find(({ roles, institution }) => roles.includes("administrator") && institution === INSTITUTION);
  if (admin === undefined) throw new Error("the demo has no administrator");
  const planned = planWard({ people: 1, seed, site: "home", scenario });
  const { username, password } = admin;
  const { startsAtHour } = scenario;
  const devices = await enrolWard({ server: house.http, username, password, seed, devices: planned, startsAtHour });
  const wearers = new Map(devices.map((device) => [device.id, personOf(device)]));
  const measured = new Map<string, number>();
  const ward = startWard({
    url: house.mqtt,
    devices,
    seed,
    clock,
    folder: null,
    backlogMs: 0,
    zoneOffsetMs: storyOffset(startsAtHour, clock.now()),
    openLink(options) {
      const link = new DeviceLink(options);
      const send = link.send.bind(link);
      link.send = (samples) => {
        for (const { metric, value } of samples) {
          const key = `${wearers.get(options.device)} ${metric}`;
          if (value !== null) measured.set(key, (measured.get(key) ?? 0) + 1);
        }
        send(samples);
      };
      const sendWaveform = link.sendWaveform.bind(link);
      link.sendWaveform = (block) => {
        // A curve of a metric is stored as its readings.
        const key = `${wearers.get(options.device)} ${block.signal}`;
        measured.set(key, (measured.get(key) ?? 0) + block.values.filter((value) => !Number.isNaN(value)).length);
        sendWaveform(block);
      };
      return link;
    },
  });
  return { scenario, devices, ward, measured };
};

const patientsOf = async (nurse: Api): Promise<Map<string, string>> => {
  const { items } = await nurse.get<{ items: { id: string; pseudonym: string }[] }>("/patients?limit=200");
  return new Map(items.map(({ id, pseudonym }) => [pseudonym, id]));
};

/** A wrong clock names times twice, a sensor's own misfortunes send no numbers: there the receipts alone tell that nothing was lost. */
const isCountable = ({ people }: Scenario): boolean =>
  people.every(({ devices }) =>
    devices.every(
      ({ artefacts, faults = [] }) => artefacts === false && faults.every(({ kind }) => kind !== "clock" && kind !== "off_body"),
    ),
  );

/** Newest first, as many as one answer holds: more than a few are a fault. */
const setAsideAt = async (house: Homeward): Promise<readonly SetAside[]> => {
  const admin = await signIn(house, "administrator", INSTITUTION);
  const { items } = await admin.get<{ items: SetAside[] }>("/quarantine?limit=200");
  return items.filter(({ reason }) => reason === "t_future");
};

interface Stored extends Running {
  readonly nurse: Api;
  readonly patients: ReadonlyMap<string, string>;
  readonly setAside: readonly SetAside[];
}

/** The store may be behind: it is asked again until it has all, or has had time enough. */
const storedOf = async (stored: Stored): Promise<readonly Series[]> => {
  if (!isCountable(stored.scenario)) return [];
  for (let tries = 1; ; tries++) {
    const series = await countStored(stored);
    const isWhole = series.every(({ measured, stored: kept, setAside }) => measured === kept + setAside);
    if (isWhole || tries === STORE_TRIES) return series;
    await pause(SETTLE_MS);
  }
};

const countStored = ({ devices, measured, ward, nurse, patients, setAside }: Stored): Promise<Series[]> => {
  const from = ward.origin - 10 * MINUTE;
  return Promise.all(
    [...measured].map(async ([of, count]) => {
      const [person = "", metric = ""] = of.split(" ");
      const { points } = await nurse.get<{ points: { n: number }[] }>(
        `/patients/${patients.get(person)}/series?metric=${metric}&from=${from}&to=${from + 30 * DAY}`,
      );
      const own = new Set(devices.filter((device) => personOf(device) === person).map(({ id }) => id));
      const aside = setAside.filter(({ device, sample }) => own.has(device) && sample?.metric === metric).length;
      return { of, measured: count, stored: points.reduce((sum, { n }) => sum + n, 0), setAside: aside };
    }),
  );
};
