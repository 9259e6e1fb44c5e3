/** Answers calls of the main thread inside a database thread, one after another. */
import { parentPort } from "node:worker_threads";
import type { Call, Reply } from "./wire.ts";

export interface Served {
  readonly value: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

/** `close` ends the thread when asked to. */
export const serveCalls = (position: number, answer: (call: never) => Served, close: () => void): void => {
  const port = parentPort;
  if (port === null) throw new Error("not started as a thread");
  const post = (reply: Reply, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(reply, [...transfer]);
  port.on("message", (message: { readonly id: number; readonly call: Call } | "close") => {
    if (message === "close") {
      close();
      port.close();
      return;
    }
    try {
      const { value, transfer } = answer(message.call as never);
      post({ kind: "answer", id: message.id, value }, transfer);
    } catch (error) {
      const { code, errcode } = error as { readonly code?: string; readonly errcode?: number };
      post({
        kind: "failed",
        id: message.id,
        message: error instanceof Error ? error.message : String(error),
        code: errcode === undefined ? code : `sqlite:${errcode}`,
      });
    }
  });
  post({ kind: "ready", position });
};
