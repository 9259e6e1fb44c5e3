/** A backup taken from a server at work, restored elsewhere: everything is there, and the journal goes on. */
import { spawn } from "node:child_process";
import { appendFileSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { enrol, signIn, type Api } from "#tests/support/api.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { type Homeward, repository, startHomeward } from "#tests/support/start-homeward.ts";

const folders: string[] = [];
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-backup-"));
  folders.push(folder);
  return folder;
};
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

const run = (program: "backup" | "restore", dataDir: string, args: readonly string[]): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(repository, `services/apps/${program}-main.ts`), ...args], {
      env: { ...process.env, HOMEWARD_DATA_DIR: dataDir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("exit", (code) => resolve({ code, said }));
  });

const connect = (house: Homeward, person: Awaited<ReturnType<typeof enrol>>) =>
  connectMqttDevice({ url: house.mqtt, site: person.site, device: person.device, secret: person.secret });
const spo2 = (t: number, value: number) => ({ metric: "spo2", t, value });
/** One point in two seconds: faster is an artefact, not a patient (domain 4.6). */
const fallen = (second: number): number => (second < 300 ? 96 : Math.max(89, 96 - Math.floor((second - 300) / 2)));
const pointsOf = async (api: Api, patient: string, from: number, to: number) =>
  (await api.get<{ points: { n: number }[] }>(`/patients/${patient}/series?metric=spo2&from=${from}&to=${to}`)).points.reduce(
    (sum, { n }) => sum + n,
    0,
  );
const alertsOf = async (api: Api, patient: string) =>
  (await api.get<{ items: { id: string; version: number; status: string }[] }>(`/alerts?patient=${patient}`)).items.map(
    ({ id, version, status }) => ({ id, version, status }),
  );
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** A ward with one patient who was acknowledged in an alert; a backup taken while messages come in; then the rest of the story. */
const tellStory = async () => {
  const dataDir = await newFolder();
  const copy = join(await newFolder(), "copy");
  await using house = await startHomeward({ args: ["--quiet-home"], dataDir });
  const admin = await signIn(house, "administrator", "inst-t1-willow");
  const nurse = await signIn(house, "community_nurse", "inst-t1-willow");
  const identity = { name: "Zx-Canary Wang", phone: "13800000000" };
  const person = await enrol(admin, { metrics: { spo2: { everyS: 1 } }, patient: { identity } });
  const { now } = await admin.get<{ now: number }>("/time");
  const from = now - 900_000;
  await using device = await connect(house, person);
  for (let seq = 1; seq <= 15; seq++) {
    const samples = Array.from({ length: 60 }, (_, index) => (seq - 1) * 60 + index).map((second) =>
      spo2(from + second * 1_000, fallen(second)),
    );
    await device.publish("telemetry", { seq, samples });
  }
  await until(async () => (await alertsOf(nurse, person.patient)).length > 0);
  await until(async () => (await pointsOf(nurse, person.patient, from, now)) === 900);
  const [alert] = await alertsOf(nurse, person.patient);
  await nurse.post(`/alerts/${alert?.id}/acknowledge`, { version: alert?.version });
  const alerts = await alertsOf(nurse, person.patient);
  const other = enrol(admin);
  const taken = await run("backup", dataDir, ["--to", copy]);
  await other;
  const inUse = await run("restore", dataDir, ["--from", copy, "--set-aside"]);
  const again = await run("backup", dataDir, ["--to", copy]);
  return { dataDir, copy, person, from, now, alerts, users: house.users, taken, inUse, again };
};
const story = tellStory();

