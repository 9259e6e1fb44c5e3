/** How fast the journal is beside two simpler ones, in the same run: a file synced per entry, and SQLite rows. Run it with node. */
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openJournalSegments } from "#adapters/journal-segments/open-journal-segments.ts";
import { decodeEntry, encodeEntry } from "#contracts/journal-record/entry-codec.ts";
import { crc32c } from "#contracts/journal-record/crc32c.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const folder = mkdtempSync(join(tmpdir(), "homeward-bench-"));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const round = (value: number, digits = 1): string => value.toFixed(digits);
const percentile = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

const silent: Diagnostics = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  count: () => undefined,
  gauge: () => undefined,
  observe: () => undefined,
  exposition: async () => "",
};

const codec = (): void => {
  for (const samples of [1, 10]) {
    const entry = messageEntry(1, samples);
    const bytes = encodeEntry(entry);
    const rounds = 200_000;
    for (let index = 0; index < 20_000; index++) decodeEntry(encodeEntry(entry));
    let began = performance.now();
    for (let index = 0; index < rounds; index++) encodeEntry(entry);
    const encoding = ((performance.now() - began) * 1000) / rounds;
    began = performance.now();
    for (let index = 0; index < rounds; index++) decodeEntry(bytes);
    const decoding = ((performance.now() - began) * 1000) / rounds;
    say(`codec, ${samples} samples: ${bytes.length} bytes, encode ${round(encoding, 2)} µs, decode ${round(decoding, 2)} µs`);
  }
  const block = new Uint8Array(1024 * 1024).fill(99);
  for (let index = 0; index < 20; index++) crc32c(block);
  const began = performance.now();
  for (let index = 0; index < 200; index++) crc32c(block);
  say(`crc32c: ${round(200 / ((performance.now() - began) / 1000), 0)} MiB/s`);
};

/** As fast as it takes them, 5,000 outstanding. */
const closedLoop = async (entries: number): Promise<number> => {
  await using journal = await openJournalSegments({ folder: join(folder, `closed-${entries}`), now: () => Date.now() });
  let appended = 0;
  let settled = 0;
  const done = Promise.withResolvers<void>();
  const fill = (): void => {
    while (appended < entries && appended - settled < 5_000) {
      journal.append(messageEntry(++appended), () => {
        if (++settled === entries) done.resolve();
        else if (appended - settled < 2_500) fill();
      });
    }
  };
  const began = performance.now();
  fill();
  await done.promise;
  const seconds = (performance.now() - began) / 1000;
  const { bytes } = journal.stats();
  say(`journal, 5,000 outstanding: ${round(entries / seconds, 0)} entries/s, ${round(bytes / seconds / 1e6)} MB/s`);
  return entries / seconds;
};

/** At a steady rate, in slices of a millisecond: latency from append to settled, and what it costs. */
const openLoop = async (rate: number, samples: number, seconds: number): Promise<void> => {
  const commits: number[] = [];
  const diagnostics: Diagnostics = { ...silent, observe: (_name, value) => commits.push(value * 1000) };
  const options = { folder: join(folder, `open-${rate}`), now: () => Date.now(), diagnostics };
  await using journal = await openJournalSegments(options);
  const latencies: number[] = [];
  let appended = 0;
  let settled = 0;
  const total = rate * seconds;
  const done = Promise.withResolvers<void>();
  const entries = Array.from({ length: 1000 }, (_, index) => messageEntry(index, samples));
  const cpu = process.cpuUsage();
  const thread = process.threadCpuUsage();
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate));
    for (; appended < due; appended++) {
      const at = performance.now();
      journal.append(entries[appended % 1000] ?? messageEntry(0), () => {
        latencies.push(performance.now() - at);
        if (++settled === total) done.resolve();
      });
    }
  }, 1);
  await done.promise;
  clearInterval(timer);
  const elapsed = (performance.now() - began) / 1000;
  const all = process.cpuUsage(cpu);
  const main = process.threadCpuUsage(thread);
  const share = (used: NodeJS.CpuUsage): string => round((used.user + used.system) / 1e4 / elapsed);
  say(
    `journal, ${rate} entries/s of ${samples}: settled p50 ${round(percentile(latencies, 0.5))} ms, p99 ${round(percentile(latencies, 0.99))} ms; ` +
      `commit p50 ${round(percentile(commits, 0.5))} ms, p99 ${round(percentile(commits, 0.99))} ms, ${round(commits.length / elapsed, 0)}/s; ` +
      `${round(journal.stats().bytes / elapsed / 1e6)} MB/s; CPU ${share(all)} % of a core, ${share(main)} % of it on the main thread with the generator`,
  );
};

/** One entry at a time, nothing else going on: what a lone reading waits. */
const lone = async (): Promise<void> => {
  await using journal = await openJournalSegments({ folder: join(folder, "lone"), now: () => Date.now() });
  const latencies: number[] = [];
  for (let index = 0; index < 200; index++) {
    await new Promise((resolve) => setTimeout(resolve, 6));
    const at = performance.now();
    await journal.commit(messageEntry(index));
    latencies.push(performance.now() - at);
  }
  say(
    `journal, one entry after a pause: settled p50 ${round(percentile(latencies, 0.5))} ms, p99 ${round(percentile(latencies, 0.99))} ms`,
  );
};

const naiveFile = async (entries: number): Promise<number> => {
  const file = await open(join(folder, "naive"), "a");
  const began = performance.now();
  for (let index = 0; index < entries; index++) {
    await file.appendFile(encodeEntry(messageEntry(index)));
    await file.datasync();
  }
  await file.close();
  return entries / ((performance.now() - began) / 1000);
};

/** `group` rows a transaction, `synchronous=FULL` with a write-ahead log. */
const sqliteRows = (entries: number, group: number): number => {
  const database = new DatabaseSync(join(folder, `rows-${group}.db`));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (position INTEGER PRIMARY KEY, bytes BLOB)");
  const insert = database.prepare("INSERT INTO entry (bytes) VALUES (?)");
  const began = performance.now();
  for (let index = 0; index < entries; index += group) {
    database.exec("BEGIN");
    for (let row = index; row < index + group; row++) insert.run(encodeEntry(messageEntry(row)));
    database.exec("COMMIT");
  }
  const seconds = (performance.now() - began) / 1000;
  database.close();
  return entries / seconds;
};

const readBack = async (entries: number): Promise<void> => {
  await using journal = await openJournalSegments({ folder: join(folder, `closed-${entries}`), now: () => Date.now() });
  const began = performance.now();
  let read = 0;
  for await (const batch of journal.read(1)) read += batch.length;
  const seconds = (performance.now() - began) / 1000;
  say(`journal, read back from disk: ${round(read / seconds, 0)} entries/s, ${round(journal.stats().bytes / seconds / 1e6)} MB/s`);
};

try {
  codec();
  await closedLoop(20_000);
  const journal = await closedLoop(300_000);
  await readBack(300_000);
  const naive = await naiveFile(1_000);
  const single = sqliteRows(1_000, 1);
  const grouped = sqliteRows(200_000, 100);
  say(`file, appendFile and fdatasync per entry: ${round(naive, 0)} entries/s; the journal is ${round(journal / naive)} times as fast`);
  say(
    `SQLite, one row and one transaction per entry: ${round(single, 0)} entries/s; the journal is ${round(journal / single)} times as fast`,
  );
  say(
    `SQLite, one row per entry, 100 a transaction: ${round(grouped, 0)} entries/s; the journal is ${round(journal / grouped)} times as fast`,
  );
  await lone();
  await openLoop(15_000, 1, 5);
  await openLoop(7_500, 10, 5);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
