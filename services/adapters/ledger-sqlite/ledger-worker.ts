/** The writer thread: what waits is written in one transaction, each request in its own savepoint, under the fence raised at opening. */
import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { LedgerError } from "#contracts/errors/ledger.ts";
import type { FromWriter, LedgerRequest, Settled, ToWriter, WriterSettings } from "./ledger-request.ts";
import { migrate } from "./schema.ts";
import { WRITES } from "./sql-writes.ts";
import { createStatements } from "./statements.ts";
import { writeAudit, writeInstitution, writeSession, writeUser } from "./write-accounts.ts";
import { dropUnfinished, stageParts } from "./write-checkpoint.ts";
import { writeCommit } from "./write-commit.ts";
import { endWebhook, enqueue, recordAttempt, replayDelivery, subscribe } from "./write-deliveries.ts";

/** At most this many requests in one transaction, so that none waits long for the others. */
const GROUP = 1_000;

const port = parentPort;
if (port === null) throw new Error("ledger-worker.ts runs as a worker thread only");
const { file, feedKept } = workerData as WriterSettings;
const tell = (message: FromWriter): void => port.postMessage(message);

const open = (): DatabaseSync => {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  // Password hashes and webhook secrets: for the server's user alone. What SQLite puts beside the file takes its mode.
  chmodSync(file, 0o600);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = OFF;");
  migrate(db);
  return db;
};

const serve = (db: DatabaseSync): void => {
  const statements = createStatements(db);
  const fence = Number(statements.get(WRITES.raiseFence)?.["value"]);
  // After the fence: nobody else can stage any more.
  dropUnfinished(statements);

  const apply = (request: LedgerRequest): unknown => {
    switch (request.kind) {
      case "commit":
        return writeCommit(statements, request, feedKept);
      case "stage":
        return stageParts(statements, request);
      case "institution":
        return writeInstitution(statements, request);
      case "user":
        return writeUser(statements, request.user);
      case "session":
        return writeSession(statements, request.session, request.wallNow);
      case "end-session":
        return void statements.run(WRITES.endSession, request.tokenHash);
      case "end-sessions":
        return void statements.run(WRITES.endSessionsOf, request.user);
      case "setting":
        return void statements.run(WRITES.putSetting, request.key, request.value);
      case "audit":
        return writeAudit(statements, request);
      case "subscribe":
        return subscribe(statements, request);
      case "end-webhook":
        return endWebhook(statements, request);
      case "attempt":
        return recordAttempt(statements, request);
      case "enqueue":
        return enqueue(statements, request);
      case "replay":
        return replayDelivery(statements, request);
    }
  };

  const applyAlone = (id: number, request: LedgerRequest): Settled => {
    db.exec("SAVEPOINT one");
    try {
      const answer = apply(request);
      db.exec("RELEASE one");
      return { id, ok: true, answer };
    } catch (cause) {
      // A full disk ends the whole transaction: then nothing of the group stands.
      if (!db.isTransaction) throw cause;
      db.exec("ROLLBACK TO one; RELEASE one");
      return { id, ok: false, code: "ledger_failed", detail: String(cause) };
    }
  };

  type Asked = Extract<ToWriter, { kind: "request" }>;
  const commitGroup = (group: readonly Asked[]): Settled[] => {
    try {
      if (db.isTransaction) db.exec("ROLLBACK");
      db.exec("BEGIN IMMEDIATE");
      if (Number(statements.get(WRITES.fence)?.["value"]) !== fence) throw new LedgerError("ledger_fenced");
      const results = group.map(({ id, request }) => applyAlone(id, request));
      db.exec("COMMIT");
      return results;
    } catch (cause) {
      try {
        if (db.isTransaction) db.exec("ROLLBACK");
      } catch {
        // A disk that fails may refuse this too; it is tried again before the next transaction.
      }
      const code = cause instanceof LedgerError ? cause.code : "ledger_failed";
      return group.map(({ id }) => ({ id, ok: false, code, detail: String(cause) }));
    }
  };

  port.on("message", (first: ToWriter) => {
    const waiting: ToWriter[] = [first];
    for (;;) {
      while (waiting.length < GROUP) {
        const next = receiveMessageOnPort(port);
        if (next === undefined) break;
        waiting.push(next.message as ToWriter);
      }
      if (waiting.length === 0) return;
      const started = performance.now();
      const taken = waiting.splice(0);
      const group = taken.filter((message) => message.kind === "request");
      if (group.length > 0) tell({ kind: "settled", results: commitGroup(group), tookMs: performance.now() - started });
      if (group.length < taken.length) {
        db.close();
        port.close();
        return;
      }
    }
  });
};

try {
  const db = open();
  serve(db);
  tell({ kind: "ready" });
} catch (cause) {
  const code = cause instanceof LedgerError ? cause.code : "ledger_failed";
  tell({ kind: "refused", code, detail: String(cause) });
  port.close();
}
