/** Every publisher of docs/examples passes check-device, kill -9 included, where its tools are on the machine; else it says what is missing. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const execute = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const example = (name: string): string => join(root, "docs/examples", name);
const quoted = (path: string): string => `"${path}"`;

interface Tools {
  /** The command that runs the publisher, once made. */
  readonly command: string;
}

const works = async (command: string, ...args: string[]): Promise<boolean> => {
  try {
    await execute(command, args);
    return true;
  } catch {
    return false;
  }
};

const withPython = async (): Promise<Tools | string> => {
  for (const python of ["python3", "/usr/bin/python3"]) {
    if (await works(python, "-c", "import paho.mqtt.client")) return { command: `${python} ${quoted(example("publisher.py"))}` };
  }
  return "no python3 with paho-mqtt: apt-get install python3-paho-mqtt";
};

const withCompiler = async (folder: string): Promise<Tools | string> => {
  const program = join(folder, "publisher");
  const includes = "#include <mosquitto.h>";
  if (!(await works("sh", "-c", `echo '${includes}' | g++ -E -x c++ - >/dev/null`))) {
    return "no g++ with libmosquitto: apt-get install g++ libmosquitto-dev";
  }
  await execute("g++", ["-Wall", "-Wextra", "-Werror", "-I", example("pc"), "-o", program, example("pc/main.cpp"), "-lmosquitto"]);
  return { command: quoted(program) };
};

const publishers: readonly (readonly [string, (folder: string) => Promise<Tools | string>])[] = [
  ["publisher.ts", () => Promise.resolve({ command: `${quoted(process.execPath)} ${quoted(example("publisher.ts"))}` })],
  ["publisher.py", withPython],
  ["publisher.ino", withCompiler],
];

describe("a publisher of docs/examples passes check-device", () => {
  test.each(publishers)("%s", async (name, find) => {
    const folder = await mkdtemp(join(tmpdir(), "publisher-"));
    try {
      const tools = await find(folder);
      if (typeof tools === "string") {
        process.stderr.write(`${name} was not run: ${tools}\n`);
        return;
      }
      const args = [join(root, "simulators/check-device-main.ts"), "--port", "0", "--run", `exec ${tools.command}`];
      const { stdout } = await execute(process.execPath, args, { cwd: folder }).catch((error: { stdout: string; stderr: string }) => error);
      process.stdout.write(`${name}${stdout}`);
      expect(stdout).toContain("passed: 22 ok, 0 failed, 1 not seen");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
