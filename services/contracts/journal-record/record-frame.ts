/** How records and segment headers lie in a segment file; little-endian, sizes in bytes. */
import { crc32c } from "#contracts/journal-record/crc32c.ts";

/** A record: CRC-32C u32 (seeded with the segment's salt, over all that follows), payload length u32, position f64, payload. */
export const RECORD_HEADER = 16;
/** No entry comes near it; a longer length is damage. */
export const MAX_PAYLOAD = 32 * 1024 * 1024;

/** Fills in position and checksum of the records in `bytes[0, end)`, whose lengths and payloads stand already; returns how many. */
export const stampRecords = (bytes: Uint8Array, end: number, firstPosition: number, salt: number): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = 0; at < end; count++) {
    const next = at + RECORD_HEADER + view.getUint32(at + 4, true);
    view.setFloat64(at + 8, firstPosition + count, true);
    view.setUint32(at, crc32c(bytes, at + 4, next, salt), true);
    at = next;
  }
  return count;
};

/** The header stands twice, 64 bytes apart, so that one bad sector does not cost the salt. */
export const SEGMENT_HEADER = 128;
const COPY = 64;
const MAGIC = "HWJOURN\n";
export const FORMAT_VERSION = 1;

export interface SegmentHeader {
  readonly version: number;
  /** Random: nobody outside can write a payload that passes for a record when damage is searched for the next good one. */
  readonly salt: number;
  readonly firstPosition: number;
  /** Wall clock, ms since 1970. */
  readonly createdAt: number;
  /** Positions are missing in it on purpose: it is the copy of a damaged segment. */
  readonly holed: boolean;
  /** Positions are missing between the segment before and this one on purpose. */
  readonly afterGap: boolean;
}

export const encodeSegmentHeader = ({ version, salt, firstPosition, createdAt, holed, afterGap }: SegmentHeader): Uint8Array => {
  const bytes = new Uint8Array(SEGMENT_HEADER);
  const view = new DataView(bytes.buffer);
  for (const at of [0, COPY]) {
    for (let index = 0; index < MAGIC.length; index++) bytes[at + index] = MAGIC.charCodeAt(index);
    view.setUint32(at + 8, version, true);
    view.setUint32(at + 12, salt, true);
    view.setFloat64(at + 16, firstPosition, true);
    view.setFloat64(at + 24, createdAt, true);
    view.setUint32(at + 32, (holed ? 1 : 0) | (afterGap ? 2 : 0), true);
    view.setUint32(at + 36, crc32c(bytes, at, at + 36), true);
  }
  return bytes;
};

/** Undefined when neither copy is whole. */
export const decodeSegmentHeader = (bytes: Uint8Array): SegmentHeader | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const at of [0, COPY]) {
    if (bytes.length < at + 40 || view.getUint32(at + 36, true) !== crc32c(bytes, at, at + 36)) continue;
    if (String.fromCharCode(...bytes.subarray(at, at + 8)) !== MAGIC) continue;
    return {
      version: view.getUint32(at + 8, true),
      salt: view.getUint32(at + 12, true),
      firstPosition: view.getFloat64(at + 16, true),
      createdAt: view.getFloat64(at + 24, true),
      holed: (view.getUint32(at + 32, true) & 1) !== 0,
      afterGap: (view.getUint32(at + 32, true) & 2) !== 0,
    };
  }
  return undefined;
};
