/** Opens `ledger.sqlite`: ledger, registry, accounts and outbox on one file, one writer thread and one read-only connection. */
import { DatabaseSync } from "node:sqlite";
import type { AlertId } from "#core/ids.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { EpochMs } from "#core/time.ts";
import type { Accounts } from "#ports/accounts.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { FeedEvent, Ledger, LedgerCommit } from "#ports/ledger.ts";
import type { Outbox } from "#ports/outbox.ts";
import type { Registry } from "#ports/registry.ts";
import { createAccounts } from "./create-accounts.ts";
import { createOutbox } from "./create-outbox.ts";
import { openWriter } from "./open-writer.ts";
import { packCheckpoints } from "./packed-checkpoints.ts";
import { createLedgerReads } from "./read-ledger.ts";
import { createRegistryProjection } from "./registry-projection.ts";
import { createStatements } from "./statements.ts";
import { devicePayload } from "./write-commit.ts";

export interface LedgerSqliteOptions {
  readonly file: string;
  /** Wall clock: deliveries and sessions are transport, never clinical time (semantics 3.2). */
  readonly now: () => EpochMs;
  readonly randomId: () => string;
  readonly diagnostics?: Diagnostics;
  /** Where a clinician reads the alert; stands in webhooks. */
  readonly alertUrl?: (alert: AlertId) => string;
  /** Feed events kept for viewers that were away. */
  readonly feedKept?: number;
}

export interface LedgerSqlite extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly outbox: Outbox;
}

const FEED_KEPT = 200_000;

const toFeedEvent = (event: EngineEvent | undefined, cursor: number): FeedEvent | null => {
  if (event?.kind === "alert") {
    const { alert } = event;
    const { patient, institution, version } = alert;
    return { cursor, kind: "alert", at: event.at, patient, institution, payload: { version, alert } };
  }
  if (event?.kind !== "device-presence") return null;
  const { at, patient, institution } = event;
  return { cursor, kind: "device", at, patient, institution, payload: devicePayload(event) };
};

export const openLedgerSqlite = async (options: LedgerSqliteOptions): Promise<LedgerSqlite> => {
  const { file, now, randomId, diagnostics, alertUrl = (id) => `/alerts/${id}`, feedKept = FEED_KEPT } = options;
  const writer = await openWriter({ file, feedKept }, diagnostics);
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const statements = createStatements(db);
  const { registry, apply } = createRegistryProjection(statements);
  const { refreshGrants, ...reads } = createLedgerReads(statements);

  const commit = async (work: LedgerCommit): ReturnType<Ledger["commit"]> => {
    const events = work.events.filter((event) => event.kind !== "act-outcome");
    const urls = events.map((event) => (event.kind === "alert" && event.type !== null ? alertUrl(event.alert.id) : ""));
    const { fresh, queued } = await writer.send(
      {
        kind: "commit",
        work: { ...work, events },
        urls,
        wallNow: now(),
      },
      ({ grantsChanged }) => {
        for (const change of work.changes) apply(change);
        if (grantsChanged) refreshGrants();
      },
    );
    const feed = fresh.map(([index, cursor]) => toFeedEvent(events[index], cursor)).filter((event) => event !== null);
    return { feed, queued };
  };

  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await writer[Symbol.asyncDispose]();
    db.close();
  };
  const dispose = (): Promise<void> => (closing ??= close());

  return {
    ledger: {
      ...reads,
      commit,
      stage: (parts) => writer.send({ kind: "stage", parts: packCheckpoints(parts) }),
      [Symbol.asyncDispose]: dispose,
    },
    registry,
    accounts: createAccounts(statements, writer, now),
    outbox: createOutbox(statements, writer, randomId),
    [Symbol.asyncDispose]: dispose,
  };
};
