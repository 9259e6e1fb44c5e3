/** Starts the real server as a child process on free ports and a folder of its own, and stops it by its process id, also after a failure. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export interface StartOptions {
  readonly command?: "start" | "serve";
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Kept by the caller: for restarts on the same data. */
  readonly dataDir?: string;
  /** Words put before the command, e.g. `strace …`. */
  readonly wrapper?: readonly string[];
  /** Options of Node itself, e.g. `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

export interface Homeward extends AsyncDisposable {
  readonly http: string;
  readonly mqtt: string;
  readonly dataDir: string;
  readonly users: readonly {
    readonly username: string;
    readonly password: string;
    readonly roles: readonly string[];
    readonly institution: string;
  }[];
  /** Everything on standard output before and with the ready line. */
  readonly lines: readonly string[];
  readonly pid: number;
  readonly errors: () => string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
}

export const repository = resolve(import.meta.dirname, "../..");
/** What an issue calls 20 s, five times as long: machines are shared. */
const READY_WITHIN_MS = 100_000;

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs the command to its end: for starts that must be refused. */
export const runHomeward = async (
  options: StartOptions,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "homeward-")));
  const child = launch(options, dataDir);
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const code = await ended(child);
  if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  return { code, out, err };
};

export const startHomeward = async (options: StartOptions = {}): Promise<Homeward> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "homeward-")));
  const child = launch({ ...options, args: ["--json", ...(options.args ?? [])] }, dataDir);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000);
  });
  const lines: string[] = [];
  const ready = new Promise<{ http: string; mqtt: string; users?: Homeward["users"] }>((resolveReady, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${READY_WITHIN_MS} ms: ${errors}`)), READY_WITHIN_MS);
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      lines.push(line);
      if (!line.startsWith('{"ready":true')) return;
      clearTimeout(timer);
      resolveReady(JSON.parse(line) as { http: string; mqtt: string; users?: Homeward["users"] });
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before it was ready: ${errors}`));
    });
  });
  const cleanUp = async (): Promise<void> => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const { http, mqtt, users = [] } = await ready;
    const stop = async (): Promise<number | null> => {
      if (child.exitCode === null) child.kill("SIGTERM");
      return ended(child);
    };
    return {
      http,
      mqtt,
      dataDir,
      users,
      lines,
      pid: child.pid as number,
      errors: () => errors,
      stop,
      async kill() {
        child.kill("SIGKILL");
        await ended(child);
      },
      async [Symbol.asyncDispose]() {
        await stop();
        await cleanUp();
      },
    };
  } catch (cause) {
    child.kill("SIGKILL");
    await cleanUp();
    throw cause;
  }
};

/** The flags of Node that the package's own script gives it: what is tested and measured is what people start. */
const startFlags = (command: "start" | "serve"): string[] => {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { scripts: Record<string, string> };
  return scripts[command]?.split(" ").filter((word) => word.startsWith("--")) ?? [];
};

const launch = (options: StartOptions, dataDir: string): ChildProcess => {
  const [program, ...rest] = [
    ...(options.wrapper ?? []),
    process.execPath,
    ...startFlags(options.command ?? "start"),
    ...(options.nodeOptions ?? []),
    join(repository, "services/apps/launch.mjs"),
    options.command ?? "start",
    ...(options.args ?? []),
  ];
  const child = spawn(program as string, rest, {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOMEWARD_HTTP_PORT: "0", HOMEWARD_MQTT_PORT: "0", HOMEWARD_DATA_DIR: dataDir, ...options.env },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
};

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolveEnd) => {
    if (child.exitCode !== null || child.signalCode !== null) resolveEnd(child.exitCode);
    else child.once("exit", (code) => resolveEnd(code));
  });
