/**
 * From the message that completes an alert to the live frame and to the webhook, whole server under half its load, on one clock.
 * Each crossing is a patient of their own whose saturation has been low for a median and a hold, less one sample.
 *
 * `node tests/bench/alert-latency.ts [--crossings N] [--rate N] [--background msg/s] [--devices N]`
 */
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { SECOND } from "#core/time.ts";
import { cpuSecondsOf, loadOfMachine, residentMiBOf } from "#tests/support/bench-process.ts";
import { quantileOf, say, writeResult } from "#tests/support/bench-result.ts";
import { signIn } from "#tests/support/api.ts";
import { connectLive } from "#tests/support/live-client.ts";
import { spawnLoadDevices } from "#tests/support/load-devices.ts";
import { connectMqttDevice, type MqttDevice } from "#tests/support/mqtt-device.ts";
import { eachAtOnce, provisionWard, type WardPerson } from "#tests/support/provision-ward.ts";
import { startHomeward } from "#tests/support/start-homeward.ts";

const { values: options } = parseArgs({
  options: {
    crossings: { type: "string", default: "1000" },
    rate: { type: "string", default: "20" },
    background: { type: "string", default: "7500" },
    devices: { type: "string", default: "1000" },
    "node-options": { type: "string", default: "" },
  },
});
const CROSSINGS = Number(options.crossings);
const RATE = Number(options.rate);
const BACKGROUND = Number(options.background);
const DEVICES = Number(options.devices);
const SETTLE_SECONDS = 10;
const WATCHED = 30;

/** One point in two seconds down to 90: a patient, not an artefact (domain 4.6). */
const FALL = Array.from({ length: 700 }, (_, second) => (second < 60 ? 96 : Math.max(90, 96 - Math.floor((second - 60) / 2))));
const LIMIT = 91;
const HOLD_SECONDS = 300;
/** First second at which the median of the last sixty is at or below the limit. */
const ONSET = FALL.findIndex((_, second) => {
  if (second < 59) return false;
  const window = FALL.slice(second - 59, second + 1).sort((a, b) => a - b);
  return ((window[29] as number) + (window[30] as number)) / 2 <= LIMIT;
});
const BACKLOG = FALL.slice(0, ONSET + HOLD_SECONDS);

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });

/** Moments of arrival by patient; a second arrival of the same kind is an extra. */
const createArrivals = () => {
  const at = new Map<string, number>();
  const counts = { extra: 0 };
  return {
    at,
    counts,
    note(patient: string, moment: number): void {
      if (at.has(patient)) counts.extra += 1;
      else at.set(patient, moment);
    },
  };
};

const openSink = async (onEvent: (patient: string, moment: number) => void) => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const moment = performance.now();
      response.writeHead(204).end();
      const event = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { type: string; data: { patient: string } };
      if (event.type === "alert.raised") onEvent(event.data.patient, moment);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.closeAllConnections() };
};

await using house = await startHomeward({
  args: ["--quiet-home"],
  nodeOptions: options["node-options"].split(" ").filter((word) => word !== ""),
});
say(`load average at the start ${loadOfMachine()}`);
const ward = await provisionWard(house, DEVICES + CROSSINGS);
const crossers = ward.people.slice(0, CROSSINGS);
const background = ward.people.slice(CROSSINGS);

const frames = createArrivals();
const hooks = createArrivals();
const expected = new Set(crossers.map(({ patient }) => patient));
let foreign = 0;
const sink = await openSink((patient, moment) => (expected.has(patient) ? hooks.note(patient, moment) : (foreign += 1)));
const admin = await signIn(house, "administrator", "inst-t1-willow");
const nurse = await signIn(house, "community_nurse", "inst-t1-willow");
await admin.post("/webhooks", { url: sink.url, types: ["alert.raised"] });
const live = await connectLive(house.http, { token: nurse.token });
if (live.kind !== "open") throw new Error(`the live feed answered ${live.status}`);
live.client.ws.on("message", (data: Buffer) => {
  const moment = performance.now();
  if (!data.includes('"type":"alert"')) return;
  const frame = JSON.parse(data.toString("utf8")) as { event?: string; alert: { patient: string; version: number; rule: { id: string } } };
  if (frame.alert.version !== 1) return;
  if (expected.has(frame.alert.patient) && frame.alert.rule.id === "SPO2-A1") frames.note(frame.alert.patient, moment);
  else foreign += 1;
});
live.client.say({ type: "subscribe", id: "alerts", alerts: { minSeverity: "S4", technical: false }, metrics: [] });
live.client.say({ type: "subscribe", id: "ward", patients: background.slice(0, WATCHED).map(({ patient }) => patient), metrics: ["*"] });
await live.client.find((frame) => frame.type === "snapshot");

