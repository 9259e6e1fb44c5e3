/** Puts a backup into a data directory where nobody works; nothing of what was there is overwritten. */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { IDENTITY_SCHEMA } from "#adapters/identity-sqlite/identity-sql.ts";
import { JournalError } from "#adapters/journal-segments/journal-error.ts";
import { lockJournalFolder } from "#adapters/journal-segments/journal-folder-lock.ts";
import { LEDGER_SCHEMA } from "#adapters/ledger-sqlite/schema.ts";
import { BackupError } from "#contracts/errors/backup.ts";
import { copyFileNamed, fingerprint } from "./copy-file.ts";
import { readManifest, type BackedUpFile, type BackupManifest } from "./manifest.ts";
import { syncFolder, VAULT_KEY } from "./take-backup.ts";

const VAULT = "identity.sqlite";
const KNOWN_SCHEMAS: Readonly<Record<string, number>> = { "ledger.sqlite": LEDGER_SCHEMA, [VAULT]: IDENTITY_SCHEMA };
const UNFINISHED = ".restoring";

export interface RestoreOptions {
  readonly source: string;
  readonly dataDir: string;
  /** The vault's key, where it was kept apart; null: it is in the backup. */
  readonly key: string | null;
  /** Moves what is in the data directory to a folder beside it instead of refusing. */
  readonly setAside: boolean;
  readonly now: () => number;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** Where the directory's content went; null when there was none. */
  readonly asideIn: string | null;
}

/** Everything that can refuse does so before anything is changed. */
export const restoreBackup = async ({ source, dataDir, key, setAside, now }: RestoreOptions): Promise<Restored> => {
  const manifest = await readManifest(source);
  for (const [name, schema] of Object.entries(manifest.schemas))
    if (schema > (KNOWN_SCHEMAS[name] ?? schema)) throw new BackupError("backup_too_new", `${name}: schema ${schema}`);
  const holds = (path: string): boolean => manifest.files.some((file) => file.path === path);
  if (holds(VAULT) && !holds(VAULT_KEY) && key === null) throw new BackupError("backup_without_key");
  for (const file of manifest.files) await verify(source, file);
  refuseWhileRunning(dataDir);

  const present = await contentOf(dataDir);
  if (present.length > 0 && !setAside) throw new BackupError("restore_not_empty", describeAge(dataDir, source, manifest));
  const asideIn = present.length > 0 ? await moveAside(dataDir, present, now()) : null;

  await mkdir(join(dataDir, "journal"), { recursive: true, mode: 0o700 });
  for (const { path } of manifest.files) await copyFileNamed(join(source, path), join(dataDir, path + UNFINISHED));
  if (key !== null) await copyFileNamed(key, join(dataDir, VAULT_KEY + UNFINISHED));
  // The ledger's name comes last: without it nobody takes the directory for a whole one.
  const names = manifest.files.map(({ path }) => path).filter((path) => path !== VAULT_KEY && path !== "ledger.sqlite");
  const keyed = key !== null || holds(VAULT_KEY) ? [VAULT_KEY] : [];
  for (const path of [...names, ...keyed, "ledger.sqlite"]) await rename(join(dataDir, path + UNFINISHED), join(dataDir, path));
  for (const folder of [join(dataDir, "journal"), dataDir]) await syncFolder(folder);
  return { manifest, asideIn };
};

const verify = async (source: string, { path, bytes, sha256 }: BackedUpFile): Promise<void> => {
  const found = await fingerprint(join(source, path)).catch((cause: unknown) => {
    throw new BackupError("backup_damaged", path, { cause });
  });
  if (found.bytes !== bytes || found.sha256 !== sha256) throw new BackupError("backup_damaged", path);
};

/** The lock of the journal is the kernel's: a server that was killed does not hold it. */
const refuseWhileRunning = (dataDir: string): void => {
  const journal = join(dataDir, "journal");
  if (!existsSync(journal)) return;
  try {
    lockJournalFolder(journal)();
  } catch (cause) {
    if (cause instanceof JournalError) throw new BackupError("restore_running", dataDir, { cause });
    throw cause;
  }
};

/** What a restore that was interrupted left behind counts for nothing. */
const contentOf = async (dataDir: string): Promise<string[]> => {
  if (!existsSync(dataDir)) return [];
  const names = await readdir(dataDir);
  for (const name of names.filter((entry) => entry.endsWith(UNFINISHED))) await rm(join(dataDir, name));
  const rest = names.filter((name) => !name.endsWith(UNFINISHED));
  const journal = join(dataDir, "journal");
  if (rest.length !== 1 || rest[0] !== "journal") return rest;
  const segments = (await readdir(journal)).filter((name) => !name.startsWith("journal.lock"));
  for (const name of segments.filter((entry) => entry.endsWith(UNFINISHED))) await rm(join(journal, name));
  return segments.every((name) => name.endsWith(UNFINISHED)) ? [] : rest;
};

const positionOf = (file: string): number | null => {
  if (!existsSync(file)) return null;
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(db.prepare("SELECT value FROM meta WHERE key = 'position'").get()?.["value"]);
  } catch {
    return null;
  } finally {
    db.close();
  }
};

/** So that nobody throws away the newer of the two by mistake. */
const describeAge = (dataDir: string, source: string, { finishedAt }: BackupManifest): string => {
  const present = positionOf(join(dataDir, "ledger.sqlite"));
  const kept = positionOf(join(source, "ledger.sqlite"));
  if (present === null || kept === null) return `${dataDir} beside the backup of ${finishedAt}`;
  const order = present > kept ? "is newer than" : present === kept ? "is as old as" : "is older than";
  return `${dataDir} ${order} the backup of ${finishedAt}: its ledger stands at ${present}, the backup's at ${kept}`;
};

/** Entry by entry: a data directory may be a mounted volume, which cannot be renamed itself. */
const moveAside = async (dataDir: string, names: readonly string[], now: number): Promise<string> => {
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, "-");
  const beside = `${dataDir}.before-restore-${stamp}`;
  try {
    await mkdir(beside, { mode: 0o700 });
    for (const name of names) await rename(join(dataDir, name), join(beside, name));
    await syncFolder(dirname(beside));
    return beside;
  } catch (cause) {
    throw new BackupError("restore_not_moved", beside, { cause });
  }
};
