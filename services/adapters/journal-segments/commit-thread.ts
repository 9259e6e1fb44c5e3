/** The journal's end of the worker thread: one commit at a time, and a dead thread is a failed commit, not a silence. */
import { Worker } from "node:worker_threads";
import type { CommitReply, CommitRequest } from "#adapters/journal-segments/commit-protocol.ts";

export interface CommitThread {
  /** At most one at a time; `done` is always called. A thread that died is started anew by the next commit, without an open segment. */
  commit(request: CommitRequest, done: (reply: CommitReply) => void): void;
  close(): Promise<void>;
}

export const startCommitThread = (): CommitThread => {
  let worker: Worker | null = null;
  let waiting: ((reply: CommitReply) => void) | null = null;
  let closing = false;

  const answer = (reply: CommitReply): void => {
    const done = waiting;
    waiting = null;
    done?.(reply);
  };
  const start = (): Worker => {
    const started = new Worker(new URL("./journal-worker.ts", import.meta.url), {
      name: "journal",
      // It holds one commit at a time.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    let problem = "the journal's thread ended";
    started.on("message", answer);
    started.on("error", (cause) => (problem = cause instanceof Error ? cause.message : String(cause)));
    started.on("exit", () => {
      if (worker === started) worker = null;
      if (!closing) answer({ ok: false, buffer: new ArrayBuffer(0), code: "thread", message: problem });
    });
    return started;
  };
  worker = start();

  return {
    commit: (request, done) => {
      waiting = done;
      worker ??= start();
      worker.postMessage(request, [request.buffer]);
    },
    close: async () => {
      closing = true;
      const ending = worker;
      if (ending === null) return;
      const ended = new Promise((resolve) => ending.once("exit", resolve));
      ending.postMessage("close");
      await ended;
    },
  };
};
