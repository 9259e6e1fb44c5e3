/** Evaluates rules: follows the journal in its order, steps the engine, and commits what it says; the only writer of alerts (semantics 6.2). */
import { randomUUID } from "node:crypto";
import type { LedgerError } from "#contracts/errors/ledger.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { ChangeEntry, JournalEntry, PastEntry } from "#core/journal-entry.ts";
import type { ActOutcome, EngineEvent } from "#core/rules/engine-event.ts";
import type { Engine } from "#core/rules/engine.ts";
import type { PatientId } from "#core/ids.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import { MINUTE, SECOND, type DurationMs, type EpochMs } from "#core/time.ts";
import type { ActAnswer, ClinicalCommands } from "#ports/clinical-commands.ts";
import type { ClinicalClock, TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Committed, Journal, Position } from "#ports/journal.ts";
import type { CommittedEvents, Ledger } from "#ports/ledger.ts";
import { createCommitQueue } from "./commit-queue.ts";
import { entryTime } from "./entry-time.ts";
import { createTicker } from "./ticker.ts";

export interface EvaluateOptions {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly createEngine: (restore: Iterable<{ readonly key: string; readonly bytes: Uint8Array }>) => Engine;
  readonly clinicalClock: ClinicalClock;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  /** Newly committed events, in order: push them to viewers, wake the dispatcher. */
  readonly onCommitted: (events: CommittedEvents) => void;
  /** Every durable live batch, after the engine saw it. */
  readonly onSamples?: (batch: readonly Committed[]) => void;
  /** After the replay, before the first entry of this run is written: the newest time the journal has seen. Clinical time must not be behind it. */
  readonly onReplayed?: (newestAt: EpochMs | null) => void;
  /** The engine fell more than a second behind the journal, or caught up: clinical time waits meanwhile (semantics 3.2). */
  readonly onBehind?: (behind: boolean) => void;
  /** The ledger cannot be written and alerts wait, or it can again. */
  readonly onTrouble?: (active: boolean) => void;
  /** Another process took the ledger, or it was closed: this evaluator has stopped. */
  readonly onStopped?: (error: LedgerError) => void;
}

export interface Evaluator extends ClinicalCommands, AsyncDisposable {
  /** How long the oldest durable entry has been waiting for the engine; 0 when it is level. */
  lag(): DurationMs;
  /** Highest position the engine has applied. */
  applied(): Position;
  /** Alerts as the engine holds them, also what is not committed yet. */
  alertsOf(patient: PatientId): readonly Alert[];
  rules(): readonly RuleVersion[];
  /** Puts alerts that are over on record; for the demo. Resolves when they are committed; told again they change nothing. */
  tellPast(events: PastEntry["events"]): Promise<boolean>;
}

const CHECKPOINT_EVERY: DurationMs = MINUTE;
/** With a fast clinical clock its minutes pass too often for each to be kept. */
const CHECKPOINT_AT_MOST_EVERY: DurationMs = 5 * SECOND;
const BEHIND: DurationMs = SECOND;
/** One turn of the event loop belongs to the engine for so long, then others come in between. */
const TURN: DurationMs = 8;
const TURN_ENTRIES = 256;
/** So many events wait at most while the journal is replayed. */
const REPLAY_WAITS = 5_000;
const CURSOR = "alert";

const isChange = (entry: JournalEntry) =>
  entry.kind === "patient" ||
  entry.kind === "device" ||
  entry.kind === "assignment" ||
  entry.kind === "limits" ||
  entry.kind === "rule" ||
  entry.kind === "status" ||
  entry.kind === "data-gap";

const toAnswer = ({ outcome, alert, code }: ActOutcome): ActAnswer => {
  if (outcome === "refused") return { outcome, code: code ?? "refused", alert };
  if (outcome === "unknown" || alert === null) return { outcome: "unknown" };
  return { outcome, alert };
};

