/**
 * Ingest through MQTT, whole server: 1,000 signed-in devices worn by 1,000 patients, QoS 1, open loop; one sample a message and ten.
 * Every figure counts only when what was acknowledged is what the API finds stored. A naive server takes the same load in the same run.
 *
 * `node tests/bench/ingest.ts [--seconds N] [--rounds N] [--devices N] [--only one|ten|naive]`
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { cpuSecondsOf, loadOfMachine, residentMiBOf, watchMemory } from "#tests/support/bench-process.ts";
import { medianOf, say, writeResult } from "#tests/support/bench-result.ts";
import { spawnLoadDevices, type LoadReport } from "#tests/support/load-devices.ts";
import { eachAtOnce, provisionWard, type Ward } from "#tests/support/provision-ward.ts";
import { type Homeward, startHomeward } from "#tests/support/start-homeward.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    devices: { type: "string", default: "1000" },
    rates: { type: "string", default: "5000,10000,15000,20000" },
    "rates-ten": { type: "string", default: "4000,7500" },
    only: { type: "string", default: "" },
    "node-options": { type: "string", default: "" },
  },
});
const SECONDS = Number(options.seconds);
const ROUNDS = Number(options.rounds);
const DEVICES = Number(options.devices);
const WARM_UP = 5;

interface Shape {
  readonly name: string;
  readonly samples: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly moments: number;
  readonly rates: readonly number[];
}
const ratesOf = (text: string): number[] => text.split(",").map(Number);
const every: readonly Shape[] = [
  { name: "one", samples: 1, metrics: { spo2: 97 }, moments: 1, rates: ratesOf(options.rates) },
  { name: "ten", samples: 10, metrics: { spo2: 97, pulse_rate: 72 }, moments: 5, rates: ratesOf(options["rates-ten"]) },
];
const shapes = every.filter(({ name }) => options.only === "" || options.only === name);

interface Measured {
  readonly who: string;
  readonly shape: Shape;
  readonly rate: number;
  readonly report: LoadReport;
  readonly cpuSeconds: number;
  readonly idleMiB: number;
  readonly mostMiB: number;
  readonly endMiB: number;
  /** Samples found stored beyond those before this step; NaN: not asked. */
  readonly stored: number;
  readonly load: string;
}

const megabytes = (value: number): string => `${value.toFixed(0)} MiB`;
const perMillion = (cpuSeconds: number, count: number): number => (cpuSeconds / count) * 1_000_000;

const describe = ({ who, shape, rate, report, cpuSeconds, idleMiB, mostMiB, endMiB, stored, load }: Measured): string[] => {
  const samples = report.acknowledged * shape.samples;
  return [
    who,
    String(shape.samples),
    String(rate),
    report.perSecond.toFixed(0),
    (report.perSecond * shape.samples).toFixed(0),
    report.latencyMs.p50.toFixed(1),
    report.latencyMs.p99.toFixed(1),
    perMillion(cpuSeconds, report.acknowledged).toFixed(1),
    perMillion(cpuSeconds, samples).toFixed(1),
    megabytes(idleMiB),
    megabytes(mostMiB),
    megabytes(endMiB),
    `${report.fullyReceipted}/${report.connections}`,
    Number.isNaN(stored) ? "not asked" : stored === samples ? "all" : `${stored} of ${samples}`,
    String(report.lost),
    String(report.heldBack),
    load,
  ];
};
const COLUMNS = [
  "server",
  "samples a message",
  "asked msg/s",
  "reached msg/s",
  "samples/s",
  "PUBACK p50 ms",
  "p99 ms",
  "CPU-s per million messages",
  "CPU-s per million samples",
  "RSS before",
  "RSS most",
  "RSS at end",
  "devices fully receipted",
  "acknowledged = stored",
  "connections lost",
  "held back",
  "load average",
];

/** Everything stored of these metrics, by the series call of every patient. */
const storedSamples = async (ward: Ward, from: number, metrics: readonly string[]): Promise<number> => {
  const asked = ward.people.flatMap((person, index) => metrics.map((metric) => ({ person, metric, index })));
  const counts = await eachAtOnce(asked, 8, async ({ person, metric, index }) => {
    const reader = ward.readers[index % ward.readers.length];
    const answer = await reader?.call<{ points: { n: number }[] }>(
      "GET",
      `/patients/${person.patient}/series?metric=${metric}&from=${from}&to=${from + 3 * 3_600_000}&maxPoints=5000`,
    );
    if (answer === undefined || answer.status !== 200) throw new Error(`series answered ${answer?.status ?? 0}`);
    return answer.body.points.reduce((sum, { n }) => sum + n, 0);
  });
  return counts.reduce((sum, count) => sum + count, 0);
};

/** Waits until the store has nothing left to write: two equal counts in a row. */
const settled = async (count: () => Promise<number>, expected: number): Promise<number> => {
  let last = -1;
  for (;;) {
    const now = await count();
    if (now === expected || now === last) return now;
    last = now;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1_000);
    });
  }
};

