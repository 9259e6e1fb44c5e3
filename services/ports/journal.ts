/** Port: the append-only log that orders everything the engine sees, durable before anything is acknowledged. */
import type { JournalEntry } from "#core/journal-entry.ts";

/** Ordinal of an entry in its partition; rises by one, starts at 1; 0 means "before the first". */
export type Position = number;

export interface Committed {
  readonly position: Position;
  readonly entry: JournalEntry;
}

export type AppendOutcome =
  | { readonly ok: true; readonly position: Position }
  /** `full`: HOMEWARD_JOURNAL_MAX reached or the disk is full; `failed`: write or fdatasync failed; `closed`. Nothing may be acknowledged. */
  | { readonly ok: false; readonly reason: "full" | "failed" | "closed"; readonly cause?: unknown };

/**
 * Guarantees
 * - `append` keeps call order; `settled` is called exactly once, in order, and with `ok` only after an fdatasync that covers the entry returned.
 * - Every follower gets every durable entry, in order, once while the process runs: first all `settled` of a commit, then the followers.
 * - After a crash `read(1)` yields every entry that was settled `ok` and may yield entries that were not; a torn tail is cut;
 *   a damaged middle is set aside and reported through `damaged`.
 * - A segment whose fdatasync failed is never trusted again: its unsettled entries settle `failed`.
 * - Segments are deleted only when every registered cursor has passed them and they are older than the retention.
 */
export interface Journal extends AsyncDisposable {
  append(entry: JournalEntry, settled: (outcome: AppendOutcome) => void): void;
  /** Promise form of `append`, for callers off the hot path. */
  commit(entry: JournalEntry): Promise<AppendOutcome>;
  /** Live entries from now on; returns the way to stop. */
  follow(onCommitted: (batch: readonly Committed[]) => void): () => void;
  /** Entries from `from` (inclusive) up to the head at the time of the call, in order. */
  read(from: Position): AsyncIterable<readonly Committed[]>;
  /** Registers (or moves) a durable reader; what lies behind the slowest is kept. Not itself durable: readers keep their own position. */
  setCursor(name: string, position: Position): void;
  /** Highest durable position; 0 when empty. */
  readonly head: Position;
  /** Lowest position still readable. */
  readonly tail: Position;
  stats(): JournalStats;
}

export interface JournalStats {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly segments: number;
  /** Appended and not yet settled. */
  readonly pendingEntries: number;
  readonly pendingBytes: number;
  readonly accepting: boolean;
  readonly damaged: readonly { readonly segment: string; readonly from: Position; readonly to: Position | null; readonly reason: string }[];
}
