/** Wherever a file is torn or a bit flips, every record that is whole stays readable and nothing false is read. */
import * as fc from "fast-check";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openJournalSegments } from "#adapters/journal-segments/open-journal-segments.ts";
import { readSegments } from "#adapters/journal-segments/read-segments.ts";
import { recoverFolder, type RecoveredFolder } from "#adapters/journal-segments/recover-folder.ts";
import type { Committed } from "#ports/journal.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const FIRST = "0000000000000001-000.segment";
const SECOND = "0000000000000006-000.segment";
const HEADER = 128;
let folder: string;
let pristine: string;
let whole: Buffer;
let recordSize: number;

/** Two segments of five messages each, every record of the same size. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "homeward-journal-"));
  pristine = join(folder, "pristine");
  for (const from of [1, 6]) {
    await using journal = await openJournalSegments({ folder: pristine, now: () => 0 });
    await Promise.all([0, 1, 2, 3, 4].map((index) => journal.commit(messageEntry(from + index))));
  }
  whole = await readFile(join(pristine, SECOND));
  recordSize = (whole.length - HEADER) / 5;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let copies = 0;
const recover = async (name: string, bytes: Uint8Array): Promise<{ recovered: RecoveredFolder; read: Committed[] }> => {
  const place = join(folder, `copy-${copies++}`);
  await cp(pristine, place, { recursive: true });
  await writeFile(join(place, name), bytes);
  const recovered = await recoverFolder(place);
  const read: Committed[] = [];
  const damage: string[] = [];
  const range = { from: 1, head: recovered.head, segments: recovered.segments };
  for await (const batch of readSegments({ ...range, onDamage: (_segment, from, to) => damage.push(`${from}-${to}`) })) read.push(...batch);
  // What a start has reported, a reader does not report again.
  expect(damage).toEqual([]);
  for (const { position, entry } of read) expect(entry).toEqual(messageEntry(position));
  await rm(place, { recursive: true });
  return { recovered, read };
};

describe("a damaged journal", () => {
  test("a last record torn at any of its bytes is cut and everything before it stays", async () => {
    for (let size = whole.length - recordSize; size < whole.length; size++) {
      const { recovered, read } = await recover(SECOND, whole.subarray(0, size));
      expect(recovered.head).toBe(9);
      expect(recovered.damaged).toEqual([]);
      expect(read).toHaveLength(9);
    }
  });

  test("a bit flipped anywhere in a record that others follow costs that record alone and is reported", async () => {
    const offsets = fc.record({
      older: fc.boolean(),
      offset: fc.integer({ min: HEADER, max: HEADER + 4 * recordSize - 1 }),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(offsets, async ({ older, offset, bit }) => {
        const name = older ? FIRST : SECOND;
        const bytes = await readFile(join(pristine, name));
        bytes[offset] = (bytes[offset] as number) ^ (1 << bit);
        const lost = (older ? 1 : 6) + Math.floor((offset - HEADER) / recordSize);
        const { recovered, read } = await recover(name, bytes);
        expect(recovered.damaged).toMatchObject([{ segment: name, from: lost, to: lost }]);
        expect(recovered.head).toBe(10);
        expect(read.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((position) => position !== lost));
      }),
      { numRuns: 120 },
    );
  });

  test("any bytes written over any part of a segment never make a false entry, and the other segment stays whole", async () => {
    const damage = fc.record({ older: fc.boolean(), offset: fc.nat(HEADER + 5 * recordSize), bytes: fc.uint8Array({ maxLength: 400 }) });
    await fc.assert(
      fc.asyncProperty(damage, async ({ older, offset, bytes }) => {
        const name = older ? FIRST : SECOND;
        const before = await readFile(join(pristine, name));
        const after = Buffer.concat([before.subarray(0, offset), bytes, before.subarray(offset + bytes.length)]);
        const { recovered, read } = await recover(name, after);
        const positions = new Set(read.map(({ position }) => position));
        for (const position of older ? [6, 7, 8, 9, 10] : [1, 2, 3, 4, 5]) expect(positions).toContain(position);
        expect(positions.size).toBe(read.length);
        expect(recovered.head).toBeGreaterThanOrEqual(older ? 10 : 5);
      }),
      { numRuns: 120 },
    );
  });
});
