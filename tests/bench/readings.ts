/** Bench of the reading store: rows a second against naive inserts in the same run, and the latency of a day's chart. Prints ratios. */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { DeviceId } from "#core/ids.ts";
import type { Sample } from "#core/samples/sample.ts";
import type { Committed } from "#ports/journal.ts";
import type { ReadingStore } from "#ports/reading-store.ts";

const T0 = 1_795_255_200_000;
const SPO2 = metricByKey("spo2")?.code ?? 0;
const patients = Number(process.argv[2] ?? 200);
const hours = Number(process.argv[3] ?? 24);

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const deviceOf = (index: number): DeviceId => `device-${index}` as DeviceId;
const rss = (): string => `${Math.round(process.memoryUsage().rss / 1_048_576)} MB resident`;
const sampleAt = (t: number, value: number): Sample => ({
  metric: SPO2,
  t,
  value,
  quality: 0,
  flags: 0,
  tags: "context=rest",
  identity: "",
});

const messageOf = (position: number, device: number, from: number, count: number): Committed => ({
  position,
  entry: {
    kind: "message",
    device: deviceOf(device),
    topic: `homeward/v1/site/device-${device}/telemetry`,
    arrivedAt: T0,
    hash: 0,
    samples: Array.from({ length: count }, (_, index) => sampleAt(T0 + (from + index) * 1_000, 90 + ((from + index) % 9))),
    quarantined: [],
  },
});

/** Every device sends `perMessage` samples of the next seconds; batches of `batchSize` messages, two in flight, as the follower does. */
const fill = async (store: ReadingStore, devices: number, seconds: number, perMessage: number, batchSize: number): Promise<number> => {
  let position = store.position();
  const begun = performance.now();
  const inFlight: Promise<unknown>[] = [];
  let batch: Committed[] = [];
  const flush = async (): Promise<void> => {
    if (inFlight.length >= 2) await inFlight.shift();
    inFlight.push(store.write(batch, () => null));
    batch = [];
  };
  for (let second = 0; second < seconds; second += perMessage) {
    for (let device = 0; device < devices; device += 1) {
      batch.push(messageOf(++position, device, second, Math.min(perMessage, seconds - second)));
      if (batch.length >= batchSize) await flush();
    }
  }
  await flush();
  await Promise.all(inFlight);
  return (devices * seconds) / ((performance.now() - begun) / 1_000);
};

/** What one would write first: a row at a time on the main thread, a transaction a message, the minute kept by an upsert. */
const naive = (file: string, devices: number, seconds: number, perMessage: number): number => {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  database.exec(
    "CREATE TABLE reading (device TEXT, metric TEXT, t INTEGER, tags TEXT, value REAL, quality TEXT, PRIMARY KEY (device, metric, t, tags))",
  );
  database.exec("CREATE TABLE minute (device TEXT, metric TEXT, m INTEGER, n, low, high, total, last, PRIMARY KEY (device, metric, m))");
  const insert = database.prepare("INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  const upsert = database.prepare(`INSERT INTO minute VALUES (?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + 1,
    low = min(low, excluded.low), high = max(high, excluded.high), total = total + excluded.total, last = excluded.last`);
  const begun = performance.now();
  for (let second = 0; second < seconds; second += perMessage) {
    for (let device = 0; device < devices; device += 1) {
      database.exec("BEGIN");
      for (let index = second; index < Math.min(seconds, second + perMessage); index += 1) {
        const t = T0 + index * 1_000;
        const value = 90 + (index % 9);
        insert.run(deviceOf(device), "spo2", t, "context=rest", value, "good");
        upsert.run(deviceOf(device), "spo2", Math.floor(t / 60_000), value, value, value, value);
      }
      database.exec("COMMIT");
    }
  }
  const rate = (devices * seconds) / ((performance.now() - begun) / 1_000);
  database.close();
  return rate;
};

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const time = async (label: string, count: number, call: (index: number) => Promise<unknown>): Promise<void> => {
  const taken: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now();
    await call(index);
    taken.push(performance.now() - begun);
  }
  taken.sort((left, right) => left - right);
  print(`${label}: p50 ${percentile(taken, 0.5).toFixed(2)} ms, p99 ${percentile(taken, 0.99).toFixed(2)} ms (${count} calls)`);
};

const folder = await mkdtemp(join(tmpdir(), "homeward-bench-readings-"));
try {
  for (const perMessage of [1, 10]) {
    const file = join(folder, `rate-${perMessage}.sqlite`);
    await using store = await openReadingsSqlite({ file });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const rate = await fill(store, 1_000, 300, perMessage, 2_000);
    delay.disable();
    const plain = naive(join(folder, `naive-${perMessage}.sqlite`), 1_000, 60, perMessage);
    print(
      `write, 1,000 devices, ${perMessage} a message: ${Math.round(rate)} rows/s, naive ${Math.round(plain)} rows/s, ratio ${(rate / plain).toFixed(1)}; ` +
        `event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms; ${rss()}`,
    );
  }

  const file = join(folder, "day.sqlite");
  await using store = await openReadingsSqlite({ file });
  const seconds = hours * 3_600;
  const rate = await fill(store, patients, seconds, 600, 50);
  const { size } = await stat(file);
  const rows = patients * seconds;
  print(`day: ${rows} rows at ${Math.round(rate)} rows/s, ${(size / rows).toFixed(1)} bytes a row; ${rss()}`);

  const spansOf = (index: number) => [{ device: deviceOf(index % patients), from: 0, to: Infinity }];
  const to = T0 + seconds * 1_000;
  const series = (index: number, from: number, maxPoints: number) =>
    store.series({ spans: spansOf(index * 7), metric: SPO2, from, to, maxPoints });
  await time("24 h chart, 1,500 points", 400, (index) => series(index, to - 86_400_000 + 500, 1_500));
  await time("24 h chart, 300 points", 200, (index) => series(index, to - 86_400_000 + 500, 300));
  await time("4 h chart, 1,500 points", 200, (index) => series(index, to - 4 * 3_600_000 + 500, 1_500));
  await time("20 min chart, 1,500 points", 200, (index) => series(index, to - 1_200_000 + 500, 1_500));
  await time("latest", 400, (index) => store.latest(spansOf(index)));
  const writing = (async () => {
    let position = store.position();
    const until = performance.now() + 3_000;
    for (let second = seconds; performance.now() < until; second += 1) {
      const batch = Array.from({ length: patients }, (_, device) => messageOf(++position, device, second, 1));
      await store.write(batch, () => null);
    }
  })();
  await time("24 h chart while writing", 200, (index) => series(index, to - 86_400_000 + 500, 1_500));
  await writing;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begun = performance.now();
  let exported = 0;
  for await (const page of store.raw({ spans: spansOf(3), from: to - 86_400_000, to })) exported += page.length;
  delay.disable();
  print(
    `raw export of a day: ${exported} rows in ${Math.round(performance.now() - begun)} ms, event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
  );
  print(rss());
} finally {
  await rm(folder, { recursive: true });
}
