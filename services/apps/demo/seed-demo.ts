/** Seeds the demo's world once in a data directory; at later starts it finds the same sign-ins and secrets again. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstitutionId, PatientId, UserId } from "#core/ids.ts";
import type { Actor } from "#core/journal-entry.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";
import type { Accounts } from "#ports/accounts.ts";
import type { ClinicalCommands } from "#ports/clinical-commands.ts";
import type { IdentityVault } from "#ports/identity-vault.ts";
import type { PasswordHasher } from "#ports/password-hasher.ts";
import type { Registry } from "#ports/registry.ts";
import { demoInstitutions, demoStaff } from "./alliance.ts";
import { assignmentsOf, devicesOf, patientOf } from "./demo-configs.ts";
import { type DemoPerson, demoPeople } from "./demo-people.ts";

/** Marks a data directory as a demo: `serve` refuses it off loopback. */
export const DEMO_SETTING = "demo";
/** Where the demo's past ends, while it has still to be told; then that it is told. */
export const PAST_SETTING = "demo_past";
export const PAST_WANTED = "wanted";
export const PAST_TOLD = "told";

export interface DemoSignIn {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly institution: string;
  readonly displayName: string;
}

export interface DemoWorld {
  readonly signIns: readonly DemoSignIn[];
  /** Of a device. */
  readonly secretOf: (device: string) => string;
}

export interface SeedDemoOptions {
  readonly dataDir: string;
  readonly accounts: Accounts;
  readonly registry: Registry;
  readonly vault: IdentityVault;
  readonly commands: ClinicalCommands;
  readonly hasher: PasswordHasher;
  readonly now: EpochMs;
  /** How far back streams are told; null: nobody wears anything, so nobody's silence is waited for. */
  readonly historyMs: DurationMs | null;
}

const SYSTEM: Actor = { user: "system", institution: null, roles: [] };

/** Idempotent: what is already there stays as it is, so a seed that was interrupted is completed. */
export const seedDemo = async (options: SeedDemoOptions): Promise<DemoWorld> => {
  const secrets = await openSecrets(join(options.dataDir, "demo-secrets.json"));
  const { accounts } = options;
  for (const institution of demoInstitutions) if (accounts.institution(institution.id) === null) await accounts.putInstitution(institution);
  const signIns = demoStaff.map(({ username, roles, institution, displayName }) => ({
    username,
    password: secrets.of(`user:${username}`),
    roles,
    institution,
    displayName,
  }));
  const missing = demoStaff.filter(({ username }) => accounts.userByName(username) === null);
  await Promise.all(
    missing.map(async ({ username, displayName, institution, roles }) => {
      const passwordHash = await options.hasher.hash(secrets.of(`user:${username}`));
      if (passwordHash === null) throw new Error("too many password hashes at once");
      await accounts.putUser({
        id: `u_demo_${username}` as UserId,
        username,
        displayName,
        institution: institution as InstitutionId,
        roles,
        passwordHash,
        disabled: false,
        version: 1,
      });
    }),
  );
  const secretOf = (device: string): string => secrets.of(`device:${device}`);
  for (const { devices } of demoPeople) for (const { id } of devices) secretOf(id);
  await secrets.save();
  await Promise.all(demoPeople.map((person) => seedPerson(options, person, secretOf)));
  // A directory of an earlier version has a past of its own.
  if (accounts.setting(DEMO_SETTING) === null) await accounts.putSetting(PAST_SETTING, PAST_WANTED);
  await accounts.putSetting(DEMO_SETTING, "1");
  return { signIns, secretOf };
};

const seedPerson = async (options: SeedDemoOptions, person: DemoPerson, secretOf: (device: string) => string): Promise<void> => {
  const { registry, vault, commands, historyMs, now: at } = options;
  const id = person.patient as PatientId;
  if (registry.patient(id) === null) {
    await vault.put(id, person.identity);
    await commands.change({ kind: "patient", at, actor: SYSTEM, patient: patientOf(person, at) });
  }
  const devices = devicesOf(person, at, secretOf).filter((device) => registry.device(device.id) === null);
  await Promise.all(devices.map((device) => commands.change({ kind: "device", at, actor: SYSTEM, device })));
  if (historyMs === null) return;
  const worn = assignmentsOf(person, at, historyMs).filter(({ device }) => registry.assignmentsOfDevice(device).length === 0);
  await Promise.all(worn.map((assignment) => commands.change({ kind: "assignment", at, actor: SYSTEM, assignment })));
};

/** Random secrets, made once and kept readable by this user alone: the demo has to print them at every start. */
const openSecrets = async (file: string) => {
  let known: Record<string, string> = {};
  try {
    known = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  } catch {
    // The first start: everything is made below.
  }
  return {
    of(name: string): string {
      const secret = known[name] ?? randomBytes(15).toString("base64url");
      known[name] = secret;
      return secret;
    },
    async save(): Promise<void> {
      await writeFile(file, JSON.stringify(known, null, 2), { mode: 0o600 });
    },
  };
};
