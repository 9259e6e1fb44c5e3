/** Walks the records of one segment file in chunks, checks every checksum, and steps over damage to the next good record. */
import type { FileHandle } from "node:fs/promises";
import { crc32c } from "#contracts/journal-record/crc32c.ts";
import { MAX_PAYLOAD, RECORD_HEADER } from "#contracts/journal-record/record-frame.ts";
import type { Position } from "#ports/journal.ts";

interface ScannedRecord {
  readonly position: Position;
  /** Where the record begins in the file. */
  readonly offset: number;
  /** Points into the chunk's buffer: use it before asking for the next chunk. */
  readonly payload: Uint8Array;
}

export interface ScannedChunk {
  readonly records: readonly ScannedRecord[];
  /** Bytes that are no record, between good ones or at the end (`next` null). */
  readonly bad?: { readonly from: number; readonly to: number; readonly next: Position | null };
}

export interface ScanRange {
  /** Offset of a record. */
  readonly from: number;
  /** Bytes from here on are not looked at. */
  readonly end: number;
  readonly salt: number;
  /** Positions outside are damage. */
  readonly lowest: Position;
  readonly highest: Position;
}

const CHUNK = 1024 * 1024;

/** A window on the file that moves forward. */
class Window {
  bytes = new Uint8Array(CHUNK + RECORD_HEADER);
  view = new DataView(this.bytes.buffer);
  /** File offset of `bytes[0]`. */
  base: number;
  filled = 0;
  readonly #handle: FileHandle;
  readonly #end: number;

  constructor(handle: FileHandle, from: number, end: number) {
    this.#handle = handle;
    this.base = from;
    this.#end = end;
  }

  /** Makes `[offset, offset + size)` readable; false when the file ends before. A fresh buffer each time: records of the last chunk stay valid. */
  async cover(offset: number, size: number): Promise<boolean> {
    if (offset + size > this.#end) return false;
    if (offset + size <= this.base + this.filled) return true;
    const keep = this.bytes.subarray(offset - this.base, this.filled);
    const bytes = new Uint8Array(Math.max(CHUNK, size));
    bytes.set(keep);
    let filled = keep.length;
    const wanted = Math.min(bytes.length, this.#end - offset);
    while (filled < wanted) {
      const { bytesRead } = await this.#handle.read(bytes, filled, wanted - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.base = offset;
    this.filled = filled;
    return filled >= size;
  }

  covers(offset: number, size: number): boolean {
    return offset + size <= this.base + this.filled;
  }
}

/** Yields at least once per megabyte, so that the event loop breathes. */
export const scanSegment = async function* (handle: FileHandle, range: ScanRange): AsyncGenerator<ScannedChunk> {
  const window = new Window(handle, range.from, range.end);
  let offset = range.from;
  let lowest = range.lowest;
  let badFrom: number | undefined;
  let records: ScannedRecord[] = [];
  while (offset + RECORD_HEADER < range.end) {
    if (!window.covers(offset, RECORD_HEADER)) {
      if (records.length > 0) yield { records };
      records = [];
      if (!(await window.cover(offset, RECORD_HEADER))) break;
    }
    const length = window.view.getUint32(offset - window.base + 4, true);
    const position = window.view.getFloat64(offset - window.base + 8, true);
    const plausible = length > 0 && length <= MAX_PAYLOAD && position >= lowest && position <= range.highest && Number.isInteger(position);
    const size = RECORD_HEADER + length;
    if (plausible && !window.covers(offset, size)) {
      if (records.length > 0) yield { records };
      records = [];
    }
    if (plausible && (await window.cover(offset, size)) && isIntact(window, offset, size, range.salt)) {
      if (badFrom !== undefined) {
        yield { records, bad: { from: badFrom, to: offset, next: position } };
        records = [];
        badFrom = undefined;
      }
      const at = offset - window.base;
      records.push({ position, offset, payload: window.bytes.subarray(at + RECORD_HEADER, at + size) });
      lowest = position + 1;
      offset += size;
    } else {
      // The length itself may be what broke: every byte may be where the next good record begins.
      badFrom ??= offset;
      offset++;
    }
  }
  const bad = badFrom ?? (offset < range.end ? offset : undefined);
  if (bad !== undefined) yield { records, bad: { from: bad, to: range.end, next: null } };
  else if (records.length > 0) yield { records };
};

const isIntact = (window: Window, offset: number, size: number, salt: number): boolean => {
  const at = offset - window.base;
  return window.view.getUint32(at, true) === crc32c(window.bytes, at + 4, at + size, salt);
};