say(`${CROSSINGS} patients take their places, ${BACKLOG.length} s of measurements each`);
const devices: { readonly device: MqttDevice; readonly person: WardPerson; readonly at: number }[] = await eachAtOnce(
  crossers,
  8,
  async (person) => {
    const device = await connectMqttDevice({ url: house.mqtt, ...person });
    const { now } = await nurse.call<{ now: number }>("GET", "/time").then(({ body }) => body);
    const start = Math.floor((Number.isFinite(now) ? now : Date.now()) / SECOND) * SECOND - BACKLOG.length * SECOND;
    await device.publish("telemetry", {
      seq: 1,
      samples: BACKLOG.map((value, second) => ({ metric: "spo2", t: start + second * SECOND, value })),
    });
    await device.waitForReceipt(1);
    return { device, person, at: start + BACKLOG.length * SECOND };
  },
);
const early = frames.at.size;

const cpuBefore = cpuSecondsOf(house.pid);
const seconds = Math.ceil(CROSSINGS / RATE) + 5;
const load =
  BACKGROUND === 0
    ? Promise.resolve(null)
    : spawnLoadDevices({
        url: house.mqtt,
        devices: background,
        rate: BACKGROUND,
        seconds,
        warmUpSeconds: SETTLE_SECONDS,
        metrics: { spo2: 97 },
      });
await sleep(SETTLE_SECONDS * 1_000);
const sentAt = new Map<string, number>();
const begun = performance.now();
const memory: number[] = [];
for (const [index, { device, person, at }] of devices.entries()) {
  await sleep(begun + (index / RATE) * 1_000 - performance.now());
  const body = { seq: 2, samples: [{ metric: "spo2", t: at, value: 90 }] };
  sentAt.set(person.patient, performance.now());
  void device.publish("telemetry", body);
  if (index % RATE === 0) memory.push(residentMiBOf(house.pid));
}
const report = await load;
const loadAverage = loadOfMachine();
await sleep(2_000);
const cpuSeconds = cpuSecondsOf(house.pid) - cpuBefore;

const latencies = (arrivals: ReturnType<typeof createArrivals>): number[] =>
  [...arrivals.at].flatMap(([patient, moment]) => {
    const sent = sentAt.get(patient);
    return sent === undefined ? [] : [moment - sent];
  });
const rows = (
  [
    ["live frame", frames],
    ["webhook", hooks],
  ] as const
).map(([name, arrivals]) => {
  const found = latencies(arrivals);
  const ms = (share: number): string => quantileOf(found, share).toFixed(1);
  return [name, ms(0.5), ms(0.9), ms(0.99), ms(1), String(CROSSINGS - arrivals.at.size), String(arrivals.counts.extra)];
});
const COLUMNS = ["publish to", "p50 ms", "p90 ms", "p99 ms", "most ms", "missing", "extra"];
say(COLUMNS.join(" | "));
for (const row of rows) say(row.join(" | "));
const notes = [
  `${CROSSINGS} crossings at ${RATE} a second, a patient each, beside ${report === null ? 0 : report.perSecond.toFixed(0)} messages/s from ${background.length} other devices; one viewer of all alerts and of ${WATCHED} patients' readings.`,
  `Background: PUBACK p50 ${report?.latencyMs.p50.toFixed(1) ?? "-"} ms, p99 ${report?.latencyMs.p99.toFixed(1) ?? "-"} ms; ${report?.acknowledged ?? 0} of ${report?.sent ?? 0} acknowledged; server ${cpuSeconds.toFixed(1)} CPU-s; RSS at most ${Math.max(...memory).toFixed(0)} MiB with ${DEVICES + CROSSINGS} devices; load average ${loadAverage}.`,
  `Alerts on anybody else: ${foreign}; before their time: ${early}.`,
];
for (const note of notes) say(note);
const sound =
  frames.at.size === CROSSINGS && hooks.at.size === CROSSINGS && frames.counts.extra + hooks.counts.extra + foreign + early === 0;
say(sound ? "every crossing arrived once, at both" : "NOT SOUND");
if (!sound) process.exitCode = 1;
writeResult({
  name: "alerts",
  title: "From the completing message to screen and webhook",
  command: `npm run bench -- alerts --crossings ${CROSSINGS} --rate ${RATE} --background ${BACKGROUND}`,
  columns: COLUMNS,
  rows,
  notes,
});
// The server is stopped by its process id; sockets that were left to it need no farewell.
process.exit(process.exitCode ?? 0);
