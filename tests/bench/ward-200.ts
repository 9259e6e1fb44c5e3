/**
 * Simulated people at home cadence against the whole server, in real time: no lag, nothing lost, memory level.
 *
 * `node tests/bench/ward-200.ts [--people N] [--minutes N]`
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { signIn } from "#tests/support/api.ts";
import { cpuSecondsOf, residentMiBOf } from "#tests/support/bench-process.ts";
import { medianOf, quantileOf, say, writeResult } from "#tests/support/bench-result.ts";
import { repository, startHomeward } from "#tests/support/start-homeward.ts";

const { values: options } = parseArgs({
  options: { people: { type: "string", default: "200" }, minutes: { type: "string", default: "10" } },
});
const PEOPLE = Number(options.people);
const MINUTES = Number(options.minutes);
const LOOK_EVERY_S = 5;
/** Enrolment, sign-ins and the first garbage collections do not count. */
const WARM_UP_S = 60;

await using house = await startHomeward({ args: ["--quiet-home"] });
const admin = house.users.find(({ roles, institution }) => roles.includes("administrator") && institution === "inst-t1-willow");
if (admin === undefined) throw new Error("the demo has no administrator");
const api = await signIn(house, "administrator", "inst-t1-willow");
const state = await mkdtemp(join(tmpdir(), "homeward-ward-"));
const ward = spawn(
  process.execPath,
  [
    join(repository, "simulators/simulate-main.ts"),
    "--people",
    String(PEOPLE),
    "--seed",
    "7",
    "--mqtt",
    house.mqtt,
    "--state",
    state,
    "--enrol",
    house.http,
    "--username",
    admin.username,
    "--password",
    admin.password,
  ],
  { stdio: ["ignore", "pipe", "pipe"] },
);
process.once("exit", () => ward.kill("SIGKILL"));
let last = "";
let said = "";
ward.stderr.on("data", (chunk: Buffer) => (said = chunk.toString().trim()));
ward.stdout.on("data", (chunk: Buffer) => (last += chunk.toString()));

const metrics = async (): Promise<(name: string) => number> => {
  const response = await fetch(`${house.http}/metrics`, { headers: { authorization: `Bearer ${api.token}` } });
  const text = await response.text();
  return (name) =>
    text
      .split("\n")
      .filter((line) => line.startsWith(name) && !line.startsWith("#"))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
};

while (!said.includes("devices connected")) {
  if (ward.exitCode !== null) throw new Error(said);
  await pause(500);
}
await pause(WARM_UP_S * 1_000);
say(said);

const server: number[] = [];
const people: number[] = [];
const engineLag: number[] = [];
const storeBehind: number[] = [];
const began = performance.now();
const cpuBefore = { server: cpuSecondsOf(house.pid), ward: cpuSecondsOf(ward.pid as number) };
const storedBefore = (await metrics())("homeward_samples_stored_total");
while (performance.now() - began < MINUTES * 60_000) {
  await pause(LOOK_EVERY_S * 1_000);
  const read = await metrics();
  server.push(residentMiBOf(house.pid));
  people.push(residentMiBOf(ward.pid as number));
  engineLag.push(read("homeward_engine_lag_seconds"));
  storeBehind.push(read('homeward_follower_lag_entries{follower="store"}'));
  if (server.length % 12 === 0) say(`${server.at(-1)?.toFixed(0)} MiB, ${said}`);
}
const seconds = (performance.now() - began) / 1_000;
const cpu = { server: cpuSecondsOf(house.pid) - cpuBefore.server, ward: cpuSecondsOf(ward.pid as number) - cpuBefore.ward };
const end = await metrics();
const stored = end("homeward_samples_stored_total") - storedBefore;
ward.kill("SIGINT");
await once(ward, "exit");
const [sent, messages, receipted, waiting] = [...last.matchAll(/\d+/g)].slice(1).map(Number);
const conflicts = (await metrics())("homeward_samples_conflicting_total");

const third = Math.floor(server.length / 3);
const level = (figures: readonly number[]): string =>
  `${medianOf(figures.slice(0, third)).toFixed(0)} → ${medianOf(figures.slice(-third)).toFixed(0)} MiB`;
const rows: (readonly [string, string])[] = [
  ["samples a second", (stored / seconds).toFixed(0)],
  ["messages of the whole run", String(messages)],
  ["samples sent / receipted / messages waiting at the end", `${sent} / ${receipted} / ${waiting}`],
  ["conflicts", String(conflicts)],
  ["engine behind the journal, median / highest", `${medianOf(engineLag).toFixed(3)} / ${quantileOf(engineLag, 1).toFixed(3)} s`],
  ["store behind the journal, median / highest", `${medianOf(storeBehind).toFixed(0)} / ${quantileOf(storeBehind, 1).toFixed(0)} entries`],
  ["memory of the server, first third → last third", level(server)],
  ["memory of the simulators, first third → last third", level(people)],
  [
    "processor, server / simulators",
    `${((100 * cpu.server) / seconds).toFixed(0)} % / ${((100 * cpu.ward) / seconds).toFixed(0)} % of one core`,
  ],
];
for (const [name, figure] of rows) say(`${name}: ${figure}`);
writeResult({
  name: `ward-${PEOPLE}`,
  title: `A ward of ${PEOPLE} simulated people at home cadence, ${MINUTES} minutes`,
  command: `node tests/bench/ward-200.ts --people ${PEOPLE} --minutes ${MINUTES}`,
  columns: ["what", "figure"],
  rows,
  notes: [
    "Real time, after a minute of warming up; everybody's sensors over connections of their own up to 200 people, over a hub each above.",
  ],
});
await rm(state, { recursive: true, force: true });
