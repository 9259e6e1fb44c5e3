/** Streams entries back from disk in batches; what is damaged is stepped over and reported, never guessed. */
import { open, type FileHandle } from "node:fs/promises";
import { scanSegment } from "#adapters/journal-segments/scan-segment.ts";
import { isEmpty, type Segment } from "#adapters/journal-segments/segment-file.ts";
import { decodeEntry } from "#contracts/journal-record/entry-codec.ts";
import { SEGMENT_HEADER } from "#contracts/journal-record/record-frame.ts";
import type { Committed, Position } from "#ports/journal.ts";

export interface ReadRange {
  readonly from: Position;
  /** The head at the time of the call. */
  readonly head: Position;
  /** The live list: segments may be deleted or begun while the reading goes on. */
  readonly segments: readonly Segment[];
  /** Entries of `segment` that should be there and are not. */
  onDamage(segment: Segment, from: Position, to: Position, reason: string): void;
}

const BATCH = 1000;

export const readSegments = async function* (range: ReadRange): AsyncGenerator<readonly Committed[]> {
  let next = range.from;
  while (next <= range.head) {
    const segment = range.segments.find((candidate) => !isEmpty(candidate) && candidate.last >= next);
    if (segment === undefined || segment.first > range.head) return;
    next = Math.max(next, segment.first);
    const handle = await openIfThere(segment);
    if (handle === undefined) {
      const to = Math.min(segment.last, range.head);
      if (range.segments.includes(segment)) range.onDamage(segment, next, to, "the file is missing");
      next = to + 1;
      continue;
    }
    try {
      for await (const batch of readOne(handle, segment, next, range)) {
        yield batch;
        next = (batch.at(-1) as Committed).position + 1;
      }
    } finally {
      await handle.close();
    }
    next = Math.max(next, Math.min(segment.last, range.head) + 1);
  }
};

/** Undefined when retention deleted it a moment ago. */
const openIfThere = async (segment: Segment): Promise<FileHandle | undefined> => {
  try {
    return await open(segment.path, "r");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
};

const readOne = async function* (
  handle: FileHandle,
  segment: Segment,
  from: Position,
  range: ReadRange,
): AsyncGenerator<readonly Committed[]> {
  const start = segment.marks.findLast(({ position }) => position <= from);
  // Later appends to this segment lie behind the head: they are not ours to yield.
  const last = Math.min(segment.last, range.head);
  const scan = {
    from: start?.offset ?? SEGMENT_HEADER,
    end: segment.bytes,
    salt: segment.salt,
    lowest: start?.position ?? segment.first,
    highest: segment.last,
  };
  let expected = from;
  let batch: Committed[] = [];
  let broken = false;
  for await (const { records, bad } of scanSegment(handle, scan)) {
    for (const { position, payload } of records) {
      if (position < from) continue;
      if (position > last) break;
      if (position > expected && (broken || !segment.holed))
        range.onDamage(segment, expected, position - 1, "no readable record with a good checksum");
      expected = position + 1;
      try {
        batch.push({ position, entry: decodeEntry(payload) });
      } catch (cause) {
        range.onDamage(segment, position, position, cause instanceof Error ? cause.message : String(cause));
        continue;
      }
      if (batch.length === BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
    batch = [];
    if (expected > last) return;
    broken = bad !== undefined;
  }
  if (expected <= last && (broken || !segment.holed)) range.onDamage(segment, expected, last, "no readable record with a good checksum");
};
