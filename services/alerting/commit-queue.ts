/** Carries what the engine said to the ledger: one commit in flight, what comes meanwhile merged into the next, tried until it holds. */
import { LedgerError } from "#contracts/errors/ledger.ts";
import type { ChangeEntry, DataGapEntry, StatusEntry } from "#core/journal-entry.ts";
import type { DeviceId } from "#core/ids.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { EngineCheckpoint } from "#core/rules/engine.ts";
import { SECOND, type DurationMs } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Position } from "#ports/journal.ts";
import type { CommittedEvents, Ledger, LedgerCommit } from "#ports/ledger.ts";

export interface CommitQueueOptions {
  readonly ledger: Ledger;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  /** Whether the engine's state should be kept again. */
  readonly checkpointDue: () => boolean;
  /** The engine's state as it is now, and the position it stands for; null when it cannot be had. */
  readonly takeCheckpoint: () => { readonly position: Position; readonly checkpoints: readonly EngineCheckpoint[] } | null;
  readonly onCommitted: (events: CommittedEvents) => void;
  /** A checkpoint is durable: the journal before it is not needed any more. */
  readonly onCheckpointed: (position: Position) => void;
  /** The ledger refused for a while, or took again. */
  readonly onTrouble: (active: boolean) => void;
  /** Nothing can be committed any more. */
  readonly onStopped: (error: LedgerError) => void;
}

export interface CommitQueue {
  add(events: readonly EngineEvent[]): void;
  /** A registry or rule change goes out with the next commit; a device's data gaps and its status, of which the newest counts, within a second. */
  change(entry: ChangeEntry | StatusEntry | DataGapEntry): void;
  /** Runs once everything added before is durable; `false` when that will never be. */
  after(call: (committed: boolean) => void): void;
  /** Starts a commit when there is a reason. Call after every batch. */
  flush(): void;
  /** Resolves when nothing waits and nothing is in flight; a last checkpoint included. */
  finish(): Promise<void>;
  /** Resolves when fewer than `limit` events wait. */
  below(limit: number): Promise<void>;
}

const STATUS_WAITS: DurationMs = SECOND;
const RETRY_FIRST: DurationMs = 100;
const RETRY_LAST: DurationMs = 10 * SECOND;
const TROUBLE_AFTER = 3;

interface Work extends LedgerCommit {
  readonly waiters: readonly ((committed: boolean) => void)[];
  readonly checkpointed: boolean;
}

export const createCommitQueue = (options: CommitQueueOptions, from: Position): CommitQueue => {
  const { ledger, transportClock, diagnostics } = options;
  let events: EngineEvent[] = [];
  let changes: ChangeEntry[] = [];
  let statuses = new Map<DeviceId, StatusEntry>();
  let gaps: DataGapEntry[] = [];
  let waiters: ((committed: boolean) => void)[] = [];
  let position = from;
  let inFlight = false;
  let stopped: LedgerError | null = null;
  let statusTimer = false;
  let statusDue = false;
  let finishing = false;
  let idle: (() => void)[] = [];
  let relieved: { readonly limit: number; readonly call: () => void }[] = [];

  const take = (): Work => {
    const checkpoint = finishing || options.checkpointDue() ? options.takeCheckpoint() : null;
    if (checkpoint !== null) position = checkpoint.position;
    const work: Work = {
      position,
      events,
      changes: [...changes, ...statuses.values(), ...gaps],
      checkpoints: checkpoint?.checkpoints ?? [],
      waiters,
      checkpointed: checkpoint !== null,
    };
    events = [];
    changes = [];
    statuses = new Map();
    gaps = [];
    statusDue = false;
    waiters = [];
    return work;
  };

  const settleIdle = (): void => {
    const calls = relieved.filter(({ limit }) => events.length < limit || stopped !== null);
    relieved = relieved.filter((entry) => !calls.includes(entry));
    for (const { call } of calls) call();
    if (inFlight) return;
    const ready = idle;
    idle = [];
    for (const call of ready) call();
  };

  /** Whoever listens may fail; what is committed stays committed. */
  const tell = (committed: CommittedEvents): void => {
    try {
      options.onCommitted(committed);
    } catch (cause) {
      diagnostics.error("committed_events_not_told", { events: committed.feed.length }, cause);
    }
  };

  const stop = (error: LedgerError, failed: readonly ((committed: boolean) => void)[]): void => {
    stopped = error;
    inFlight = false;
    const all = [...failed, ...waiters];
    waiters = [];
    for (const call of all) call(false);
    options.onStopped(error);
    settleIdle();
  };

  const commit = async (work: Work, attempt: number): Promise<void> => {
    const { position, events, changes, checkpoints } = work;
    let committed: CommittedEvents;
    try {
      committed = await ledger.commit({ position, events, changes, checkpoints });
    } catch (cause) {
      if (cause instanceof LedgerError && cause.code !== "ledger_failed") return stop(cause, work.waiters);
      diagnostics.error("ledger_commit_failed", { attempt, events: events.length }, cause);
      diagnostics.count("homeward_ledger_commit_failures_total");
      // A server that stops does not wait for a broken disk: the journal still has everything.
      if (finishing && attempt >= TROUBLE_AFTER) return stop(new LedgerError("ledger_failed", "while closing", { cause }), work.waiters);
      if (attempt === TROUBLE_AFTER) options.onTrouble(true);
      const delay = Math.min(RETRY_LAST, RETRY_FIRST * 2 ** Math.min(attempt, 10));
      transportClock.after(delay, () => void commit(work, attempt + 1));
      return;
    }
    inFlight = false;
    if (attempt > TROUBLE_AFTER) options.onTrouble(false);
    if (work.checkpointed) options.onCheckpointed(position);
    if (committed.feed.length > 0 || committed.queued) tell(committed);
    for (const call of work.waiters) call(true);
    flush();
    settleIdle();
  };

  const flush = (): void => {
    if (inFlight || stopped !== null) return;
    if (events.length > 0 || changes.length > 0 || statusDue || options.checkpointDue()) {
      inFlight = true;
      void commit(take(), 1);
      return;
    }
    const nothingToWaitFor = waiters;
    waiters = [];
    for (const call of nothingToWaitFor) call(true);
  };

  const isBusy = (): boolean => inFlight && stopped === null;
  const nextIdle = (): Promise<void> => new Promise((resolve) => idle.push(resolve));

  return {
    add: (more) => {
      for (const event of more) events.push(event);
    },
    change: (entry) => {
      if (entry.kind === "data-gap") gaps.push(entry);
      else if (entry.kind === "status") statuses.set(entry.device, { ...statuses.get(entry.device), ...entry });
      else {
        changes.push(entry);
        return;
      }
      if (statusTimer) return;
      statusTimer = true;
      transportClock.after(STATUS_WAITS, () => {
        statusTimer = false;
        statusDue = statuses.size > 0 || gaps.length > 0;
        flush();
      });
    },
    after: (call) => {
      if (stopped === null) waiters.push(call);
      else call(false);
    },
    flush,
    finish: async () => {
      finishing = true;
      while (isBusy()) await nextIdle();
      if (stopped !== null) return;
      inFlight = true;
      const finished = nextIdle();
      void commit(take(), 1);
      await finished;
    },
    below: (limit) =>
      events.length < limit || stopped !== null
        ? Promise.resolve()
        : new Promise<void>((resolve) => relieved.push({ limit, call: resolve })),
  };
};
