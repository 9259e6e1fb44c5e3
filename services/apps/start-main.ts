/** `npm start`: the demo: everything embedded, seeded people, simulators running, on this machine alone. */
import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DAY, type DurationMs, HOUR, MINUTE } from "#core/time.ts";
import { optional, readOptions, refuseOption } from "#simulators/command-line.ts";
import type { PastNews, PastPlan } from "#simulators/past/past-plan.ts";
import { pastStory, wardDevices } from "./demo/demo-configs.ts";
import { type DemoWorld, PAST_SETTING, PAST_TOLD, PAST_WANTED, seedDemo } from "./demo/seed-demo.ts";
import { settleAfterSleep } from "./demo/settle-after-sleep.ts";
import { root, runServer } from "./run-server.ts";
import type { System } from "./system.ts";

const HELP = `npm start -- [options]

A living ward to look at: embedded broker and store, simulated people and sensors. Loopback only.

  --speed N      clinical time runs N times faster, 1 to 3600 (1)
  --seed N       the same seed tells the same story (1)
  --history SPAN a past of so much at a sample a minute, 1h to 90d, told after the start (24h)
  --quiet-home   no simulators: the people are there, their sensors are yours
  --json         one JSON line on standard output once everything answers
`;

const options = readOptions(HELP, ["speed", "seed", "history"], ["quiet-home", "json"]);
const whole = (name: string, low: number, high: number): number => {
  const text = optional(options, name) ?? "1";
  const value = Number(text);
  return Number.isInteger(value) && value >= low && value <= high
    ? value
    : refuseOption(name, `"${text}" is not a whole number from ${low} to ${high}`);
};
const span = (name: string): DurationMs => {
  const text = optional(options, name) ?? "24h";
  const [, count, unit] = /^(\d{1,4})([hd])$/.exec(text) ?? [];
  const value = Number(count) * (unit === "d" ? DAY : HOUR);
  return value >= HOUR && value <= 90 * DAY ? value : refuseOption(name, `"${text}" is not a span like 24h or 30d, from 1h to 90d`);
};
const speed = whole("speed", 1, 3_600);
const historyMs = span("history");
const quietHome = options["quiet-home"] === true;
const seed = whole("seed", 0, 4_294_967_295);

/** What lies before this start: the whole past once, afterwards the time nobody lived. */
const planPast = async ({ accounts, clinicalClock }: System): Promise<PastPlan> => {
  const now = Math.floor(clinicalClock.now() / MINUTE) * MINUTE;
  if (accounts.setting(PAST_SETTING) === PAST_WANTED) await accounts.putSetting(PAST_SETTING, String(now));
  // Told again after a crash it is the same past: it ends where it ended.
  const anchor = Number(accounts.setting(PAST_SETTING) ?? Number.NaN);
  return Number.isNaN(anchor) ? { anchor: now, historyMs, story: null } : { anchor, historyMs, story: pastStory(anchor) };
};

/** The simulators run beside the server, follow its clock, and end with it. */
const startSimulators = async (system: System, dataDir: string) => {
  const [list, past] = [join(dataDir, "demo-devices.json"), join(dataDir, "demo-past.json")];
  writeFileSync(list, JSON.stringify(wardDevices(world.secretOf)), { mode: 0o600 });
  writeFileSync(past, JSON.stringify(await planPast(system)), { mode: 0o600 });
  const child = fork(
    join(root, "simulators/simulate-main.ts"),
    ["--devices", list, "--past", past, "--mqtt", system.mqtt, "--seed", String(seed), "--state", join(dataDir, "simulators")],
    { stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  const tell = (): void => {
    if (child.connected) child.send({ now: system.clinicalClock.now(), speed });
  };
  tell();
  const telling = setInterval(tell, 1_000);
  const kept: Promise<boolean>[] = [];
  child.on("message", (news: PastNews) => {
    if (news.kind === "past") kept.push(system.tellPast(news.events));
    else
      void Promise.all(kept).then(async (answers) => {
        if (answers.every(Boolean) && system.accounts.setting(PAST_SETTING) !== null)
          await system.accounts.putSetting(PAST_SETTING, PAST_TOLD);
      });
  });
  return async (): Promise<void> => {
    clearInterval(telling);
    if (child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    await ended;
  };
};

let world: DemoWorld = { signIns: [], secretOf: () => "" };
await runServer({
  demo: true,
  speed,
  json: options["json"] === true,
  async beforeListening(config, parts) {
    const { dataDir } = config;
    const now = parts.clinicalClock.now();
    world = await seedDemo({ ...parts, dataDir, now, historyMs: quietHome ? null : historyMs });
    if (!quietHome) await settleAfterSleep({ ...parts, now, livedFile: join(dataDir, "simulators", "lived.json") });
    return world.signIns;
  },
  async furnish(system, config) {
    const close = quietHome ? async () => {} : await startSimulators(system, config.dataDir);
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
        ...(quietHome ? [] : ["One of the patients is getting worse: an alert will appear within two minutes.", ""]),
        "Stop with Ctrl-C.",
      ],
      close,
    };
  },
});
