/** `npm run simulate`: simulated people against any broker; with a parent process it follows the parent's clinical clock. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  createProgressLine,
  endQuietlyOnBrokenPipe,
  type Options,
  optional,
  readOptions,
  refuse,
  refuseMissing,
  refuseOption,
  topicPart,
} from "./command-line.ts";
import { EnrolProblem, enrolWard } from "./enrol.ts";
import { followServerClock } from "./follow-server-clock.ts";
import type { PastNews, PastPlan } from "./past/past-plan.ts";
import { tellPast } from "./past/tell-past.ts";
import { personas } from "./people/personas.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { storyOffset } from "./scenarios/story-zone.ts";
import { truthOf } from "./scenarios/truth.ts";
import { SimClock } from "./sim-clock.ts";
import { LivedUntil } from "./ward/lived-until.ts";
import { planWard } from "./ward/plan-ward.ts";
import { isWardDevice, type WardDevice } from "./ward/ward-device.ts";
import { kindOf, startWard, type Ward } from "./ward.ts";

const MOST_PEOPLE = 2_000;
/** Without one device signed in after so long, the broker is taken for wrong. */
const PATIENCE_MS = 15_000;
/** Wards larger than this begin now; smaller ones bring the last ten minutes in their outboxes. */
const WITH_BACKLOG = 50;

const HELP = `npm run simulate -- --people N [options]

Simulated people with sensors that misbehave like real ones, against any broker.

  --people N            1 to ${MOST_PEOPLE} people, personas in turn; ids and secrets follow from the seed
  --scenario NAME       a story instead, told for as many people as --people says
  --truth FILE          write down what happens in the story, and which rules must answer
  --devices FILE        or these devices: JSON [{"id":"…","site":"…","secret":"…","persona":"…","kind":"…"}, …]
  --mqtt URL            broker, mqtt://127.0.0.1:1883 unless given
  --seed N              the same seed tells the same story (1)
  --speed N             times real time, 1 to 3600 (1); with --enrol the server's
  --enrol URL           make patients, devices and assignments at this server first, e.g. http://127.0.0.1:8080
  --username, --password  of an administrator there
  --write-devices FILE  write the list of devices with their secrets, and end
  --site NAME           site in the topics where no server says it (home)
  --past FILE           with --devices: what is told of the time before, JSON {"anchor":…,"historyMs":…,"story":null}
  --state DIR           where message numbers and outboxes are kept (data/simulators)
  --quiet-home          nobody is at home: nothing is sent

personas:  ${personas.map((persona) => persona.key).join(", ")}
scenarios: ${scenarios.map(({ name }) => name).join(", ") || "none yet"}
`;

/** What the server tells the simulators it started. */
interface ClockMessage {
  readonly now: number;
  readonly speed: number;
}

const whole = (options: Options, name: string, low: number, high: number): number | undefined => {
  const text = optional(options, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= low && value <= high
    ? value
    : refuseOption(name, `"${text}" is not a whole number from ${low} to ${high}`);
};

const readDevices = (file: string): WardDevice[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return refuse("simulate_bad_devices", `${file} cannot be read as JSON`);
  }
  if (!Array.isArray(parsed)) return refuse("simulate_bad_devices", `${file} is not a list`);
  const bad = parsed.findIndex((device) => !isWardDevice(device) || kindOf(device) === null || !hasPersona(device));
  return bad === -1 ? (parsed as WardDevice[]) : refuse("simulate_bad_devices", `${file}: device ${bad + 1} cannot be simulated`);
};

const hasPersona = (device: WardDevice): boolean => personas.some(({ key }) => key === device.persona);

const readScenario = (options: Options): Scenario | undefined => {
  const name = optional(options, "scenario");
  if (name === undefined) return undefined;
  return scenarios.find((scenario) => scenario.name === name) ?? refuse("simulate_unknown_scenario", `no scenario is called "${name}"`);
};

const readWard = (options: Options, seed: number, scenario: Scenario | undefined): WardDevice[] => {
  if (options["quiet-home"] === true) return [];
  const file = optional(options, "devices");
  const people = whole(options, "people", 1, MOST_PEOPLE);
  if (file !== undefined) {
    if (people !== undefined || scenario !== undefined) refuseOption("devices", "cannot stand beside --people or --scenario");
    return readDevices(file);
  }
  if (people === undefined && scenario === undefined) refuseMissing("--people, --scenario or --devices");
  const site = topicPart(options, "site", "home");
  return planWard({ people: people ?? 1, seed, site, ...(scenario === undefined ? {} : { scenario }) });
};

interface Enrolment {
  readonly server: string;
  readonly seed: number;
  readonly devices: WardDevice[];
  readonly scenario: Scenario | undefined;
}

const enrolled = async (options: Options, { server, seed, devices, scenario }: Enrolment): Promise<WardDevice[]> => {
  if (!/^https?:\/\/[^/]+/.test(server)) refuseOption("enrol", `"${server}" is not a server's address`);
  const username = optional(options, "username") ?? refuse("cli_missing_option", "--enrol needs --username", 64);
  const password = optional(options, "password") ?? refuse("cli_missing_option", "--enrol needs --password", 64);
  const line = createProgressLine();
  try {
    return await enrolWard({
      server,
      username,
      password,
      seed,
      devices,
      ...(scenario === undefined ? {} : { startsAtHour: scenario.startsAtHour }),
      onProgress: (done, total) => line.show(`enrolled ${done} of ${total} people`),
    });
  } catch (cause) {
    if (cause instanceof EnrolProblem) return refuse(cause.code, cause.message);
    throw cause;
  } finally {
    line.end();
  }
};

