/** A story told without a server: people, devices, the receiving side and the engine as they are, in virtual time. */
import { createVirtualClocks } from "#adapters/clock-virtual/create-virtual-clocks.ts";
import { createUcumConverter } from "#adapters/units-ucum/units-ucum.ts";
import { createTicker } from "#alerting/ticker.ts";
import type { DeviceId, InstitutionId, PatientId, SiteId } from "#core/ids.ts";
import type { JournalEntry, MessageEntry } from "#core/journal-entry.ts";
import { metricByCode } from "#core/metrics/catalogue.ts";
import type { DeviceConfig } from "#core/people.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { createEngine } from "#core/rules/create-engine.ts";
import { DAY, type EpochMs, MINUTE, SECOND } from "#core/time.ts";
import { openReceive } from "#ingest/receive.ts";
import type { Journal } from "#ports/journal.ts";
import type { Registry } from "#ports/registry.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import { createRandom } from "#simulators/random.ts";
import type { Scenario } from "#simulators/scenarios/scenario.ts";
import { storyOffset, storyTimeZone } from "#simulators/scenarios/story-zone.ts";
import { type Truth, truthOf } from "#simulators/scenarios/truth.ts";
import { createWard, kindOf } from "#simulators/ward.ts";
import { peopleOf, personOf } from "#simulators/ward/people-of.ts";
import { planWard } from "#simulators/ward/plan-ward.ts";
import type { WardDevice } from "#simulators/ward/ward-device.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";
import type { Heard } from "./judge-story.ts";
import { VirtualLink } from "./virtual-link.ts";

export interface Told {
  readonly truth: Truth;
  readonly heard: readonly Heard[];
  /** Readings that devices sent, and those of them that arrived as samples, each counted once. */
  readonly measured: number;
  readonly arrived: number;
  /** Samples that said again what had arrived, and those that contradicted it or were set aside. */
  readonly repeated: number;
  readonly refused: number;
  readonly problems: readonly string[];
}

export interface Telling {
  readonly scenario: Scenario;
  readonly seed?: number;
  readonly startsAt?: EpochMs;
}

const SEED = 7;
/** A quarter past one in the night, UTC, of some day. */
const STARTS_AT = Date.UTC(2026, 10, 20, 1, 15);
/** Between two looks at the clock: streams are sent as at home, single measurements may wait a minute. */
const STEP = 5 * SECOND;
const LONG_STEP = MINUTE;
const LONG_MIN = (2 * DAY) / MINUTE;
const MESSAGE_EVERY = 10 * SECOND;
const INSTITUTION = "inst-1" as InstitutionId;
const ACTOR = { user: "system", institution: null, roles: [] } as const;

export const tellStory = async ({ scenario, seed = SEED, startsAt = STARTS_AT }: Telling): Promise<Told> => {
  const devices = planWard({ people: 1, seed, site: "home", scenario });
  const clocks = createVirtualClocks({ start: startsAt });
  const engine = createEngine({ rules: shippedRules });
  const diagnostics = createCollectingDiagnostics();
  const heard: Heard[] = [];
  const arrivals = new Arrivals();
  const registry = registryOf(devices, startsAt);

  let position = 0;
  const journal: Pick<Journal, "append"> = {
    append(entry: JournalEntry, settled) {
      const { events, nextWakeAt } = engine.step(entry);
      for (const event of events) {
        if (event.kind !== "alert") continue;
        const wearer = event.alert.patient ?? wearers.get(event.alert.device ?? "");
        heard.push({ person: wearer ?? null, alert: event.alert });
      }
      if (entry.kind === "message") arrivals.note(entry);
      settled({ ok: true, position: ++position });
      ticker.wakeAt(nextWakeAt);
    },
  };
  const wearers = new Map(devices.map((device) => [device.id, personOf(device)]));
  const ticker = createTicker(journal as Journal, clocks.clinical, clocks.transport);
  const receive = await openReceive({
    journal: { ...journal, head: 0, tail: 1, setCursor: () => {}, read: async function* () {} } as unknown as Journal,
    registry,
    units: createUcumConverter(),
    clinicalClock: clocks.clinical,
    transportClock: clocks.transport,
    diagnostics,
    checkpoint: { load: () => Promise.resolve(null), save: () => Promise.resolve() },
    retention: { rawMs: 30 * DAY, spotMs: 365 * DAY },
  });
  const say = (entry: JournalEntry): void => journal.append(entry, () => {});
  say({ kind: "receiving", at: startsAt, receiving: true });
  enrol({ scenario, devices, seed, startsAt, registry, say });

  const links = new Map<string, VirtualLink>();
  receive.deliverThrough({ publish: (topic, payload) => links.get(topic.split("/")[3] ?? "")?.receipt(payload) });
  const ward = createWard({
    url: "",
    devices,
    seed,
    folder: null,
    backlogMs: 0,
    sendEveryMs: MESSAGE_EVERY,
    clock: clocks.clinical,
    zoneOffsetMs: storyOffset(scenario.startsAtHour, startsAt),
    openLink(options) {
      const sender = options.device as DeviceId;
      const link = new VirtualLink(options, {
        publish: (channel, body) =>
          receive.handlers.onMessage(
            {
              topic: `homeward/v1/${options.site}/${sender}/${channel}`,
              payload: Buffer.from(body),
              sender,
              qos: 1,
              retain: false,
              will: false,
            },
            () => {},
          ),
        connected: (isConnected) => receive.handlers.onConnection(sender, isConnected),
      });
      links.set(sender, link);
      return watched(link, (samples) => arrivals.expect(sender, samples));
    },
  });
  const step = scenario.lastsMin > LONG_MIN ? LONG_STEP : STEP;
  for (let at = startsAt; at < startsAt + scenario.lastsMin * MINUTE; at += step) {
    clocks.advance(step);
    ward.advance(clocks.clinical.now());
  }
  await ward.close();
  clocks.advance(30 * SECOND);
  ticker.stop();
  await receive[Symbol.asyncDispose]();
  return {
    truth: truthOf({ scenario, devices, seed, startsAt }),
    heard,
    measured: arrivals.measured,
    arrived: arrivals.arrived,
    repeated: arrivals.repeated,
    refused: arrivals.refused,
    problems: diagnostics.errors.map(({ event }) => event),
  };
};

