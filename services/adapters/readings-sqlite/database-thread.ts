/** A database thread as the main thread sees it: calls with answers, started again when it died. */
import { Worker } from "node:worker_threads";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Answers, Call, Reply } from "./wire.ts";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export interface DatabaseThread extends AsyncDisposable {
  /** Rejects when the statement failed or the thread ended. Calls are carried out in order. */
  call<Kind extends Call["kind"]>(call: Extract<Call, { kind: Kind }>, transfer?: readonly ArrayBuffer[]): Promise<Answers[Kind]>;
  /** Starts the thread again when it ended; until then `generation` is -1. */
  revive(): Promise<void>;
  /** Position stored when the thread last started. */
  readonly position: number;
  /** Rises with every start: what a thread was told before is forgotten. */
  readonly generation: number;
}

/** Opens when the thread answered that its database is open. */
export const openDatabaseThread = async (script: URL, file: string, diagnostics?: Diagnostics): Promise<DatabaseThread> => {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let starting: Promise<void> | null = null;
  let closing = false;
  let lastId = 0;
  let position = 0;
  let generation = 0;

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = new Worker(script, {
        workerData: { file },
        resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 },
      });
      let cause: unknown;
      started.on("message", (reply: Reply) => {
        if (reply.kind === "ready") {
          worker = started;
          position = reply.position;
          generation += 1;
          resolve();
          return;
        }
        const call = waiting.get(reply.id);
        waiting.delete(reply.id);
        if (reply.kind === "answer") call?.resolve(reply.value as never);
        else call?.reject(Object.assign(new Error(`readings: ${reply.message}`), { code: reply.code }));
      });
      started.on("error", (error) => {
        cause = error;
      });
      started.on("exit", () => {
        const error = new Error("the thread of the readings ended", { cause });
        reject(error);
        if (worker !== started) return;
        worker = null;
        if (!closing) diagnostics?.error("readings_thread_ended", {}, cause);
        for (const call of waiting.values()) call.reject(error);
        waiting.clear();
      });
    });

  const revive = async (): Promise<void> => {
    if (worker !== null || closing) return;
    starting ??= start().finally(() => {
      starting = null;
    });
    await starting;
  };

  await start();
  return {
    revive,
    async call(call, transfer = []) {
      if (worker === null) await revive();
      if (closing) throw new Error("the readings are closed");
      const target = worker;
      if (target === null) throw new Error("the thread of the readings ended");
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        target.postMessage({ id, call }, [...transfer]);
      });
    },
    get position() {
      return position;
    },
    get generation() {
      return worker === null ? -1 : generation;
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      const ending = worker;
      if (ending === null) return;
      const ended = new Promise<void>((resolve) => {
        ending.once("exit", () => resolve());
      });
      ending.postMessage("close");
      await ended;
    },
  };
};
