/** `npm run check-device`: puts a device through a conformance run and says what it does right, what not, and what to do next. */
import { randomBytes } from "node:crypto";
import { Examination } from "./check-device/examination.ts";
import { startProgram, type RunningProgram } from "./check-device/device-program.ts";
import { openBench } from "./check-device/open-bench.ts";
import { describeVerdict, hasPassed, verdictAsJson } from "./check-device/verdict.ts";
import { complain, endQuietlyOnBrokenPipe, optional, readOptions, refuse, refuseOption, topicPart } from "./command-line.ts";

const HELP = `npm run check-device -- [options]

Opens a broker that expects one device, puts the device through a run (sign-in, numbers, receipts, a cut,
missing, void, clock) and prints one line for each check. Point your device at the address it prints, or let
it start the device's program. Exit code 0: passed; 1: something failed or was not seen.

  --run "COMMAND"   starts the device's program with HOMEWARD_MQTT_URL, HOMEWARD_SITE, HOMEWARD_DEVICE and
                    HOMEWARD_SECRET in its environment, and checks a kill -9 and a new start too
  --site H --device D --secret S    whom to expect; made up and printed unless given
  --host ADDRESS    where to listen: 127.0.0.1 unless given
  --port N          1884, with --run a free one, unless given; 0 picks a free one
  --patience N      seconds to wait for one thing to happen (30); longer for a device that measures seldom
  --within N        seconds for everything (8 times the patience)
  --json            one JSON object on standard output

What each check asks for: docs/devices.md. Devices to begin from: docs/examples.
`;

const options = readOptions(HELP, ["site", "device", "secret", "host", "port", "run", "patience", "within"], ["json"]);

const number = (name: "port" | "patience" | "within", otherwise: number, least: number, most: number): number => {
  const value = Number(optional(options, name) ?? otherwise);
  const isWhole = Number.isInteger(value) && value >= least && value <= most;
  return isWhole ? value : refuseOption(name, `"${optional(options, name)}" is not a whole number from ${least} to ${most}`);
};

const main = async (): Promise<number> => {
  endQuietlyOnBrokenPipe();
  const site = topicPart(options, "site", "bench");
  const device = topicPart(options, "device", "device-under-test");
  const secret = optional(options, "secret") ?? randomBytes(16).toString("base64url");
  if (secret === "") refuseOption("secret", "is empty");
  const host = optional(options, "host") ?? "127.0.0.1";
  const patience = number("patience", 30, 1, 86_400);
  const within = number("within", 8 * patience, 1, 864_000);
  const command = optional(options, "run");
  if (command?.trim() === "") refuseOption("run", "is empty");
  const port = number("port", command === undefined ? 1_884 : 0, 0, 65_535);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  await using bench = await openBench({ host, port, site, device, secret }).catch((cause: Error) =>
    refuse("check_device_cannot_listen", `cannot listen on ${host} port ${port}: ${cause.message}`),
  );
  const settings = { HOMEWARD_MQTT_URL: bench.url, HOMEWARD_SITE: site, HOMEWARD_DEVICE: device, HOMEWARD_SECRET: secret };
  if (/^(0\.0\.0\.0|::)$/.test(host)) say("listening on every address of this machine: give the device the one in its network");
  if (command === undefined) for (const [name, value] of Object.entries(settings)) say(`${name}=${value}`);
  // Opened before the program starts: its first sign-in is refused.
  const begun = performance.now();
  const onStep = (text: string): void => say(`${((performance.now() - begun) / 1_000).toFixed(1).padStart(6)} s of ${within} s  ${text}`);
  let program: RunningProgram | undefined;
  const later = { restart: async () => program?.restart() };
  const examination = new Examination(bench, {
    site,
    device,
    patienceMs: patience * 1_000,
    withinMs: within * 1_000,
    onStep,
    ...(command === undefined ? {} : { program: later }),
  });
  if (command !== undefined)
    program = startProgram(command, settings, (how) =>
      complain("check_device_program_ended", `the device's program ended by itself: ${how}`),
    );
  await using _program = program ?? { [Symbol.asyncDispose]: async () => undefined };
  const stop = Promise.withResolvers<"stopped">();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.resolve("stopped"));
  const findings = await Promise.race([examination.run(), stop.promise]);
  if (findings === "stopped") {
    complain("check_device_stopped", "stopped before the verdict");
    return 130;
  }
  const passed = hasPassed(findings);
  if (!passed && program !== undefined && program.lastWords !== "") say(`the last it said:\n${program.lastWords}`);
  process.stdout.write(options["json"] === true ? `${verdictAsJson(device, findings)}\n` : `\n${describeVerdict(device, findings)}`);
  return passed ? 0 : 1;
};

process.exitCode = await main();
// Timers of the broker must not keep the command alive.
process.exit();
