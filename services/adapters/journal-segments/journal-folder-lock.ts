/** One writer per folder: a lock of the kernel's, taken through SQLite, that ends with the process however it ends. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { JournalError } from "#adapters/journal-segments/journal-error.ts";

// A pid in a file would need guessing whether that pid is still the same process (containers all have pid 1); the kernel knows.
const LOCK = "journal.lock";
const SQLITE_BUSY = 5;
const OWNER = "journal.lock.pid";

/** Throws `JournalError` `journal_locked` when another journal, also of this process, holds the folder; returns the way to let go. */
export const lockJournalFolder = (folder: string): (() => void) => {
  const owner = join(folder, OWNER);
  const database = new DatabaseSync(join(folder, LOCK), { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw cause;
    const pid = existsSync(owner) ? readFileSync(owner, "utf8").trim() : "unknown";
    throw new JournalError("journal_locked", `process ${pid} writes to ${folder}`, { cause });
  }
  try {
    writeFileSync(owner, String(process.pid));
  } catch {
    // Only for the message above; a full disk must not keep the journal from being read.
  }
  return () => database.close();
};
