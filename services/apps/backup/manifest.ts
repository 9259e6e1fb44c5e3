/** What a backup says about itself; written last, so that a folder with a manifest is a whole backup. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BackupError } from "#contracts/errors/backup.ts";

export const MANIFEST = "manifest.json";
export const BACKUP_FORMAT = 1;

export interface BackedUpFile {
  /** Below the data directory, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface BackupManifest {
  readonly format: number;
  /** Of the product. */
  readonly version: string;
  /** ISO time of its end. */
  readonly finishedAt: string;
  /** SQLite's `user_version` of each database: a program that knows less must not open it. */
  readonly schemas: Readonly<Record<string, number>>;
  readonly files: readonly BackedUpFile[];
}

export const readManifest = async (folder: string): Promise<BackupManifest> => {
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(await readFile(join(folder, MANIFEST), "utf8")) as BackupManifest;
  } catch (cause) {
    throw new BackupError("backup_incomplete", folder, { cause });
  }
  if (!Number.isInteger(manifest.format) || !Array.isArray(manifest.files)) throw new BackupError("backup_incomplete", folder);
  if (manifest.format > BACKUP_FORMAT) throw new BackupError("backup_too_new", `format ${manifest.format}`);
  const outside = manifest.files.find(({ path }) => typeof path !== "string" || /^[/\\]|(^|[/\\])\.\.([/\\]|$)/.test(path));
  if (outside !== undefined) throw new BackupError("backup_damaged", String(outside.path));
  return manifest;
};