describe("a backup", { timeout: 120_000 }, () => {
  test("is taken while the server works, and never over another", async () => {
    const { taken, again, copy } = await story;
    expect([taken.code, taken.said]).toEqual([0, expect.stringContaining("files")]);
    expect([again.code, again.said]).toEqual([1, expect.stringContaining("(backup_target_taken)")]);
    const said = readdirSync(copy, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:sqlite|json|segment)$/.test(name))
      .filter((name) => readFileSync(join(copy, name)).includes("Zx-Canary"));
    expect(said, "who the patients are stands nowhere in the clear").toEqual([]);
  });

  test("restored elsewhere it has every alert, reading, user and identity, and the journal goes on", async () => {
    const { copy, person, from, now, alerts } = await story;
    const dataDir = join(await newFolder(), "data");
    expect((await run("restore", dataDir, ["--from", copy])).code).toBe(0);
    await using house = await startHomeward({ args: ["--quiet-home"], dataDir });
    const nurse = await signIn(house, "community_nurse", "inst-t1-willow");
    expect(await alertsOf(nurse, person.patient)).toEqual(alerts);
    expect(alerts[0]?.status).toBe("acknowledged");
    expect(await pointsOf(nurse, person.patient, from, now)).toBe(900);
    expect(JSON.stringify(await nurse.get(`/patients/${person.patient}`))).toContain("Zx-Canary Wang");

    await using device = await connect(house, person);
    await device.publish("telemetry", { seq: 16, samples: [spo2(from + 899_500, 89)] });
    expect(await device.waitForReceipt(16)).toMatchObject({ seq: 16, missing: [] });
    await until(async () => (await pointsOf(nurse, person.patient, from, now)) === 901);
    expect((await alertsOf(nurse, person.patient)).map(({ id }) => id)).toEqual(alerts.map(({ id }) => id));
  });
});

describe("a restore", { timeout: 120_000 }, () => {
  test("refuses a directory that a server uses, also when it may set things aside", async () => {
    const { inUse } = await story;
    expect([inUse.code, inUse.said]).toEqual([1, expect.stringContaining("(restore_running)")]);
  });

  test("refuses a directory with data, says which is newer, and moves it aside only when told", async () => {
    const { dataDir, copy } = await story;
    const refused = await run("restore", dataDir, ["--from", copy]);
    expect([refused.code, refused.said]).toEqual([1, expect.stringMatching(/is newer than the backup.*\(restore_not_empty\)/)]);
    const ledger = readFileSync(join(dataDir, "ledger.sqlite"));
    const done = await run("restore", dataDir, ["--from", copy, "--set-aside"]);
    expect(done.code).toBe(0);
    const aside = /what was there is in (\S+)/.exec(done.said)?.[1] ?? "";
    folders.push(aside);
    expect(readFileSync(join(aside, "ledger.sqlite")).equals(ledger)).toBe(true);
    expect(readFileSync(join(dataDir, "ledger.sqlite")).equals(readFileSync(join(copy, "ledger.sqlite")))).toBe(true);
  });

  test("changes nothing when a file is damaged, missing or of a newer version", async () => {
    const { copy } = await story;
    const target = join(await newFolder(), "data");
    const spoilt = async (spoil: (folder: string) => void): Promise<string> => {
      const folder = join(await newFolder(), "copy");
      cpSync(copy, folder, { recursive: true });
      spoil(folder);
      const { code, said } = await run("restore", target, ["--from", folder]);
      expect(code).toBe(1);
      expect(existsSync(target)).toBe(false);
      return /\((\w+)\)\n$/.exec(said)?.[1] ?? said;
    };
    const manifest = (folder: string, change: (text: string) => string): void => {
      const file = join(folder, "manifest.json");
      writeFileSync(file, change(readFileSync(file, "utf8")));
    };
    expect(await spoilt((folder) => appendFileSync(join(folder, "ledger.sqlite"), "x"))).toBe("backup_damaged");
    expect(await spoilt((folder) => rmSync(join(folder, "readings.sqlite")))).toBe("backup_damaged");
    expect(await spoilt((folder) => rmSync(join(folder, "manifest.json")))).toBe("backup_incomplete");
    expect(await spoilt((folder) => manifest(folder, (text) => text.replace('"format": 1', '"format": 2')))).toBe("backup_too_new");
    expect(await spoilt((folder) => manifest(folder, (text) => text.replace(/("ledger.sqlite": )\d+/, "$1999")))).toBe("backup_too_new");
    expect(await spoilt((folder) => manifest(folder, (text) => text.replace('"identity.key"', '"../identity.key"')))).toBe(
      "backup_damaged",
    );
  });

  test("without the key that was kept apart it says so; with it identities open again", async () => {
    const { dataDir } = await story;
    const [copy, target] = [join(await newFolder(), "copy"), join(await newFolder(), "data")];
    expect((await run("backup", dataDir, ["--to", copy, "--without-key"])).code).toBe(0);
    expect(existsSync(join(copy, "identity.key"))).toBe(false);
    expect((await run("restore", target, ["--from", copy])).said).toContain("(backup_without_key)");
    expect((await run("restore", target, ["--from", copy, "--key", join(dataDir, "identity.key")])).code).toBe(0);
    expect(readFileSync(join(target, "identity.key")).equals(readFileSync(join(dataDir, "identity.key")))).toBe(true);
  });
});
