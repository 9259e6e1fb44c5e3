/** Starts a real Mosquitto with the shipped configuration and script on a free port and in a folder of its own, and stops it by its process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { repository } from "./start-homeward.ts";

const INSTALL = "apt-get install -y mosquitto mosquitto-clients";
const PLUGIN = "mosquitto_dynamic_security.so";
const SERVER = { username: "homeward", password: "the-server's-own-password" };

export interface Mosquitto extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  /** The sign-in made at the first start. */
  readonly username: string;
  readonly password: string;
  readonly log: () => string;
  /** SIGTERM: it writes out what it has. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Again, on the same port and folder. */
  start(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const onPath = (program: string): string => {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const given = process.env["MOSQUITTO"];
  const found = [...(given === undefined || program !== "mosquitto" ? [] : [given]), ...folders.map((folder) => join(folder, program))];
  const file = found.find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${program} is not installed. Install it: ${INSTALL}`);
  return file;
};

const findPlugin = async (): Promise<string> => {
  const architectures = (await readdir("/usr/lib")).map((name) => `/usr/lib/${name}`);
  const found = ["/usr/lib", "/usr/local/lib", ...architectures].map((folder) => join(folder, PLUGIN)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${PLUGIN} is not installed. Install it: ${INSTALL}`);
  return found;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
};

export interface MosquittoOptions {
  /** Lines of the shipped configuration to replace, by their first word. */
  readonly changes?: Readonly<Record<string, string>>;
  /** The plugin's file of an earlier one; absent: a first start. */
  readonly seed?: string;
}

export const startMosquitto = async ({ changes = {}, seed }: MosquittoOptions = {}): Promise<Mosquitto> => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-mosquitto-"));
  const port = await freePort();
  const conf = join(folder, "mosquitto.conf");
  const here: Readonly<Record<string, string>> = {
    listener: `${port} 127.0.0.1`,
    plugin: await findPlugin(),
    plugin_opt_config_file: join(folder, "dynamic-security.json"),
    persistence_location: `${folder}/`,
    ...changes,
  };
  const shipped = await readFile(join(repository, "deploy/mosquitto/mosquitto.conf"), "utf8");
  const lines = shipped.split("\n").map((line) => {
    const word = line.split(" ")[0] ?? "";
    return here[word] === undefined ? line : `${word} ${here[word]}`;
  });
  // Started by root it would change to a user that may not write in this folder.
  await writeFile(conf, [...lines, ...(userInfo().uid === 0 ? ["user root"] : [])].join("\n"));
  await writeFile(join(folder, "password"), SERVER.password);
  if (seed !== undefined) await writeFile(join(folder, "dynamic-security.json"), seed);
  const path = [join(onPath("mosquitto"), ".."), join(onPath("mosquitto_ctrl"), ".."), process.env["PATH"] ?? ""].join(delimiter);

  let child: ChildProcess;
  let log = "";
  const start = async (): Promise<void> => {
    child = spawn(join(repository, "deploy/mosquitto/start.sh"), [conf], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: path, MQTT_USERNAME: SERVER.username, MQTT_PASSWORD_FILE: join(folder, "password") },
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    child.stderr?.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-100_000)));
    await answers(port, child, () => log);
  };
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    await ended;
  };
  try {
    await start();
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw cause;
  }
  return {
    url: `mqtt://127.0.0.1:${port}`,
    folder,
    get pid() {
      return child.pid as number;
    },
    ...SERVER,
    log: () => log,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    start,
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Resolves when it takes connections. */
const answers = async (port: number, child: ChildProcess, log: () => string): Promise<void> => {
  const from = performance.now();
  while (child.exitCode === null && performance.now() - from < 20_000) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`mosquitto does not answer: ${log()}`);
};
