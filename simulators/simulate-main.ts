/** `npm run simulate`: the simulators alone, against any broker; with a parent process it follows the parent's clinical clock. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isTopicSafe } from "#core/ids.ts";
import { createProgressLine, endQuietlyOnBrokenPipe, optional, readOptions, refuse, refuseOption, required } from "./command-line.ts";
import { personas } from "./people/personas.ts";
import { SimClock } from "./sim-clock.ts";
import { startWard, type WardDevice } from "./ward.ts";

const HELP = `npm run simulate -- --devices FILE [options]

Simulated people with sensors that misbehave like real ones, against any broker.

  --devices FILE  JSON: [{"id":"…","site":"…","secret":"…","persona":"…"}, …]
                  personas: ${personas.map((persona) => persona.key).join(", ")}
  --mqtt URL      broker, mqtt://127.0.0.1:1883 unless given
  --seed N        the same seed tells the same story (1)
  --speed N       times real time, 1 to 3600 (1)
  --state DIR     where message numbers and outboxes are kept (data/simulators)
  --quiet-home    nobody is at home: nothing is sent
`;

/** What the server tells the simulators it started. */
interface ClockMessage {
  readonly now: number;
  readonly speed: number;
}

const isDevice = (value: unknown): value is WardDevice =>
  typeof value === "object" &&
  value !== null &&
  ["id", "site", "secret", "persona"].every((key) => typeof (value as Record<string, unknown>)[key] === "string") &&
  isTopicSafe((value as WardDevice).id);

const readDevices = (file: string): WardDevice[] => {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (Array.isArray(parsed) && parsed.every(isDevice)) return parsed;
  } catch {
    // Unreadable and unparsable end alike.
  }
  return refuse("simulate_bad_devices", `${file} is not a list of devices`);
};

const whole = (text: string | undefined, name: string, low: number, high: number): number => {
  const value = Number(text ?? "1");
  return Number.isInteger(value) && value >= low && value <= high
    ? value
    : refuseOption(name, `"${text ?? ""}" is not a whole number from ${low} to ${high}`);
};

const main = async (): Promise<void> => {
  endQuietlyOnBrokenPipe();
  const options = readOptions(HELP, ["devices", "mqtt", "seed", "speed", "state"], ["quiet-home"]);
  const seed = whole(optional(options, "seed"), "seed", 0, 4_294_967_295);
  const speed = whole(optional(options, "speed"), "speed", 1, 3_600);
  const devices = options["quiet-home"] === true ? [] : readDevices(required(options, "devices"));
  const clock = new SimClock(Date.now(), speed);
  if (process.send !== undefined) {
    // A parent that dies takes its simulators with it.
    process.once("disconnect", () => process.exit(0));
    await new Promise<void>((started) => {
      process.on("message", (message: ClockMessage) => {
        clock.set(message.now, message.speed);
        started();
      });
    });
  }
  const ward = startWard({
    url: optional(options, "mqtt") ?? "mqtt://127.0.0.1:1883",
    devices,
    seed,
    clock,
    folder: resolve(optional(options, "state") ?? "data/simulators"),
  });
  const line = createProgressLine();
  const progress = setInterval(() => {
    const { people, sent, receipted, waiting } = ward.counts();
    if (process.send === undefined)
      line.show(`${people} people, ${sent} samples sent, ${receipted} receipted, ${waiting} messages waiting`);
  }, 500);
  const stop = (): void => {
    clearInterval(progress);
    line.end();
    void ward.close().then(() => process.exit(0));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
};

await main();
