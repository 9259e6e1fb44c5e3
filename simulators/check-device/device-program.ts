/** The device's own program, started in a process group of its own so that kill -9 reaches all of it, and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { DeviceProgram } from "./bench.ts";

export interface RunningProgram extends DeviceProgram, AsyncDisposable {
  /** Its last words, for whoever looks for the reason. */
  readonly lastWords: string;
}

const MOST_WORDS = 2_000;

/** `settings` are added to the environment; `onEnd` hears how it ended when nobody killed it. */
export const startProgram = (command: string, settings: Readonly<Record<string, string>>, onEnd: (how: string) => void): RunningProgram => {
  let child: ChildProcess;
  let lastWords = "";
  let isKilled = false;
  const start = (): void => {
    isKilled = false;
    const started = spawn(command, {
      shell: true,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...settings },
    });
    const listen = (chunk: Buffer): void => {
      lastWords = (lastWords + chunk.toString("utf8")).slice(-MOST_WORDS);
    };
    started.stdout.on("data", listen);
    started.stderr.on("data", listen);
    started.on("error", (error) => onEnd(error.message));
    started.on("exit", (code, signal) => {
      if (!isKilled) onEnd(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
    child = started;
  };
  const kill = async (): Promise<void> => {
    const { pid } = child;
    if (pid === undefined) return;
    isKilled = true;
    const gone = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
    try {
      // The group: the shell and what it started.
      process.kill(-pid, "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
    await gone;
  };
  start();
  return {
    get lastWords() {
      return lastWords.trim();
    },
    restart: async () => {
      await kill();
      start();
    },
    [Symbol.asyncDispose]: kill,
  };
};