/** Local time less UTC at which a story starts at its hour. */
const zoneOf = (scenario: Scenario | undefined, now: number): { readonly zoneOffsetMs?: number } =>
  scenario === undefined ? {} : { zoneOffsetMs: storyOffset(scenario.startsAtHour, now) };

/** A broker that never answers, or answers everybody with no, is somebody's mistake. */
const judgeFirstContact = (ward: Ward, url: string): void => {
  const { connected, devices } = ward.counts();
  if (connected > 0 || devices === 0) return;
  const refused = [...ward.problems().values()].find(({ message }) => /not authorized|bad user ?name/i.test(message));
  if (refused === undefined) refuse("simulate_unreachable", `no broker answers at ${url}`);
  else refuse("simulate_refused", `the broker at ${url} refuses every device: ${refused.message}`);
};

interface Teller {
  readonly ward: Ward;
  readonly devices: readonly WardDevice[];
  readonly seed: number;
  readonly origin: number;
  readonly lived: number | null;
  readonly signal: AbortSignal;
}

/** What lies before this run follows what is measured now, and the parent hears of the stories in it. */
const tellBefore = async (plan: PastPlan, { ward, signal, ...rest }: Teller): Promise<void> => {
  const line = createProgressLine();
  const toParent = (news: PastNews): void => {
    if (process.connected) process.send?.(news);
  };
  while (!signal.aborted && ward.counts().behindS > 0) await pause(100);
  const told = await tellPast({
    plan,
    links: ward.links,
    signal,
    ...rest,
    onScene: (events) => toParent({ kind: "past", events }),
    onProgress: (share) => line.show(`the past: ${Math.round(100 * share)} %`),
  });
  line.end();
  if (told) toParent({ kind: "past_told" });
};

const main = async (): Promise<void> => {
  endQuietlyOnBrokenPipe();
  const options = readOptions(
    HELP,
    [
      "people",
      "scenario",
      "truth",
      "devices",
      "mqtt",
      "seed",
      "speed",
      "enrol",
      "username",
      "password",
      "write-devices",
      "site",
      "state",
      "past",
    ],
    ["quiet-home"],
  );
  const seed = whole(options, "seed", 0, 4_294_967_295) ?? 1;
  const speed = whole(options, "speed", 1, 3_600) ?? 1;
  const url = optional(options, "mqtt") ?? "mqtt://127.0.0.1:1883";
  if (!/^(mqtts?|wss?|tcp):\/\/[^/]+/.test(url)) refuseOption("mqtt", `"${url}" is not a broker's address`);
  const scenario = readScenario(options);
  if (scenario === undefined && optional(options, "truth") !== undefined) refuseOption("truth", "needs --scenario");
  const server = optional(options, "enrol");
  let devices = readWard(options, seed, scenario);
  if (server !== undefined) devices = await enrolled(options, { server, seed, devices, scenario });
  const file = optional(options, "write-devices");
  if (file !== undefined) {
    writeFileSync(file, `${JSON.stringify(devices, null, 1)}\n`, { mode: 0o600 });
    process.stdout.write(`wrote ${devices.length} devices to ${file}\n`);
    return;
  }
  const clock = new SimClock(Date.now(), speed);
  const stopped = new AbortController();
  if (server !== undefined) await followServerClock(server, clock, stopped.signal);
  if (process.send !== undefined) {
    // A parent that dies takes its simulators with it.
    process.once("disconnect", () => process.exit(0));
    await new Promise<void>((started) => {
      process.on("message", (message: ClockMessage) => {
        clock.set(message.now, message.speed);
        started();
      });
    });
  }
  const folder = resolve(optional(options, "state") ?? "data/simulators");
  const pastFile = optional(options, "past");
  const lived = new LivedUntil(folder).read();
  const origin = clock.now();
  const ward = startWard({
    url,
    devices,
    seed,
    clock,
    folder,
    ...(devices.length > WITH_BACKLOG && pastFile === undefined ? { backlogMs: 0 } : {}),
    ...zoneOf(scenario, clock.now()),
  });
  const truthFile = optional(options, "truth");
  if (truthFile !== undefined && scenario !== undefined)
    writeFileSync(truthFile, `${JSON.stringify(truthOf({ scenario, devices, seed, startsAt: ward.origin }), null, 1)}\n`);
  if (pastFile !== undefined) {
    const plan = JSON.parse(readFileSync(pastFile, "utf8")) as PastPlan;
    void tellBefore(plan, { ward, devices, seed, origin, lived, signal: stopped.signal });
  }
  const line = createProgressLine();
  const progress = setInterval(() => {
    if (process.send !== undefined) return;
    const { people, connected, devices: all, sent, receipted, waiting, lost, behindS } = ward.counts();
    const behind = behindS > 60 ? `, ${behindS} s behind` : "";
    line.show(
      `${people} people, ${connected} of ${all} devices connected, ${sent} samples sent, ${receipted} receipted, ${waiting} messages waiting, ${lost} lost by radio${behind}`,
    );
  }, 500);
  const firstContact = process.send === undefined ? setTimeout(() => judgeFirstContact(ward, url), PATIENCE_MS) : undefined;
  const stop = (): void => {
    clearInterval(progress);
    clearTimeout(firstContact);
    stopped.abort();
    line.end();
    void ward.close().then(() => {
      const { people, sent, messages, receipted, waiting } = ward.counts();
      if (process.send === undefined)
        process.stdout.write(
          `${people} people sent ${sent} samples in ${messages} messages, ${receipted} receipted, ${waiting} messages wait\n`,
        );
      process.exit(0);
    });
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
};

await main();
