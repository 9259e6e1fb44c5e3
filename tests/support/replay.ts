/** Runs `npm run replay` as a child and reads its last line. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { repository } from "./start-homeward.ts";

export interface Replayed {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly sent: number;
  readonly receipted: number;
}

/** `options` as `--name value`; `stopAfterMs` sends SIGINT on the way. */
export const replay = (options: Readonly<Record<string, string>>, onStart?: (stop: () => void) => void): Promise<Replayed> =>
  new Promise((resolve) => {
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(process.execPath, [join(repository, "simulators/replay-main.ts"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.once("exit", (code) => {
      const [, sent = "0", , receipted = "0"] = /sent (\d+) samples in (\d+) messages, \d+ acknowledged, (\d+) receipted/.exec(out) ?? [];
      resolve({ code, out, err, sent: Number(sent), receipted: Number(receipted) });
    });
    onStart?.(() => child.kill("SIGINT"));
  });
