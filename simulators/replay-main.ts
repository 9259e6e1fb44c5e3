/** `npm run replay`: plays a recorded file through MQTT as a device (contract section 1). */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import {
  createProgressLine,
  endQuietlyOnBrokenPipe,
  type Options,
  optional,
  readOptions,
  refuse,
  refuseOption,
  required,
  topicPart,
} from "./command-line.ts";
import { play } from "./replay/play.ts";
import { readAsthmaDiary } from "./replay/presets/asthma-diary.ts";
import { readBedsideNumerics } from "./replay/presets/bedside-numerics.ts";
import { readCpapNight } from "./replay/presets/cpap-night.ts";
import { readKneeEmg } from "./replay/presets/knee-emg.ts";
import { parseColumnMap, readMappedCsv } from "./replay/presets/mapped-csv.ts";
import { type Recording, RecordingProblem } from "./replay/recording.ts";

const PRESETS = ["asthma-diary", "bedside-numerics", "cpap-night", "knee-emg"] as const;
const HELP = `npm run replay -- --file F --preset P --site H --device D --secret S [options]

Plays a recorded file through MQTT as a device would, and ends with
  sent N samples in M messages, N acknowledged, N receipted
Stopped with Ctrl-C, the same command goes on where it stopped.

  --file F        the recording (asthma-diary and cpap-night also take its folder)
  --preset P      ${PRESETS.join(" | ")}
  --map MAP       instead of a preset: column=metric[:unit],… for any CSV with a column of time
  --site, --device, --secret   as the server gave them
  --mqtt URL      broker, mqtt://127.0.0.1:1883 unless given
  --speed N|max   times real time (1); max: as fast as receipts come
  --start now|recorded|<ms>    where the recording is placed: now (it ends when it has been played),
                  its own calendar time, or its first moment in ms since 1970
  --patient KEY   one person of a file that holds several
  --zone ZONE     zone of local times (Asia/Shanghai)
  --state DIR     where progress and the device's outbox are kept (data/replay)
  --restart       from the beginning, not from where it stopped
`;

const options = readOptions(
  HELP,
  ["file", "preset", "map", "site", "device", "secret", "mqtt", "speed", "start", "patient", "zone", "state"],
  ["restart"],
);

const readRecording = (given: Options): Recording => {
  const file = resolve(required(given, "file"));
  if (statSync(file, { throwIfNoEntry: false }) === undefined) refuse("replay_bad_file", `${file} does not exist`);
  const zone = optional(given, "zone") ?? "Asia/Shanghai";
  try {
    Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    refuseOption("zone", `"${zone}" is not an IANA time zone`);
  }
  const map = optional(given, "map");
  const preset = optional(given, "preset");
  if ((map === undefined) === (preset === undefined)) refuseOption("preset", "or --map: exactly one of them is needed");
  if (map !== undefined)
    return readMappedCsv(file, parseColumnMap(map) ?? refuseOption("map", `"${map}" is not column=metric[:unit],…`), zone);
  switch (preset) {
    case "asthma-diary":
      return readAsthmaDiary(file, optional(given, "patient"));
    case "bedside-numerics":
      return readBedsideNumerics(file);
    case "cpap-night":
      return readCpapNight(file, zone);
    case "knee-emg":
      return readKneeEmg(file);
    default:
      return refuseOption("preset", `"${preset ?? ""}" is none of ${PRESETS.join(", ")}`);
  }
};

const readSpeed = (text: string): number => {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const speed = Number(text);
  return Number.isFinite(speed) && speed > 0 ? speed : refuseOption("speed", `"${text}" is neither a positive number nor max`);
};

const readStart = (text: string, recording: Recording): number | null => {
  if (text === "now") return null;
  if (text === "recorded") return recording.recordedAt ?? refuse("replay_no_calendar", "this recording carries no calendar date");
  const at = Number(text);
  return Number.isSafeInteger(at) && at >= 0 ? at : refuseOption("start", `"${text}" is neither now, recorded nor a time in milliseconds`);
};

const main = async (): Promise<void> => {
  endQuietlyOnBrokenPipe();
  const site = topicPart(options, "site");
  const device = topicPart(options, "device");
  const secret = required(options, "secret");
  const speedText = optional(options, "speed") ?? "1";
  const speed = readSpeed(speedText);
  const recording = readRecording(options);
  const startAt = readStart(optional(options, "start") ?? "now", recording);
  const url = optional(options, "mqtt") ?? "mqtt://127.0.0.1:1883";
  if (!/^(mqtts?|wss?|tcp):\/\/[^/]+/.test(url)) refuseOption("mqtt", `"${url}" is not a broker's address`);
  for (const note of recording.notes) process.stderr.write(`${note}\n`);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const line = createProgressLine();
  const result = await play({
    recording,
    url,
    site,
    device,
    secret,
    speed,
    startAt,
    stateFolder: resolve(optional(options, "state") ?? "data/replay"),
    fingerprint: JSON.stringify([
      resolve(required(options, "file")),
      optional(options, "preset"),
      optional(options, "map"),
      optional(options, "patient"),
      optional(options, "start"),
      url,
    ]),
    restart: options["restart"] === true,
    signal: stop.signal,
    onProgress: ({ played, total, receipted, resumed }) =>
      line.show(
        `${resumed ? "resumed, " : ""}${total === 0 ? 100 : Math.floor((100 * played) / total)} %  ${played} of ${total} samples, ${receipted} receipted`,
      ),
  });
  line.end();
  if (result.problem === "replay_refused") refuse("replay_refused", `the broker at ${url} refused device ${device}`);
  if (result.problem === "replay_unreachable") refuse("replay_unreachable", `no broker answers at ${url}`);
  process.stdout.write(
    `sent ${result.samples} samples in ${result.messages} messages, ${result.acknowledged} acknowledged, ${result.receipted} receipted\n`,
  );
  if (result.stopped) process.stderr.write("homeward: stopped; the same command goes on from here. (replay_incomplete)\n");
  else if (result.receipted < result.samples)
    refuse("replay_incomplete", `${result.samples - result.receipted} samples were not receipted`);
  process.exit(result.stopped ? 130 : 0);
};

try {
  await main();
} catch (cause) {
  if (cause instanceof RecordingProblem) refuse(cause.code, cause.message);
  throw cause;
}
