/** `npm run simulate` as a person at a terminal knows it, against the whole server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Api, signIn } from "#tests/support/api.ts";
import { until } from "#tests/support/checker.ts";
import { type Homeward, repository, startHomeward } from "#tests/support/start-homeward.ts";

let house: Homeward;
let admin: Api;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "homeward-simulate-"));
  house = await startHomeward({ args: ["--quiet-home", "--speed", "60"] });
  admin = await signIn(house, "administrator", "inst-t1-willow");
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  ended(): Promise<number | null>;
}

const simulate = (...args: readonly string[]): Run => {
  const child = spawn(process.execPath, [join(repository, "simulators/simulate-main.ts"), ...args, "--state", join(folder, "state")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const exit = once(child, "close");
  return { child, out: () => out, err: () => err, ended: async () => ((await exit) as [number | null])[0] };
};

const enrolling = (): string[] => {
  const user = house.users.find(({ roles, institution }) => roles.includes("administrator") && institution === "inst-t1-willow");
  return ["--mqtt", house.mqtt, "--enrol", house.http, "--username", user?.username ?? "", "--password", user?.password ?? ""];
};

interface Patient {
  readonly id: string;
  readonly pseudonym: string;
  readonly devices: readonly unknown[];
}

const simulated = async (): Promise<Patient[]> =>
  (await admin.get<{ items: Patient[] }>("/patients?limit=200")).items.filter(({ pseudonym }) => pseudonym.startsWith("sim-4-"));

/** Newest value of a patient; asked again until there is one after `since`. */
const newest = (patient: string, since: number): Promise<number> =>
  until(`a value of ${patient}`, async () => {
    const { items } = await admin.get<{ items: { t: number }[] }>(`/patients/${patient}/latest`);
    const t = Math.max(0, ...items.map((item) => item.t));
    return t > since && t;
  });

describe("simulated people at a server", () => {
  test("are enrolled, send in step with its clock, end cleanly, and are found again", async () => {
    const first = simulate("--people", "3", "--seed", "4", ...enrolling());
    await expect.poll(async () => (await simulated()).length, { timeout: 30_000 }).toBe(3);
    await expect.poll(async () => (await simulated()).every(({ devices }) => devices.length > 0), { timeout: 30_000 }).toBe(true);
    const people = await simulated();
    const patient = people.find(({ pseudonym }) => pseudonym === "sim-4-0001") as Patient;
    const { now: since } = await admin.get<{ now: number }>("/time");
    const t = await newest(patient.id, since);
    const { now } = await admin.get<{ now: number }>("/time");
    // At sixty times real time: seconds of work are minutes here.
    expect(Math.abs(now - t)).toBeLessThan(10 * 60_000);
    first.child.kill("SIGINT");
    expect(await first.ended()).toBe(0);
    expect(first.out()).toMatch(/^3 people sent \d+ samples in \d+ messages, \d+ receipted, \d+ messages wait\n$/);

    const second = simulate("--people", "3", "--seed", "4", ...enrolling());
    await newest(patient.id, Math.max(t, (await admin.get<{ now: number }>("/time")).now));
    second.child.kill("SIGTERM");
    expect(await second.ended()).toBe(0);
    expect(await simulated()).toHaveLength(3);
    const { items } = await admin.get<{ items: { reason: string; device: string | null }[] }>("/quarantine");
    expect(items.filter(({ device }) => device?.startsWith("sim-4-") === true)).toEqual([]);
    const { items: devices } = await admin.get<{ items: { id: string; firmware: string | null }[] }>("/devices?limit=200");
    const own = devices.filter(({ id }) => id.startsWith("sim-4-"));
    expect(own.length).toBeGreaterThan(6);
    expect(own.every(({ firmware }) => firmware === "sim-1")).toBe(true);
  });

  test("can be written to a file, from the seed alone", async () => {
    const file = join(folder, "devices.json");
    const run = simulate("--people", "2", "--seed", "9", "--write-devices", file);
    expect(await run.ended()).toBe(0);
    expect(run.out()).toMatch(/^wrote \d+ devices to /);
    const devices = JSON.parse(await readFile(file, "utf8")) as { id: string; secret: string }[];
    expect(devices.every(({ id, secret }) => id.startsWith("sim-9-") && secret.length > 20)).toBe(true);
  });
});

describe("what cannot be done is said in one line with a code", () => {
  test.each([
    [["--people", "0"], "cli_bad_option"],
    [["--people", "2001"], "cli_bad_option"],
    [[], "cli_missing_option"],
    [["--scenario", "a quiet day"], "simulate_unknown_scenario"],
    [["--devices", "no-such-file.json"], "simulate_bad_devices"],
    [["--people", "1", "--enrol", "http://127.0.0.1:9", "--username", "a", "--password", "b"], "enrol_unreachable"],
    [["--people", "1", "--enrol", "http://127.0.0.1:9"], "cli_missing_option"],
  ])("%j", async (args, code) => {
    const run = simulate(...args);
    expect(await run.ended()).toBeGreaterThan(0);
    expect(run.err()).toMatch(new RegExp(`^homeward: .*\\(${code}\\)\\n$`));
  });

  test("a wrong password, and a user who may not enrol", async () => {
    const refused = simulate("--people", "1", "--enrol", house.http, "--username", "admin1", "--password", "wrong");
    expect(await refused.ended()).toBe(1);
    expect(refused.err()).toContain("(enrol_refused)");
    const office = house.users.find(({ roles }) => roles.includes("referral_office"));
    const forbidden = simulate(
      "--people",
      "1",
      "--enrol",
      house.http,
      "--username",
      office?.username ?? "",
      "--password",
      office?.password ?? "",
    );
    expect(await forbidden.ended()).toBe(1);
    expect(forbidden.err()).toContain("(enrol_not_allowed)");
  });
});
