/** Real faults of the disk, seen and made by strace: what is called settled was synced before, and a failed sync is never trusted. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { readAll } from "#tests/contract/journal-contract.ts";
import { createJournalFolder, type JournalFolder } from "#tests/unit/journal/journal-folders.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const STRACE = "strace";
const CHILD = fileURLToPath(new URL("../unit/journal/journal-child.ts", import.meta.url));

beforeAll(() => {
  if (spawnSync(STRACE, ["--version"]).status !== 0) throw new Error("strace is missing: apt-get install -y strace");
});

interface Outcomes {
  readonly settled: { readonly position: number; readonly seq: number }[];
  readonly refused: { readonly seq: number; readonly reason: string }[];
  readonly accepting: boolean;
  readonly trace: string;
}

/** Runs the appending child under strace until it is done. */
const runTraced = async (place: JournalFolder, entries: number, straceArguments: readonly string[]): Promise<Outcomes> => {
  const log = join(place.folder, "trace.log");
  // There already: the fsync that a start owes to a folder it makes is not counted among the worker's.
  await mkdir(join(place.folder, "journal"), { recursive: true });
  const child = spawn(
    STRACE,
    ["-f", "-qq", "-o", log, ...straceArguments, process.execPath, CHILD, join(place.folder, "journal"), String(entries), "20"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit");
  let output = "";
  try {
    for await (const chunk of child.stdout) output += String(chunk);
  } finally {
    child.kill("SIGTERM");
  }
  expect((await exited)[0]).toBe(0);
  const settled = [];
  const refused = [];
  for (const line of output.split("\n")) {
    const [word, first, second] = line.split(" ");
    if (word === "settled") settled.push({ position: Number(first), seq: Number(second) });
    if (word === "refused") refused.push({ seq: Number(first), reason: String(second) });
  }
  return { settled, refused, accepting: output.includes("accepting true"), trace: await readFile(log, "utf8") };
};

const openAgain = (place: JournalFolder, folder = "journal") => place.open({ folder: join(place.folder, folder) });

interface Call {
  readonly name: string;
  readonly text: string;
}

/** Completed system calls in the order they returned; a call that another thread's interrupted is put together again. */
const completedCalls = (trace: string): Call[] => {
  const unfinished = new Map<string, string>();
  const calls: Call[] = [];
  for (const line of trace.split("\n")) {
    const match = /^(\d+) +(.*)$/.exec(line);
    if (!match) continue;
    const [, thread = "", said = ""] = match;
    const begun = /^(.*) <unfinished \.\.\.>$/.exec(said);
    if (begun) {
      unfinished.set(thread, begun[1] ?? "");
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(said);
    const text = resumed ? (unfinished.get(thread) ?? "") + (resumed[1] ?? "") : said;
    calls.push({ name: text.slice(0, text.indexOf("(")), text });
  }
  return calls;
};

/** What would be on the disk if the power went now: file name → bytes that an fdatasync covered. */
type Synced = ReadonlyMap<string, number>;

/** Follows files and syncs through the trace; calls `onSettled` for every line the child wrote, with what was durable then. */
const replayTrace = (trace: string, onSettled: (positions: number[], synced: Synced) => void): void => {
  const names = new Map<number, string>();
  const written = new Map<string, number>();
  const covered = new Map<string, number>();
  const durable = new Map<string, number>();
  for (const { name, text } of completedCalls(trace)) {
    const result = Number(/= (-?\d+)/.exec(text.slice(text.lastIndexOf(")")))?.[1] ?? Number.NaN);
    const fd = Number(/^\w+\((\d+)/.exec(text)?.[1]);
    if (name === "openat" && result >= 0) {
      const path = /"([^"]*)"/.exec(text)?.[1] ?? "";
      if (path.endsWith(".segment") || path.endsWith("/journal")) names.set(result, basename(path));
      else names.delete(result);
    } else if (name === "pwrite64" && names.has(fd)) {
      const offset = Number(/, (\d+)\)/.exec(text)?.[1]);
      const file = names.get(fd) as string;
      written.set(file, Math.max(written.get(file) ?? 0, offset + result));
    } else if (name === "fdatasync" && result === 0 && names.has(fd)) {
      const file = names.get(fd) as string;
      covered.set(file, written.get(file) ?? 0);
      if (durable.has(file)) durable.set(file, covered.get(file) ?? 0);
    } else if (name === "fsync" && result === 0 && names.get(fd) === "journal") {
      // The folder's entries are durable: files that were synced exist after the cut.
      for (const [file, size] of covered) durable.set(file, size);
    } else if (name === "write" && text.includes('"settled ')) {
      onSettled(
        [...text.matchAll(/settled (\d+) /g)].map((match) => Number(match[1])),
        durable,
      );
    }
  }
};

/** End offset of each record, by position: the frame is checksum u32, length u32, position f64, payload. */
const recordEnds = (bytes: Uint8Array): Map<number, number> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends = new Map<number, number>();
  for (let at = 128; at + 16 < bytes.length;) {
    const end = at + 16 + view.getUint32(at + 4, true);
    ends.set(view.getFloat64(at + 8, true), end);
    at = end;
  }
  return ends;
};