export const startEvaluate = async (options: EvaluateOptions): Promise<Evaluator> => {
  const { journal, ledger, clinicalClock, transportClock, diagnostics } = options;
  const engine = options.createEngine(ledger.checkpoints());

  let applied = ledger.position();
  let checkpointed = applied;
  let nextWakeAt: EpochMs = Infinity;
  let newestAt: EpochMs | null = null;
  let lastCheckpoint = { wall: transportClock.monotonic(), clinical: clinicalClock.now() };
  let stopped: string | null = null;
  let canCheckpoint = true;

  const acts = new Map<string, (answer: ActAnswer) => void>();
  const changes = new Map<Position, (accepted: boolean) => void>();

  const checkpointDue = (): boolean => {
    if (applied === checkpointed || !canCheckpoint) return false;
    const wall = transportClock.monotonic() - lastCheckpoint.wall;
    return (
      wall >= CHECKPOINT_EVERY || (wall >= CHECKPOINT_AT_MOST_EVERY && clinicalClock.now() - lastCheckpoint.clinical >= CHECKPOINT_EVERY)
    );
  };

  /** A bug; what it had collected is lost with it, so a later one would have holes. The next start replays from the last good one. */
  const checkpointFailed = (position: Position, cause: unknown): void => {
    canCheckpoint = false;
    diagnostics.error("engine_checkpoint_failed", { position }, cause);
    diagnostics.count("homeward_engine_failures_total");
  };

  const commits = createCommitQueue(
    {
      ledger,
      transportClock,
      diagnostics,
      checkpointDue,
      takeCheckpoint: () => {
        if (!canCheckpoint) return null;
        lastCheckpoint = { wall: transportClock.monotonic(), clinical: clinicalClock.now() };
        try {
          const parts = engine.checkpoint();
          checkpointed = applied;
          return { position: applied, parts };
        } catch (cause) {
          checkpointFailed(applied, cause);
          return null;
        }
      },
      onCheckpointFailed: checkpointFailed,
      onCommitted: options.onCommitted,
      onCheckpointed: (position) => journal.setCursor(CURSOR, position),
      onTrouble: (active) => {
        options.onTrouble?.(active);
        void condition({ condition: "ledger_failed", active });
      },
      onStopped: (error) => {
        diagnostics.error(error.code, {}, error);
        halt(error.code);
        options.onStopped?.(error);
      },
    },
    checkpointed,
  );

  const hearOutcome = (outcome: ActOutcome): void => {
    const answer = acts.get(outcome.request);
    if (answer === undefined) return;
    acts.delete(outcome.request);
    commits.after((committed) => answer(committed ? toAnswer(outcome) : { outcome: "unavailable", reason: stopped ?? "ledger_failed" }));
  };

  const step = ({ position, entry }: Committed): void => {
    if (position <= applied) return;
    applied = position;
    const at = entryTime(entry);
    if (newestAt === null || at > newestAt) newestAt = at;
    let events: readonly EngineEvent[] = [];
    try {
      const result = engine.step(entry);
      ({ events, nextWakeAt } = result);
    } catch (cause) {
      // A bug, but no reason to stop watching everybody else.
      diagnostics.error("engine_step_failed", { position, kind: entry.kind }, cause);
      diagnostics.count("homeward_engine_failures_total");
    }
    if (events.length > 0) {
      commits.add(events.filter((event) => event.kind !== "act-outcome"));
      for (const event of events) if (event.kind === "act-outcome") hearOutcome(event);
    }
    if (isChange(entry)) commits.change(entry);
    const accepted = changes.get(position);
    if (accepted === undefined) return;
    changes.delete(position);
    commits.after(accepted);
  };

  // Live entries are kept from before the replay's head is read, so that none falls between the two.
  let queue: { readonly batch: readonly Committed[]; readonly since: DurationMs }[] = [];
  let first = 0;
  let replaying = true;
  let scheduled = false;
  let behind = false;
  const ticker = createTicker(journal, clinicalClock, transportClock);

  const lag = (): DurationMs => {
    const oldest = queue[0];
    return oldest === undefined ? 0 : transportClock.monotonic() - oldest.since;
  };
  const tellBehind = (): void => {
    const now = lag() > BEHIND;
    if (now === behind) return;
    behind = now;
    options.onBehind?.(now);
  };

  const turn = (): void => {
    scheduled = false;
    if (stopped !== null) return;
    const started = transportClock.monotonic();
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      const end = Math.min(head.batch.length, first + TURN_ENTRIES);
      for (let index = first; index < end; index++) {
        const committed = head.batch[index];
        if (committed !== undefined) step(committed);
      }
      first = end;
      if (first >= head.batch.length) {
        queue.shift();
        first = 0;
        // Alerts leave before readings are looked at.
        commits.flush();
        options.onSamples?.(head.batch);
      }
      if (queue.length > 0 && transportClock.monotonic() - started > TURN) {
        scheduled = true;
        transportClock.after(0, turn);
        break;
      }
    }
    commits.flush();
    ticker.wakeAt(nextWakeAt);
    tellBehind();
  };

  const unfollow = journal.follow((batch) => {
    if (stopped !== null || batch.length === 0) return;
    queue.push({ batch, since: transportClock.monotonic() });
    if (!replaying && !scheduled) turn();
  });

  function halt(reason: string): void {
    if (stopped !== null) return;
    stopped = reason;
    unfollow();
    ticker.stop();
    idleCheck.cancel();
    queue = [];
    for (const answer of acts.values()) answer({ outcome: "unavailable", reason });
    for (const accepted of changes.values()) accepted(false);
    acts.clear();
    changes.clear();
  }

  // Without traffic the position still moves on, and a lag is still told.
  const idleCheck = transportClock.every(SECOND, () => {
    diagnostics.gauge("homeward_engine_lag_seconds", lag() / 1_000);
    tellBehind();
    commits.flush();
  });

  const replay = async (): Promise<void> => {
    // First: a journal on disk that lost its end learns here which positions must not be given out again.
    journal.setCursor(CURSOR, applied);
    if (journal.head < applied) {
      diagnostics.error("journal_behind_ledger", { journal: journal.head, ledger: applied });
      applied = journal.head;
    }
    if (journal.tail > applied + 1) diagnostics.error("journal_gap", { from: applied + 1, to: journal.tail - 1 });
    for await (const batch of journal.read(applied + 1)) {
      for (const committed of batch) step(committed);
      commits.flush();
      await commits.below(REPLAY_WAITS);
      if (stopped !== null) return;
    }
  };

  async function condition(entry: Parameters<ClinicalCommands["condition"]>[0]): Promise<boolean> {
    if (stopped !== null) return false;
    return (await journal.commit({ kind: "condition", at: clinicalClock.now(), ...entry })).ok;
  }

  const commitEntry = async (entry: ChangeEntry | PastEntry): Promise<boolean> => {
    if (stopped !== null) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    journal.append(entry, (outcome) => {
      if (outcome.ok) changes.set(outcome.position, resolve);
      else resolve(false);
    });
    return promise;
  };

  await replay();
  options.onReplayed?.(newestAt);
  replaying = false;
  turn();
  const receiving = await journal.commit({ kind: "receiving", at: clinicalClock.now(), receiving: true });
  if (!receiving.ok) diagnostics.error("journal_refused", { reason: receiving.reason }, receiving.cause);

  const close = async (): Promise<void> => {
    if (stopped !== null) return;
    const ceased = await journal.commit({ kind: "receiving", at: clinicalClock.now(), receiving: false });
    const last = ceased.ok ? ceased.position : applied;
    const isBehind = (): boolean => stopped === null && applied < last;
    while (isBehind()) await new Promise<void>((resolve) => transportClock.after(1, resolve));
    await commits.finish();
    halt("closed");
  };
  let closing: Promise<void> | null = null;

  return {
    act: async (entry) => {
      if (stopped !== null) return { outcome: "unavailable", reason: stopped };
      const request = randomUUID();
      const { promise, resolve } = Promise.withResolvers<ActAnswer>();
      acts.set(request, resolve);
      journal.append({ kind: "act", at: clinicalClock.now(), request, ...entry }, (outcome) => {
        if (outcome.ok) return;
        acts.delete(request);
        resolve({ outcome: "unavailable", reason: `journal_${outcome.reason}` });
      });
      return promise;
    },
    change: commitEntry,
    condition,
    tellPast: (events) => commitEntry({ kind: "past", at: clinicalClock.now(), events }),
    lag,
    applied: () => applied,
    alertsOf: (patient) => engine.alertsOf(patient),
    rules: () => engine.rules(),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
};
