/** Thousands of checkpoint parts as one block of memory that moves to the writer thread, instead of as many clones. */
import type { EngineCheckpoint } from "#core/rules/engine.ts";

export interface PackedCheckpoints {
  readonly keys: readonly string[];
  /** Where each part ends; −1: the part is deleted. */
  readonly ends: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const packCheckpoints = (parts: readonly EngineCheckpoint[]): PackedCheckpoints => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part.bytes?.byteLength ?? 0), 0));
  let end = 0;
  const ends = parts.map((part) => {
    if (part.bytes === null) return -1;
    bytes.set(part.bytes, end);
    end += part.bytes.byteLength;
    return end;
  });
  return { keys: parts.map(({ key }) => key), ends, bytes };
};

export const unpackCheckpoints = function* ({ keys, ends, bytes }: PackedCheckpoints): Generator<EngineCheckpoint> {
  let from = 0;
  for (const [index, key] of keys.entries()) {
    const end = ends[index] ?? -1;
    yield { key, bytes: end < 0 ? null : bytes.subarray(from, end) };
    if (end >= 0) from = end;
  }
};
