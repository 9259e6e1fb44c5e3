/** Seeds the demo's world once in a data directory; at later starts it finds the same sign-ins and secrets again. */
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeviceId, InstitutionId, PatientId, SiteId, UserId } from "#core/ids.ts";
import type { Actor } from "#core/journal-entry.ts";
import { type EpochMs, MINUTE } from "#core/time.ts";
import type { Accounts } from "#ports/accounts.ts";
import type { ClinicalCommands } from "#ports/clinical-commands.ts";
import type { IdentityVault } from "#ports/identity-vault.ts";
import type { PasswordHasher } from "#ports/password-hasher.ts";
import type { Registry } from "#ports/registry.ts";
import { oximeter } from "#simulators/devices/oximeter.ts";
import { personas } from "#simulators/people/personas.ts";
import type { WardDevice } from "#simulators/ward/ward-device.ts";
import { demoInstitutions, demoStaff } from "./alliance.ts";
import { type DemoPerson, demoPeople } from "./demo-people.ts";

/** Marks a data directory as a demo: `serve` refuses it off loopback. */
export const DEMO_SETTING = "demo";

export interface DemoSignIn {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly institution: string;
  readonly displayName: string;
}

export interface DemoWorld {
  readonly signIns: readonly DemoSignIn[];
  readonly devices: readonly WardDevice[];
}

export interface SeedDemoOptions {
  readonly dataDir: string;
  readonly accounts: Accounts;
  readonly registry: Registry;
  readonly vault: IdentityVault;
  readonly commands: ClinicalCommands;
  readonly hasher: PasswordHasher;
  readonly now: EpochMs;
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
  const devices = demoPeople.map(({ device, site, persona, episodes }) => ({
    id: device,
    site,
    persona,
    secret: secrets.of(`device:${device}`),
    ...(episodes === undefined ? {} : { episodes }),
  }));
  await secrets.save();
  for (const person of demoPeople) await seedPerson(options, person, secrets.of(`device:${person.device}`));
  await accounts.putSetting(DEMO_SETTING, "1");
  return { signIns, devices };
};

const seedPerson = async ({ registry, vault, commands, now }: SeedDemoOptions, person: DemoPerson, secret: string): Promise<void> => {
  const persona = personas.find((candidate) => candidate.key === person.persona);
  const patient = person.patient as PatientId;
  const device = person.device as DeviceId;
  if (persona === undefined || registry.patient(patient) !== null) return;
  const at = now;
  await vault.put(patient, person.identity);
  await commands.change({
    kind: "patient",
    at,
    actor: SYSTEM,
    patient: {
      id: patient,
      version: 1,
      institution: person.institution as InstitutionId,
      site: person.site as SiteId,
      pseudonym: person.pseudonym,
      tier: person.tier,
      profile: persona.profile,
      conditions: persona.conditions,
      baseline: persona.baseline,
      timeZone: "Asia/Shanghai",
      status: "active",
      pause: null,
      createdAt: at,
    },
  });
  await commands.change({
    kind: "device",
    at,
    actor: SYSTEM,
    device: {
      id: device,
      site: person.site as SiteId,
      institution: person.institution as InstitutionId,
      kind: oximeter.kind,
      metrics: oximeter.metrics,
      secretHash: createHash("sha256").update(secret).digest("hex"),
      revoked: false,
      createdAt: at,
    },
  });
  // A little back: the outbox that a simulated device brings belongs to its wearer.
  await commands.change({
    kind: "assignment",
    at,
    actor: SYSTEM,
    assignment: { id: `as_${person.device}`, device, patient, from: at - 15 * MINUTE, to: null, madeAt: at },
  });
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
