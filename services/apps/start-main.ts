/** `npm start`: the demo: everything embedded, seeded people, simulators running, on this machine alone. */
import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { optional, readOptions, refuseOption } from "#simulators/command-line.ts";
import { type DemoWorld, seedDemo } from "./demo/seed-demo.ts";
import { root, runServer } from "./run-server.ts";
import type { System } from "./system.ts";

const HELP = `npm start -- [options]

A living ward to look at: embedded broker and store, simulated people and sensors. Loopback only.

  --speed N      clinical time runs N times faster, 1 to 3600 (1)
  --seed N       the same seed tells the same story (1)
  --quiet-home   no simulators: the people are there, their sensors are yours
  --json         one JSON line on standard output once everything answers
`;

const options = readOptions(HELP, ["speed", "seed"], ["quiet-home", "json"]);
const whole = (name: string, low: number, high: number): number => {
  const text = optional(options, name) ?? "1";
  const value = Number(text);
  return Number.isInteger(value) && value >= low && value <= high
    ? value
    : refuseOption(name, `"${text}" is not a whole number from ${low} to ${high}`);
};
const speed = whole("speed", 1, 3_600);
const seed = whole("seed", 0, 4_294_967_295);

/** The simulators run beside the server, follow its clock, and end with it. */
const startSimulators = (system: System, dataDir: string, devices: readonly unknown[]) => {
  const list = join(dataDir, "demo-devices.json");
  writeFileSync(list, JSON.stringify(devices), { mode: 0o600 });
  const child = fork(
    join(root, "simulators/simulate-main.ts"),
    ["--devices", list, "--mqtt", system.mqtt, "--seed", String(seed), "--state", join(dataDir, "simulators")],
    { stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  const tell = (): void => {
    if (child.connected) child.send({ now: system.clinicalClock.now(), speed });
  };
  tell();
  const telling = setInterval(tell, 1_000);
  return async (): Promise<void> => {
    clearInterval(telling);
    if (child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    await ended;
  };
};

let world: DemoWorld = { signIns: [], devices: [] };
await runServer({
  demo: true,
  speed,
  json: options["json"] === true,
  async beforeListening(config, parts) {
    world = await seedDemo({ ...parts, dataDir: config.dataDir, now: parts.clinicalClock.now() });
    return world.signIns;
  },
  async furnish(system, config) {
    const close = options["quiet-home"] === true ? async () => {} : startSimulators(system, config.dataDir, world.devices);
    const widest = Math.max(...world.signIns.map(({ username }) => username.length));
    return {
      json: { users: world.signIns.map(({ username, password, roles, institution }) => ({ username, password, roles, institution })) },
      lines: [
        "",
        `Homeward is running: ${system.http}`,
        `MQTT broker:         ${system.mqtt}`,
        `Data directory:      ${config.dataDir}`,
        "",
        "A demonstration: people and data are simulated. Not a medical device.",
        "Sign-ins:",
        ...world.signIns.map(
          ({ username, password, roles, institution }) => `  ${username.padEnd(widest)}  ${password}  ${roles.join(", ")} · ${institution}`,
        ),
        "",
        "Stop with Ctrl-C.",
      ],
      close,
    };
  },
});
