/** What a start finds: the segments in order, a torn tail cut, damage set aside, and where positions go on. */
import { open, readdir, rename, stat, unlink, type FileHandle } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { JournalError } from "#adapters/journal-segments/journal-error.ts";
import { scanSegment } from "#adapters/journal-segments/scan-segment.ts";
import {
  DAMAGED_SUFFIX,
  mark,
  parseSegmentName,
  segmentName,
  UNFINISHED_SUFFIX,
  type Segment,
} from "#adapters/journal-segments/segment-file.ts";
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  FORMAT_VERSION,
  RECORD_HEADER,
  SEGMENT_HEADER,
  stampRecords,
  type SegmentHeader,
} from "#contracts/journal-record/record-frame.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { JournalStats, Position } from "#ports/journal.ts";

export type Damage = JournalStats["damaged"][number];

export interface RecoveredFolder {
  readonly segments: Segment[];
  readonly damaged: Damage[];
  /** Highest position that was given away and may have been read. */
  readonly head: Position;
}

/** Damage in older segments is found by whoever reads them; checking 10 GiB would keep a ward waiting at every start. */
const VERIFY_BYTES = 128 * 1024 * 1024;

interface Found {
  readonly name: string;
  readonly path: string;
  readonly first: Position;
  readonly attempt: number;
  readonly size: number;
}

/** Only the holder of the folder's lock may call this. */
export const recoverFolder = async (folder: string, diagnostics?: Diagnostics): Promise<RecoveredFolder> => {
  const { found, firsts, floor } = await listFolder(folder);
  const damaged: Damage[] = [];
  const segments: Segment[] = [];
  let verified = 0;
  let touched = false;
  // From the newest to the oldest: a segment ends where the next begins, whatever bytes a failed commit left behind it.
  let next: Segment | null = null;
  for (const file of found.reverse()) {
    if (next !== null && file.first >= next.first) {
      // Nothing in it counts: a failed segment without a settled entry, or one whose good records were copied to a later attempt.
      await rename(file.path, file.path + DAMAGED_SUFFIX);
      touched = true;
      continue;
    }
    const verify = verified < VERIFY_BYTES;
    const recovered = await recoverSegment(file, endOf(file, firsts), next?.afterGap === true, verify, diagnostics);
    if (verify) verified += file.size;
    touched ||= recovered.touched;
    if (recovered.damage) damaged.unshift(recovered.damage);
    if (recovered.segment === null) continue;
    segments.unshift(recovered.segment);
    next = recovered.segment;
  }
  if (touched) await syncFolder(folder);
  const last = segments.at(-1);
  const head = Math.max(last ? last.last : 0, floor, ...damaged.map((damage) => damage.to ?? 0));
  for (const damage of damaged) {
    const { segment, from, to, reason } = damage;
    diagnostics?.error("journal_damaged", { segment, from, to, reason });
  }
  return { segments, damaged, head };
};

interface Listing {
  readonly found: Found[];
  /** Where segments begin, those set aside included, rising. */
  readonly firsts: readonly Position[];
  /** No position up to here may be given again. */
  readonly floor: Position;
}

/** A segment ends where the next begins, also when that one is unreadable; null for the newest of all. */
const endOf = ({ first }: Found, firsts: readonly Position[]): Position | null => firsts.find((other) => other > first) ?? null;

const listFolder = async (folder: string): Promise<Listing> => {
  const found: Found[] = [];
  const aside: Found[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(UNFINISHED_SUFFIX)) {
      await unlink(path);
      continue;
    }
    const isAside = name.endsWith(DAMAGED_SUFFIX);
    const parsed = parseSegmentName(isAside ? name.slice(0, -DAMAGED_SUFFIX.length) : name);
    if (!parsed) continue;
    (isAside ? aside : found).push({ name, path, ...parsed, size: (await stat(path)).size });
  }
  found.sort((a, b) => a.first - b.first || a.attempt - b.attempt);
  // When the newest segment of all was set aside whole, no one knows how far it reached: positions go on where it cannot have reached.
  const newest = found.at(-1);
  const floor = aside
    .filter(({ first, attempt }) => !newest || first > newest.first || (first === newest.first && attempt > newest.attempt))
    .map(({ first, size }) => highestPossible(first, size));
  const firsts = [...found, ...aside].map(({ first }) => first).sort((a, b) => a - b);
  return { found, firsts, floor: Math.max(0, ...floor) };
};

