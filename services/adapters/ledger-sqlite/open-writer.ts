/** The main thread's handle of the writer thread: sends requests, settles them in order, and says what became of each. */
import { Worker } from "node:worker_threads";
import { LedgerError } from "#contracts/errors/ledger.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { AnswerOf, FromWriter, LedgerRequest, ToWriter, WriterSettings } from "./ledger-request.ts";

export interface Writer extends AsyncDisposable {
  /** `settled` runs before the promise resolves and in the order of the calls, so that what is read afterwards is up to date. */
  send<Request extends LedgerRequest>(request: Request, settled?: (answer: AnswerOf<Request>) => void): Promise<AnswerOf<Request>>;
}

interface Waiting {
  readonly done: (answer: unknown) => void;
  readonly failed: (error: LedgerError) => void;
}

export const openWriter = async (settings: WriterSettings, diagnostics?: Diagnostics): Promise<Writer> => {
  const worker = new Worker(new URL("./ledger-worker.ts", import.meta.url), {
    workerData: settings,
    name: "ledger",
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let ended: LedgerError | null = null;
  const exited = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();

  const end = (error: LedgerError): void => {
    ended ??= error;
    ready.reject(ended);
    for (const { failed } of waiting.values()) failed(ended);
    waiting.clear();
  };

  worker.on("message", (message: FromWriter) => {
    if (message.kind === "ready") return ready.resolve();
    if (message.kind === "refused") return end(new LedgerError(message.code, message.detail));
    diagnostics?.observe("homeward_ledger_commit_seconds", message.tookMs / 1_000);
    for (const result of message.results) {
      const call = waiting.get(result.id);
      waiting.delete(result.id);
      if (result.ok) call?.done(result.answer);
      else call?.failed(new LedgerError(result.code, result.detail));
    }
  });
  worker.on("error", (cause) => {
    diagnostics?.error("ledger_writer_failed", {}, cause);
    end(new LedgerError("ledger_failed", "its writer thread ended", { cause }));
  });
  worker.on("exit", () => {
    end(new LedgerError("ledger_closed"));
    exited.resolve();
  });
  await ready.promise;

  const post = (message: ToWriter, moved: readonly ArrayBuffer[] = []): void => worker.postMessage(message, moved);
  return {
    send: (request, settled) => {
      if (ended !== null) return Promise.reject(ended);
      const { promise, resolve, reject } = Promise.withResolvers<AnswerOf<typeof request>>();
      const id = next++;
      waiting.set(id, {
        done: (value) => {
          const answer = value as AnswerOf<typeof request>;
          settled?.(answer);
          resolve(answer);
        },
        failed: reject,
      });
      post({ kind: "request", id, request }, request.kind === "stage" ? [request.parts.bytes.buffer] : []);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      if (ended === null) post({ kind: "close" });
      await exited.promise;
    },
  };
};
