/** The journal in memory, for tests and for trying things out: the same order of calls, nothing survives the process. */
import type { JournalEntry } from "#core/journal-entry.ts";
import type { AppendOutcome, Committed, Journal, Position } from "#ports/journal.ts";

/** Entries settle in a microtask, all appended in the same turn together. */
export const createJournalMemory = (): Journal => {
  const kept: Committed[] = [];
  const followers = new Set<(batch: readonly Committed[]) => void>();
  let pending: { readonly entry: JournalEntry; readonly closed: boolean; readonly settled: (outcome: AppendOutcome) => void }[] = [];
  let closed = false;

  const settle = (): void => {
    const batch = pending;
    pending = [];
    const committed: Committed[] = [];
    const outcomes = batch.map(({ entry, closed }): AppendOutcome => {
      if (closed) return { ok: false, reason: "closed" };
      const position = kept.length + 1;
      const item = { position, entry };
      kept.push(item);
      committed.push(item);
      return { ok: true, position };
    });
    for (const [index, { settled }] of batch.entries()) settled(outcomes[index] as AppendOutcome);
    if (committed.length > 0) for (const follower of Array.from(followers)) follower(committed);
  };

  const append = (entry: JournalEntry, settled: (outcome: AppendOutcome) => void): void => {
    pending.push({ entry, closed, settled });
    if (pending.length === 1) queueMicrotask(settle);
  };

  const read = async function* (from: Position, head: Position): AsyncGenerator<readonly Committed[]> {
    for (let next = Math.max(1, from); next <= head; next += 1000) yield kept.slice(next - 1, Math.min(head, next + 999));
  };

  return {
    append,
    commit: (entry) => new Promise((resolve) => append(entry, resolve)),
    follow: (onCommitted) => {
      const follower = (batch: readonly Committed[]): void => onCommitted(batch);
      followers.add(follower);
      return () => void followers.delete(follower);
    },
    read: (from) => read(from, kept.length),
    setCursor: () => {
      // Nothing is ever deleted here, so no cursor holds anything back.
    },
    get head() {
      return kept.length;
    },
    tail: 1,
    stats: () => ({
      bytes: 0,
      maxBytes: Infinity,
      segments: 1,
      pendingEntries: pending.length,
      pendingBytes: 0,
      accepting: !closed,
      damaged: [],
    }),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      if (pending.length > 0) await new Promise<void>((resolve) => queueMicrotask(resolve));
    },
  };
};