const highestPossible = (first: Position, size: number): Position =>
  first - 1 + Math.max(0, Math.floor((size - SEGMENT_HEADER) / (RECORD_HEADER + 1)));

/** Makes the names in a folder durable. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

interface RecoveredSegment {
  /** Null when nothing of it can be read. */
  readonly segment: Segment | null;
  readonly damage?: Damage;
  readonly touched: boolean;
}

/** Null for a header that cannot be read. A newer format stops the start: nothing may be written beside it. */
const readHeader = async (handle: FileHandle, name: string): Promise<SegmentHeader | undefined> => {
  const bytes = new Uint8Array(SEGMENT_HEADER);
  const { bytesRead } = await handle.read(bytes, 0, SEGMENT_HEADER, 0);
  const header = decodeSegmentHeader(bytes.subarray(0, bytesRead));
  if (header && header.version > FORMAT_VERSION) {
    throw new JournalError("journal_newer", `${name} has format ${header.version}, this version knows ${FORMAT_VERSION}`);
  }
  return header;
};

const recoverSegment = async (
  file: Found,
  nextFirst: Position | null,
  beforeGap: boolean,
  verify: boolean,
  diagnostics?: Diagnostics,
): Promise<RecoveredSegment> => {
  const { name, path, first, attempt, size } = file;
  const handle = await open(path, "r+");
  try {
    const header = await readHeader(handle, name);
    if (header === undefined || header.firstPosition !== first) {
      if (nextFirst === null && size <= SEGMENT_HEADER) {
        // The process ended while it was being created; nothing was ever settled in it.
        diagnostics?.warn("journal_segment_unfinished", { segment: name, bytes: size });
        await unlink(path);
        return { segment: null, touched: true };
      }
      await rename(path, path + DAMAGED_SUFFIX);
      const reason = size === 0 ? "the file is empty" : "the file has no header of a journal segment";
      const to = nextFirst === null ? highestPossible(first, size) : nextFirst - 1;
      return { segment: null, damage: { segment: name, from: first, to, reason }, touched: true };
    }
    const { salt, createdAt, afterGap } = header;
    const holed = header.holed || beforeGap;
    const segment: Segment = {
      name,
      path,
      first,
      attempt,
      salt,
      createdAt,
      afterGap,
      holed,
      last: first - 1,
      bytes: SEGMENT_HEADER,
      marks: [],
    };
    if (nextFirst !== null && !verify) {
      segment.last = nextFirst - 1;
      segment.bytes = size;
      return { segment, touched: false };
    }
    return await verifySegment(handle, segment, size, nextFirst, diagnostics);
  } finally {
    await handle.close();
  }
};

interface Hole {
  readonly from: Position;
  to: Position;
}