describe("the journal on a real disk", () => {
  test("settled is said only after an fdatasync that covers the entry, and a power cut at any moment keeps all that was said", async () => {
    await using place = await createJournalFolder();
    const traced = ["-s", "64", "-e", "trace=openat,pwrite64,write,fdatasync,fsync"];
    const { settled, trace } = await runTraced(place, 2_000, traced);
    expect(settled).toHaveLength(2_000);
    const journal = join(place.folder, "journal");
    const files = new Map<string, Uint8Array>();
    for (const name of (await readdir(journal)).filter((file) => file.endsWith(".segment")))
      files.set(name, await readFile(join(journal, name)));
    const ends = new Map([...files].map(([name, bytes]) => [name, recordEnds(bytes)]));

    let said = 0;
    const cuts: { readonly highest: number; readonly synced: Map<string, number> }[] = [];
    replayTrace(trace, (positions, synced) => {
      for (const position of positions) {
        const file = [...ends].find(([, records]) => records.has(position));
        const end = file?.[1].get(position) ?? Number.NaN;
        expect(synced.get(file?.[0] ?? ""), `position ${position}`).toBeGreaterThanOrEqual(end);
        said++;
      }
      if (said % 80 < positions.length) cuts.push({ highest: Math.max(...positions), synced: new Map(synced) });
    });
    expect(said).toBe(2_000);

    expect(cuts.length).toBeGreaterThan(20);
    for (const [index, { highest, synced }] of cuts.entries()) {
      const copy = join(place.folder, `cut-${index}`);
      await mkdir(copy);
      for (const [name, size] of synced) await writeFile(join(copy, name), (files.get(name) as Uint8Array).subarray(0, size));
      await using after = await openAgain(place, `cut-${index}`);
      const read = await readAll(after);
      expect(read.length).toBeGreaterThanOrEqual(highest);
      expect(read.map(({ position }) => position)).toEqual(read.map((_, at) => at + 1));
      expect(after.stats().damaged).toEqual([]);
    }
  });

  test.each([
    ["fdatasync", "EIO", 3, "failed"],
    ["fdatasync", "EIO", 1, "failed"],
    ["fdatasync", "ENOSPC", 2, "full"],
    ["pwrite64", "ENOSPC", 5, "full"],
    ["pwrite64", "EIO", 1, "failed"],
    // The folder's own fsync, after the first commit of a new segment.
    ["fsync", "EIO", 1, "failed"],
    ["ftruncate", "EIO", 1, ""],
  ])(
    "when %s answers %s at call %i, that commit is refused, and after a restart every settled entry is there",
    async (call, error, when, reason) => {
      await using place = await createJournalFolder();
      // The failed segment cannot even be cut in the last case: its tail must not be believed all the same.
      const faults = [`inject=${call}:error=${error}:when=${when}`];
      if (call === "ftruncate") faults.push("inject=fdatasync:error=EIO:when=4");
      const traced = ["-e", "trace=fdatasync,pwrite64,ftruncate,fsync", ...faults.flatMap((fault) => ["-e", fault])];
      const { settled, refused, accepting, trace } = await runTraced(place, 400, traced);
      expect(trace).toContain("(INJECTED)");
      expect(refused.length).toBeGreaterThan(0);
      if (reason !== "") expect(new Set(refused.map((one) => one.reason))).toEqual(new Set([reason]));
      expect(accepting).toBe(true);
      // Positions have no gap: those of the refused were given again.
      expect(settled.map(({ position }) => position)).toEqual(settled.map((_, index) => index + 1));

      await using journal = await openAgain(place);
      const read = await readAll(journal);
      expect(read).toEqual(settled.map(({ position, seq }) => ({ position, entry: messageEntry(seq) })));
      expect(journal.stats().damaged).toEqual([]);
    },
  );

  test("when the disk never works again everything is refused, nothing hangs, and what was settled before stays", async () => {
    await using place = await createJournalFolder();
    const { settled, refused, accepting } = await runTraced(place, 400, [
      "-e",
      "trace=fdatasync",
      "-e",
      "inject=fdatasync:error=EIO:when=3+",
    ]);
    expect(settled.length + refused.length).toBe(400);
    expect(refused.length).toBeGreaterThan(300);
    expect(accepting).toBe(false);
    await using journal = await openAgain(place);
    expect((await readAll(journal)).map(({ position }) => position)).toEqual(settled.map(({ position }) => position));
    expect(journal.stats().damaged).toEqual([]);
  });

  test("a start whose fsync of the tail fails does not open: readers would act on what the disk may not hold", async () => {
    await using place = await createJournalFolder();
    await runTraced(place, 50, ["-e", "trace=fdatasync"]);
    const folder = join(place.folder, "journal");
    const traced = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1"];
    const result = spawnSync(STRACE, [...traced, process.execPath, CHILD, folder, "10"], { encoding: "utf8" });
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain("The journal's folder cannot be read and written. (EIO");
    await using journal = await openAgain(place);
    expect(journal.head).toBe(50);
  });
});
