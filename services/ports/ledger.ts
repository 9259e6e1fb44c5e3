/** Port: the durable, transactional record of alerts, acts, deliveries and positions. One writer, guarded by a fencing number. */
import type { Grant } from "#core/access/visibility.ts";
import type { Alert, AlertStatus, Severity } from "#core/alerts/alert.ts";
import type { ActRecorded, AlertTransition, EngineEvent } from "#core/rules/engine-event.ts";
import type { EngineCheckpoint } from "#core/rules/engine.ts";
import type { AlertId, DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { ChangeEntry, DataGapEntry, StatusEntry } from "#core/journal-entry.ts";
import type { RuleLimits, RuleVersion } from "#core/rules/rule.ts";
import type { Tier } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";
import type { Position } from "#ports/journal.ts";

/** Place in the live feed: rises with every transition committed, never reused; the `cursor` of the contract is its decimal text. */
export type FeedCursor = number;

export interface FeedEvent {
  readonly cursor: FeedCursor;
  readonly kind: "alert" | "device" | "system" | "referral";
  readonly at: EpochMs;
  readonly patient: PatientId | null;
  readonly institution: InstitutionId | null;
  /** The frame's own member: `{version, alert}` for alerts. */
  readonly payload: unknown;
}

export interface LedgerCommit {
  /** Where the checkpoint stands: everything up to here is in it, a restart replays from the next entry on. */
  readonly position: Position;
  readonly events: readonly EngineEvent[];
  readonly changes: readonly (ChangeEntry | StatusEntry | DataGapEntry)[];
  /** What was staged becomes the checkpoint, together with `position`. */
  readonly adopt: boolean;
}

export interface CommittedEvents {
  /** Feed events newly written; an event whose key was already there is left out. */
  readonly feed: readonly FeedEvent[];
  /** True when deliveries were queued: wake the dispatcher. */
  readonly queued: boolean;
}

export interface AlertFilter {
  readonly status?: readonly AlertStatus[];
  readonly severity?: readonly Severity[];
  readonly tier?: readonly Tier[];
  readonly patients?: readonly PatientId[];
  /** Conditions of these institutions that belong to no patient are included. */
  readonly institutions?: readonly InstitutionId[];
  /** With `patients`: conditions that belong to no institution either, such as an unknown device, are included. */
  readonly unowned?: boolean;
  readonly limit: number;
  readonly before?: string;
}

/**
 * Guarantees
 * - `commit` is one transaction with `synchronous=FULL`: alerts, acts, feed, outbox, registry changes, position and the step from one
 *   checkpoint to the next together or not at all.
 *   Calls made while one runs are committed together, in order. Events already committed (same key) change nothing.
 * - `stage` keeps parts of the next checkpoint; nobody sees them before a commit adopts all of them at once, over those adopted before.
 *   What was staged and not adopted is gone when the ledger is opened again. Staged again, a part replaces itself.
 * - A second process that opened the same ledger later makes this one's commits fail (`fenced`).
 * - Reads see every commit that resolved before they were called.
 */
export interface Ledger extends AsyncDisposable {
  commit(work: LedgerCommit): Promise<CommittedEvents>;
  stage(parts: readonly EngineCheckpoint[]): Promise<void>;
  position(): Position;
  /** The adopted parts, newest of each key. */
  checkpoints(): Iterable<{ readonly key: string; readonly bytes: Uint8Array }>;
  alert(id: AlertId): Alert | null;
  alerts(filter: AlertFilter): { readonly items: Alert[]; readonly next: string | null };
  /** Not closed, newest first, for snapshots. */
  openAlerts(): Alert[];
  acts(alert: AlertId): ActRecorded[];
  transitions(alert: AlertId): AlertTransition[];
  feedAfter(cursor: FeedCursor, limit: number): FeedEvent[];
  /** Newest cursor and the oldest still kept. */
  feedBounds(): { readonly newest: FeedCursor; readonly oldest: FeedCursor };
  rules(): RuleVersion[];
  limitsOf(patient: PatientId): ReadonlyMap<string, RuleLimits>;
  grants(): readonly Grant[];
  /** Numbers this device will never send, newest first, at most 100 (invariant I2). */
  dataGaps(device: DeviceId): readonly DataGapEntry[];
  ruleNotes(patient: PatientId): readonly { readonly rule: string; readonly note: string }[];
}
