/** Starts a real InfluxDB 2 in a folder of its own, on a free port, and stops it by its process id whatever happens. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Influxd {
  readonly url: string;
  readonly org: string;
  /** May do everything. */
  readonly token: string;
  readonly folder: string;
  /** A call of the administration interface. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  makeBucket(name: string, retentionSeconds?: number): Promise<string>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** After `kill`: the same data, the same port. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** `INFLUXD`, else what the PATH has. */
const binary = (): string => {
  const named = process.env["INFLUXD"];
  const program = named === undefined || named === "" ? "influxd" : named;
  if (spawnSync(program, ["version"]).status !== 0)
    throw new Error("InfluxDB 2 is missing: install the package influxdb2 (https://docs.influxdata.com), or name the program in INFLUXD");
  return program;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};

const ORG = "homeward";
const TOKEN = "all-access-of-this-test";

export const startInfluxd = async ({ setUp = true }: { readonly setUp?: boolean } = {}): Promise<Influxd> => {
  const program = binary();
  const folder = await mkdtemp(join(tmpdir(), "homeward-influxd-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ReturnType<typeof spawn> | null = null;

  const killNow = (): void => void child?.kill("SIGKILL");
  process.once("exit", killNow);

  const start = async (): Promise<void> => {
    const started = spawn(
      program,
      [
        ["--http-bind-address", `127.0.0.1:${port}`],
        ["--bolt-path", join(folder, "influxd.bolt")],
        ["--sqlite-path", join(folder, "influxd.sqlite")],
        ["--engine-path", join(folder, "engine")],
        ["--log-level", "error", "--reporting-disabled"],
      ].flat(),
      { stdio: "ignore" },
    );
    child = started;
    for (;;) {
      if (started.exitCode !== null) throw new Error(`influxd ended with ${started.exitCode}`);
      const answer = await fetch(`${url}/health`).catch(() => null);
      if (answer?.ok === true) return;
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  };
  const kill = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  const call: Influxd["call"] = async (method, path, body) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Token ${TOKEN}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : (JSON.parse(text) as unknown);
  };
  const stop = async (): Promise<void> => {
    await kill();
    process.removeListener("exit", killNow);
    await rm(folder, { recursive: true, force: true });
  };

  let orgID = "";
  try {
    await start();
    if (setUp) {
      const made = (await call("POST", "/api/v2/setup", {
        username: "admin",
        password: "of-this-test",
        org: ORG,
        bucket: "first",
        token: TOKEN,
      })) as {
        readonly org: { readonly id: string };
      };
      orgID = made.org.id;
    }
  } catch (cause) {
    await stop();
    throw cause;
  }
  return {
    url,
    org: ORG,
    token: TOKEN,
    folder,
    call,
    async makeBucket(name, retentionSeconds = 0) {
      const retentionRules = retentionSeconds === 0 ? [] : [{ type: "expire", everySeconds: retentionSeconds }];
      const made = (await call("POST", "/api/v2/buckets", { orgID, name, retentionRules })) as { readonly id: string };
      return made.id;
    },
    kill,
    start,
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    stop,
  };
};
