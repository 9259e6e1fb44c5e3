/** Temporary journal folders that go away with the test, also when it failed. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournalSegments, type JournalSegmentsOptions } from "#adapters/journal-segments/open-journal-segments.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import type { AppendOutcome, Journal } from "#ports/journal.ts";

export interface JournalFolder extends AsyncDisposable {
  readonly folder: string;
  open(options?: Partial<JournalSegmentsOptions>): Promise<Journal>;
  /** Names of the segment files, oldest first. */
  segments(): Promise<string[]>;
}

export const createJournalFolder = async (): Promise<JournalFolder> => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-journal-"));
  return {
    folder,
    open: (options) => openJournalSegments({ folder, now: () => 1_767_225_600_000, ...options }),
    segments: async () => (await readdir(folder)).filter((name) => name.endsWith(".segment")).sort(),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};

/** Appends all at once; the outcomes in order. */
export const appendAll = (journal: Journal, entries: readonly JournalEntry[]): Promise<AppendOutcome[]> =>
  Promise.all(entries.map((entry) => journal.commit(entry)));