const measureHouse = async (shape: Shape): Promise<Measured[]> => {
  await using house: Homeward = await startHomeward({
    args: ["--quiet-home"],
    nodeOptions: options["node-options"].split(" ").filter((word) => word !== ""),
  });
  const ward = await provisionWard(house, DEVICES);
  const measured: Measured[] = [];
  const metrics = Object.keys(shape.metrics);
  const from = Date.now() - 3_600_000;
  let firstSeq = 1;
  let before = 0;
  for (const rate of shape.rates) {
    const idleMiB = residentMiBOf(house.pid);
    const memory = watchMemory(house.pid);
    const cpuBefore = cpuSecondsOf(house.pid);
    const report = await spawnLoadDevices({
      url: house.mqtt,
      devices: ward.people,
      rate,
      seconds: SECONDS,
      warmUpSeconds: WARM_UP,
      metrics: shape.metrics,
      momentsPerMessage: shape.moments,
      firstSeq,
    });
    memory.stop();
    const cpuSeconds = cpuSecondsOf(house.pid) - cpuBefore;
    const load = loadOfMachine();
    firstSeq += Math.ceil((rate * (SECONDS + WARM_UP)) / DEVICES) + 1;
    const expected = before + report.acknowledged * shape.samples;
    const total = await settled(() => storedSamples(ward, from, metrics), expected);
    const result: Measured = {
      who: "Homeward",
      shape,
      rate,
      report,
      cpuSeconds,
      idleMiB,
      mostMiB: Math.max(...memory.seconds),
      endMiB: residentMiBOf(house.pid),
      stored: total - before,
      load,
    };
    before = total;
    say(describe(result).join(" | "));
    say(`  RSS each second: ${memory.seconds.map((value) => value.toFixed(0)).join(" ")}`);
    measured.push(result);
  }
  if (house.errors() !== "") say(house.errors().slice(0, 300));
  return measured;
};

/** aedes as it is and one SQLite transaction a message: what one writes first. */
const measureNaive = async (shape: Shape, rate: number): Promise<Measured> => {
  const child = fork(new URL("../support/bench-naive-server.ts", import.meta.url), { execArgv: [] });
  try {
    const [{ url, pid }] = (await once(child, "message")) as [{ url: string; pid: number }];
    const idleMiB = residentMiBOf(pid);
    const memory = watchMemory(pid);
    const cpuBefore = cpuSecondsOf(pid);
    const report = await spawnLoadDevices({
      url,
      devices: Array.from({ length: DEVICES }, (_, index) => ({ site: "home", device: `n-${index}`, secret: "s" })),
      rate,
      seconds: SECONDS,
      warmUpSeconds: WARM_UP,
      metrics: shape.metrics,
      momentsPerMessage: shape.moments,
      receipts: false,
      drainSeconds: 2,
    });
    memory.stop();
    const cpuSeconds = cpuSecondsOf(pid) - cpuBefore;
    const load = loadOfMachine();
    const answered = once(child, "message");
    child.send("count");
    const [stored] = (await answered) as [number];
    return {
      who: "naive",
      shape,
      rate,
      report,
      cpuSeconds,
      idleMiB,
      mostMiB: Math.max(...memory.seconds),
      endMiB: residentMiBOf(pid),
      stored,
      load,
    };
  } finally {
    child.kill();
  }
};

say(`${DEVICES} devices, QoS 1, ${SECONDS} s after ${WARM_UP} s, ${ROUNDS} rounds; load average at the start ${loadOfMachine()}`);
say(COLUMNS.join(" | "));
const all: Measured[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const shape of shapes) {
    all.push(...(await measureHouse(shape)));
    if (options.only !== "" && options.only !== "naive") continue;
    const naive = await measureNaive(shape, shape.rates.at(-1) as number);
    say(describe(naive).join(" | "));
    all.push(naive);
  }
}

const rows: string[][] = [];
const notes: string[] = [];
for (const shape of shapes) {
  for (const who of ["Homeward", "naive"]) {
    for (const rate of shape.rates) {
      const runs = all.filter((run) => run.who === who && run.shape === shape && run.rate === rate);
      const [first] = runs.toSorted((a, b) => a.report.perSecond - b.report.perSecond).slice(runs.length >> 1);
      if (first !== undefined) rows.push(describe(first));
    }
  }
  const cost = (who: string): number =>
    medianOf(
      all
        .filter((run) => run.who === who && run.shape === shape && run.rate === shape.rates.at(-1))
        .map((run) => perMillion(run.cpuSeconds, run.report.acknowledged)),
    );
  const reached = (who: string): number =>
    medianOf(
      all.filter((run) => run.who === who && run.shape === shape && run.rate === shape.rates.at(-1)).map((run) => run.report.perSecond),
    );
  const note = `At ${shape.rates.at(-1)} messages/s of ${shape.samples} asked, Homeward reached ${(reached("Homeward") / reached("naive")).toFixed(1)} times the naive server's rate at ${(cost("Homeward") / cost("naive")).toFixed(2)} times its processor time a message.`;
  if (Number.isFinite(cost("naive"))) {
    say(note);
    notes.push(note);
  }
}
const unsound = all.filter((run) => run.who === "Homeward" && run.stored !== run.report.acknowledged * run.shape.samples);
say(
  unsound.length === 0
    ? "acknowledged = stored in every run"
    : `NOT SOUND: ${unsound.length} runs stored another number than was acknowledged`,
);
if (unsound.length > 0) process.exitCode = 1;
writeResult({
  name: "ingest",
  title: `Ingest through MQTT, ${DEVICES} connected devices`,
  command: ["npm run bench -- ingest", ...process.argv.slice(2)].join(" "),
  columns: COLUMNS,
  rows,
  notes: [
    `Median run of ${ROUNDS} by the rate reached, ${SECONDS} s each after ${WARM_UP} s; load generator, its own process, on the same machine.`,
    "Processor time is the server process's own with all its threads; latencies count from the moment a message was due.",
    ...notes,
  ],
});
