/**
 * Copies a data directory while the server uses it, so that the copy is a state the server could have been stopped in.
 *
 * Whoever follows the journal is copied first, each in one snapshot, and the journal last: it then reaches at least as far as each of
 * them, and a server that opens the copy replays the rest, as after a crash. Segments are held open from the start on, so that none
 * that a follower's copy still needs can go meanwhile.
 */
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BackupError } from "#contracts/errors/backup.ts";
import { copyFile, copyFileNamed, fingerprint } from "./copy-file.ts";
import { BACKUP_FORMAT, MANIFEST, type BackedUpFile, type BackupManifest } from "./manifest.ts";

const JOURNAL = "journal";
const SEGMENT = /\.segment(\.damaged)?$/;
/** What SQLite and a half-written checkpoint leave beside their files: their content is in the snapshot, or of no use. */
const BESIDE = /-(wal|shm|journal)$|\.new$/;
export const VAULT_KEY = "identity.key";

export interface TakeBackupOptions {
  readonly dataDir: string;
  readonly target: string;
  /** Without it nobody can read the identities in the backup, also not who restores it. */
  readonly withKey: boolean;
  readonly version: string;
  readonly now: () => number;
}

export const takeBackup = async ({ dataDir, target, withKey, version, now }: TakeBackupOptions): Promise<BackupManifest> => {
  if (!existsSync(join(dataDir, "ledger.sqlite"))) throw new BackupError("backup_no_data", dataDir);
  if (existsSync(target)) throw new BackupError("backup_target_taken", target);
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, JOURNAL), { recursive: true, mode: 0o700 });
  await using segments = new HeldSegments(join(dataDir, JOURNAL));
  try {
    await segments.hold();
    const files: BackedUpFile[] = [];
    const schemas: Record<string, number> = {};
    for (const name of await namesIn(dataDir)) {
      if (BESIDE.test(name) || (name === VAULT_KEY && !withKey)) continue;
      if (name.endsWith(".sqlite")) schemas[name] = snapshot(join(dataDir, name), join(partial, name));
      else await copyFileNamed(join(dataDir, name), join(partial, name));
      files.push({ path: name, ...(await fingerprint(join(partial, name))) });
    }
    for (const { name, file } of await segments.hold())
      files.push({ path: `${JOURNAL}/${name}`, ...(await copyFile(file, join(partial, JOURNAL, name))) });
    const manifest: BackupManifest = { format: BACKUP_FORMAT, version, finishedAt: new Date(now()).toISOString(), schemas, files };
    await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    for (const folder of [join(partial, JOURNAL), partial]) await syncFolder(folder);
    await rename(partial, target);
    await syncFolder(dirname(target));
    return manifest;
  } catch (cause) {
    await rm(partial, { recursive: true, force: true });
    throw cause;
  }
};

/** Files alone: the journal's folder has its own way. */
const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

/** One read transaction: the server goes on writing meanwhile. Pages that were freed, and what was erased in them, stay behind. */
const snapshot = (source: string, target: string): number => {
  const db = new DatabaseSync(source, { readOnly: true, timeout: 30_000 });
  try {
    db.prepare("VACUUM INTO ?").run(target);
    return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  } finally {
    db.close();
  }
};

export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A file that is open can be read to its end also after it was deleted. */
class HeldSegments implements AsyncDisposable {
  readonly #folder: string;
  readonly #held = new Map<string, FileHandle>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes hold of those that are new, and answers all, oldest first. */
  async hold(): Promise<{ readonly name: string; readonly file: FileHandle }[]> {
    const names = existsSync(this.#folder) ? await namesIn(this.#folder) : [];
    for (const name of names) {
      if (!SEGMENT.test(name) || this.#held.has(name)) continue;
      const file = await open(join(this.#folder, name), "r").catch((cause: NodeJS.ErrnoException) => {
        // Deleted since it was listed: nobody needs it.
        if (cause.code === "ENOENT") return null;
        throw cause;
      });
      if (file !== null) this.#held.set(name, file);
    }
    return [...this.#held].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, file]) => ({ name, file }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#held.values()) await file.close();
  }
}