/** What was measured and what has arrived, by device, metric and time. */
class Arrivals {
  readonly #measured = new Map<string, Set<string>>();
  readonly #arrived = new Map<string, Set<string>>();
  repeated = 0;
  refused = 0;

  get measured(): number {
    return sizeOf(this.#measured);
  }

  get arrived(): number {
    return sizeOf(this.#arrived);
  }

  expect(device: string, samples: readonly DeviceSample[]): void {
    for (const { metric, t, tags } of samples) setIn(this.#measured, `${device} ${metric}`).add(`${t} ${tags?.["n"] ?? ""}`);
  }

  note({ device, samples, quarantined }: MessageEntry): void {
    this.refused += quarantined.length;
    for (const { metric, t, identity } of samples) {
      const known = setIn(this.#arrived, `${device} ${metricByCode(metric)?.key}`);
      const key = `${t} ${/\bn=(\d+)/.exec(identity)?.[1] ?? ""}`;
      if (known.has(key)) this.repeated += 1;
      known.add(key);
    }
  }
}

const setIn = (sets: Map<string, Set<string>>, key: string): Set<string> => {
  const known = sets.get(key) ?? new Set();
  sets.set(key, known);
  return known;
};
const sizeOf = (sets: ReadonlyMap<string, ReadonlySet<string>>): number => [...sets.values()].reduce((sum, { size }) => sum + size, 0);

/** The link with somebody looking at what is given to it. */
const watched = (link: VirtualLink, look: (samples: readonly DeviceSample[]) => void): VirtualLink => {
  const send = link.send.bind(link);
  link.send = (samples) => {
    look(samples);
    send(samples);
  };
  return link;
};

const registryOf = (devices: readonly WardDevice[], createdAt: EpochMs): Registry => {
  const configs = new Map(
    devices.map((device): [string, DeviceConfig] => {
      const kind = kindOf(device);
      return [
        device.id,
        {
          id: device.id as DeviceId,
          site: device.site as SiteId,
          institution: INSTITUTION,
          kind: kind?.kind ?? "",
          metrics: kind?.metrics ?? {},
          secretHash: "",
          revoked: false,
          createdAt,
        },
      ];
    }),
  );
  return {
    patient: () => null,
    patients: () => [],
    device: (id) => configs.get(id) ?? null,
    devices: () => configs.values(),
    assignmentsOfDevice: () => [],
    assignmentsOfPatient: () => [],
    wearerAt: () => null,
    spansOf: () => [],
    institutionOfDevice: () => INSTITUTION,
    presence: () => null,
  };
};

interface Enrolment extends Required<Telling> {
  readonly devices: readonly WardDevice[];
  readonly registry: Registry;
  readonly say: (entry: JournalEntry) => void;
}

const enrol = ({ scenario, devices, seed, startsAt, registry, say }: Enrolment): void => {
  for (const [name, { persona, baseline }] of peopleOf({ devices, random: createRandom(seed), origin: startsAt })) {
    const id = name as PatientId;
    say({
      kind: "patient",
      at: startsAt,
      actor: ACTOR,
      patient: {
        id,
        version: 1,
        institution: INSTITUTION,
        site: "home" as SiteId,
        pseudonym: name,
        tier: "T1",
        profile: persona.profile,
        ...(persona.spo2LowerLimit === undefined ? {} : { spo2LowerLimit: persona.spo2LowerLimit }),
        conditions: persona.conditions,
        baseline,
        timeZone: storyTimeZone(scenario.startsAtHour, startsAt),
        status: "active",
        pause: null,
        createdAt: startsAt,
      },
    });
    for (const device of devices.filter((candidate) => personOf(candidate) === name)) {
      const config = registry.device(device.id as DeviceId);
      if (config === null) continue;
      say({ kind: "device", at: startsAt, actor: ACTOR, device: config });
      const assignment = { id: device.id, device: config.id, patient: id, from: startsAt - DAY, to: null, madeAt: startsAt };
      say({ kind: "assignment", at: startsAt, actor: ACTOR, assignment });
    }
  }
};
