/**
 * Carries what the engine said to the ledger: one commit in flight, what comes meanwhile merged into the next, tried until it holds.
 * Beside it a checkpoint goes there part by part, so that no alert waits for more than one part; a commit then adopts it.
 */
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

export interface Checkpoint {
  readonly position: Position;
  /** Each is made when it is asked for. */
  readonly parts: Iterator<EngineCheckpoint>;
}

export interface CommitQueueOptions {
  readonly ledger: Ledger;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  /** Whether the engine's state should be kept again. */
  readonly checkpointDue: () => boolean;
  /** The engine's state as it is now, and the position it stands for; null when it cannot be had. */
  readonly takeCheckpoint: () => Checkpoint | null;
  /** The checkpoint broke off: its position is never reached. */
  readonly onCheckpointFailed: (position: Position, cause: unknown) => void;
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

/** Of a checkpoint, so much is staged at a time: what an alert may have to wait for at the disk, */
const STAGED_BYTES = 256 * 1_024;
/** and for so long one turn of the event loop makes parts. */
const STAGED_FOR: DurationMs = 3;
const STATUS_WAITS: DurationMs = SECOND;
const RETRY_FIRST: DurationMs = 100;
const RETRY_LAST: DurationMs = 10 * SECOND;
const TROUBLE_AFTER = 3;

interface Work extends LedgerCommit {
  readonly waiters: readonly ((committed: boolean) => void)[];
}

export const createCommitQueue = (options: CommitQueueOptions, from: Position): CommitQueue => {
  const { ledger, transportClock, diagnostics } = options;
  let events: EngineEvent[] = [];
  let changes: ChangeEntry[] = [];
  let statuses = new Map<DeviceId, StatusEntry>();
  let gaps: DataGapEntry[] = [];
  let waiters: ((committed: boolean) => void)[] = [];
  /** Of the checkpoint the ledger holds. */
  let position = from;
  let staging = false;
  /** Position of a checkpoint that is staged whole and waits for a commit. */
  let staged: Position | null = null;
  let inFlight: Work | null = null;
  let stopped: LedgerError | null = null;
  let troubled = 0;
  let statusTimer = false;
  let statusDue = false;
  let finishing = false;
  let idle: (() => void)[] = [];
  let relieved: { readonly limit: number; readonly call: () => void }[] = [];

  const isBusy = (): boolean => stopped === null && (inFlight !== null || staging);
  const nextIdle = (): Promise<void> => new Promise((resolve) => idle.push(resolve));

  /** Everything that came of the entries up to the staged checkpoint is in this commit or an earlier one. */
  const take = (): Work => {
    const work: Work = {
      position: staged ?? position,
      adopt: staged !== null,
      events,
      changes: [...changes, ...statuses.values(), ...gaps],
      waiters,
    };
    staged = null;
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
    if (isBusy()) return;
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

  const stop = (error: LedgerError): void => {
    if (stopped !== null) return;
    stopped = error;
    const all = [...(inFlight?.waiters ?? []), ...waiters];
    inFlight = null;
    waiters = [];
    for (const call of all) call(false);
    options.onStopped(error);
    settleIdle();
  };

  /** Asks until the ledger takes it; null when it never will. */
  const insist = async <Answer>(ask: () => Promise<Answer>): Promise<{ readonly answer: Answer } | null> => {
    for (let attempt = 1; stopped === null; attempt++) {
      try {
        const answer = await ask();
        if (attempt > TROUBLE_AFTER && --troubled === 0) options.onTrouble(false);
        return { answer };
      } catch (cause) {
        if (cause instanceof LedgerError && cause.code !== "ledger_failed") {
          stop(cause);
          break;
        }
        diagnostics.error("ledger_commit_failed", { attempt }, cause);
        diagnostics.count("homeward_ledger_commit_failures_total");
        // A server that stops does not wait for a broken disk: the journal still has everything.
        if (finishing && attempt >= TROUBLE_AFTER) {
          stop(new LedgerError("ledger_failed", "while closing", { cause }));
          break;
        }
        if (attempt === TROUBLE_AFTER && troubled++ === 0) options.onTrouble(true);
        const delay = Math.min(RETRY_LAST, RETRY_FIRST * 2 ** Math.min(attempt, 10));
        await new Promise<void>((resolve) => transportClock.after(delay, resolve));
      }
    }
    return null;
  };

  const commit = async (): Promise<void> => {
    const { waiters: told, ...work } = (inFlight = take());
    const committed = await insist(() => ledger.commit(work));
    if (committed === null) return;
    const { answer } = committed;
    inFlight = null;
    if (work.adopt) {
      position = work.position;
      options.onCheckpointed(position);
    }
    if (answer.feed.length > 0 || answer.queued) tell(answer);
    for (const call of told) call(true);
    flush();
    settleIdle();
  };

  /** Empty when there are no more. */
  const nextParts = ({ parts }: Checkpoint): EngineCheckpoint[] => {
    const taken: EngineCheckpoint[] = [];
    const until = transportClock.monotonic() + STAGED_FOR;
    let bytes = 0;
    do {
      const next = parts.next();
      if (next.done === true) break;
      taken.push(next.value);
      bytes += next.value.bytes?.byteLength ?? 0;
    } while (bytes < STAGED_BYTES && transportClock.monotonic() < until);
    return taken;
  };

  const stage = async (checkpoint: Checkpoint): Promise<void> => {
    staging = true;
    try {
      for (let parts = nextParts(checkpoint); parts.length > 0; parts = nextParts(checkpoint)) {
        const some = parts;
        if ((await insist(() => ledger.stage(some))) === null) return;
      }
      staged = checkpoint.position;
    } catch (cause) {
      options.onCheckpointFailed(checkpoint.position, cause);
    }
    staging = false;
    flush();
    settleIdle();
  };

  const beginCheckpoint = (): void => {
    const checkpoint = options.takeCheckpoint();
    if (checkpoint !== null) void stage(checkpoint);
  };

  const flush = (): void => {
    if (stopped !== null) return;
    if (!staging && staged === null && options.checkpointDue()) beginCheckpoint();
    if (inFlight !== null) return;
    if (events.length > 0 || changes.length > 0 || statusDue || staged !== null) {
      void commit();
      return;
    }
    const nothingToWaitFor = waiters;
    waiters = [];
    for (const call of nothingToWaitFor) call(true);
  };

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
      beginCheckpoint();
      statusDue = true;
      flush();
      while (isBusy()) await nextIdle();
    },
    below: (limit) =>
      events.length < limit || stopped !== null
        ? Promise.resolve()
        : new Promise<void>((resolve) => relieved.push({ limit, call: resolve })),
  };
};