/** The last segment's tail is cut where the records end; a hole before that makes a clean copy and sets the file aside. */
const verifySegment = async (
  handle: FileHandle,
  segment: Segment,
  size: number,
  nextFirst: Position | null,
  diagnostics?: Diagnostics,
): Promise<RecoveredSegment> => {
  const holes: Hole[] = [];
  const good: { from: number; to: number }[] = [];
  const isLast = nextFirst === null;
  let broken = false;
  let damagedBytes = false;
  const highest = nextFirst === null ? Number.MAX_SAFE_INTEGER : nextFirst - 1;
  const range = { from: SEGMENT_HEADER, end: size, salt: segment.salt, lowest: segment.first, highest };
  for await (const { records, bad } of scanSegment(handle, range)) {
    for (const { position, offset, payload } of records) {
      if (position > segment.last + 1 && (broken || !segment.holed)) holes.push({ from: segment.last + 1, to: position - 1 });
      const end = offset + RECORD_HEADER + payload.length;
      const run = good.at(-1);
      if (run && run.to === offset) run.to = end;
      else good.push({ from: offset, to: end });
      mark(segment, position, offset);
      segment.last = position;
      segment.bytes = end;
    }
    // Behind the last record lies what a failed or unfinished commit left, unless entries are missing.
    if (bad) broken = bad.next !== null || (!isLast && segment.last < nextFirst - 1);
    if (bad && bad.next === null && isLast) {
      diagnostics?.warn("journal_tail_cut", { segment: segment.name, after: segment.last, bytes: bad.to - bad.from });
    }
    damagedBytes ||= broken;
  }
  if (!isLast) {
    if (segment.last < nextFirst - 1 && (broken || !segment.holed)) holes.push({ from: segment.last + 1, to: nextFirst - 1 });
    segment.last = nextFirst - 1;
  }
  const hole = holes[0];
  if (!damagedBytes && hole !== undefined) {
    // What is there is whole; a file that followed it is gone.
    segment.holed = true;
    const damage = {
      segment: segment.name,
      from: hole.from,
      to: (holes.at(-1) as Hole).to,
      reason: "the entries behind this segment are gone",
    };
    return { segment, damage, touched: false };
  }
  if (!damagedBytes) {
    if (!isLast) return { segment, touched: false };
    // What the page cache holds may not be on disk yet, and readers will act on it: make it so before anyone reads.
    if (size > segment.bytes) await handle.truncate(segment.bytes);
    await handle.sync();
    return { segment, touched: true };
  }
  const copy = await setAside(handle, segment, good, diagnostics);
  const from = holes[0]?.from ?? segment.first;
  const to = holes.at(-1)?.to ?? segment.last;
  const lost = holes.reduce((sum, hole) => sum + hole.to - hole.from + 1, 0);
  return {
    segment: copy,
    damage: { segment: segment.name, from, to, reason: `${lost} entries have no readable record with a good checksum` },
    touched: true,
  };
};

/** The clean copy; on a disk that takes none the damaged segment itself, whose readers step over the damage. */
const setAside = async (
  handle: FileHandle,
  segment: Segment,
  good: readonly { readonly from: number; readonly to: number }[],
  diagnostics?: Diagnostics,
): Promise<Segment> => {
  try {
    const copy = await copyGoodRecords(handle, segment, good);
    await rename(segment.path, segment.path + DAMAGED_SUFFIX);
    return copy;
  } catch (cause) {
    diagnostics?.warn("journal_damaged_segment_kept", { segment: segment.name }, cause);
    return segment;
  }
};

/** Positions stay; the copy appears under its name only when it is whole and durable. */
const copyGoodRecords = async (
  handle: FileHandle,
  damaged: Segment,
  good: readonly { readonly from: number; readonly to: number }[],
): Promise<Segment> => {
  const { first, last, createdAt, afterGap } = damaged;
  const attempt = damaged.attempt + 1;
  const name = segmentName(first, attempt);
  const path = join(damaged.path, "..", name);
  const salt = randomBytes(4).readUInt32LE();
  const header = encodeSegmentHeader({ version: FORMAT_VERSION, salt, firstPosition: first, createdAt, holed: true, afterGap });
  const copy: Segment = { ...damaged, name, path, attempt, salt, last, bytes: header.length, holed: true, marks: [] };
  const target = await open(path + UNFINISHED_SUFFIX, "w", 0o600);
  try {
    await target.write(header, 0, header.length, 0);
    for (const { from, to } of good) {
      const range = { from, end: to, salt: damaged.salt, lowest: first, highest: Number.MAX_SAFE_INTEGER };
      for await (const { records } of scanSegment(handle, range)) {
        for (const { position, payload } of records) {
          const record = new Uint8Array(RECORD_HEADER + payload.length);
          new DataView(record.buffer).setUint32(4, payload.length, true);
          record.set(payload, RECORD_HEADER);
          stampRecords(record, record.length, position, salt);
          await target.write(record, 0, record.length, copy.bytes);
          mark(copy, position, copy.bytes);
          copy.bytes += record.length;
        }
      }
    }
    await target.sync();
  } finally {
    await target.close();
  }
  await rename(path + UNFINISHED_SUFFIX, path);
  return copy;
};
