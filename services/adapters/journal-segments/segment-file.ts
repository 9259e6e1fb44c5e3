/** One segment file as the journal knows it, and how its name tells where it begins. */
import type { Position } from "#ports/journal.ts";

export interface Segment {
  readonly name: string;
  readonly path: string;
  /** Position of its first record. */
  readonly first: Position;
  /** How often this first position was tried before: a failed segment's unsettled positions are given again. */
  readonly attempt: number;
  readonly salt: number;
  /** Wall clock. */
  readonly createdAt: number;
  /** Positions missing before it are no damage. */
  readonly afterGap: boolean;
  /** Positions missing in it, or between it and the next, are known and no damage. */
  holed: boolean;
  /** Position of its last settled record; `first - 1` when it has none. */
  last: Position;
  /** Bytes that are settled; what lies behind is never read. */
  bytes: number;
  /** Where some records begin, one about every megabyte: the way to a position without reading all before it. */
  readonly marks: { readonly position: Position; readonly offset: number }[];
}

const NAME = /^(\d{16})-(\d{3,})\.segment$/;
export const DAMAGED_SUFFIX = ".damaged";
export const UNFINISHED_SUFFIX = ".unfinished";

export const segmentName = (first: Position, attempt: number): string =>
  `${String(first).padStart(16, "0")}-${String(attempt).padStart(3, "0")}.segment`;

export const parseSegmentName = (name: string): { readonly first: Position; readonly attempt: number } | undefined => {
  const match = NAME.exec(name);
  return match ? { first: Number(match[1]), attempt: Number(match[2]) } : undefined;
};

const MARK_EVERY = 1024 * 1024;

/** Remembers where a record begins when the last such note is far enough behind. */
export const mark = (segment: Segment, position: Position, offset: number): void => {
  const last = segment.marks.at(-1);
  if (last === undefined || offset - last.offset >= MARK_EVERY) segment.marks.push({ position, offset });
};

export const isEmpty = (segment: Segment): boolean => segment.last < segment.first;
