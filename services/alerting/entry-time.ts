/** Clinical time of a journal entry: when it arrived or was made. */
import type { JournalEntry } from "#core/journal-entry.ts";
import type { EpochMs } from "#core/time.ts";

export const entryTime = (entry: JournalEntry): EpochMs =>
  entry.kind === "message" || entry.kind === "status" ? entry.arrivedAt : entry.at;
