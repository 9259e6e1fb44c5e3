/** Segment names tell where a segment begins, however often it was tried. */
import { expect, test } from "vitest";
import { parseSegmentName, segmentName } from "#adapters/journal-segments/segment-file.ts";

test("a segment's name gives back its first position and its attempt, also after a thousand attempts", () => {
  for (const first of [1, 12_345, Number.MAX_SAFE_INTEGER]) {
    for (const attempt of [0, 7, 999, 1_000, 123_456]) expect(parseSegmentName(segmentName(first, attempt))).toEqual({ first, attempt });
  }
});

test("names of other files are not read as segments", () => {
  for (const name of ["journal.lock", "1-0.segment", "0000000000000001-000.segment.damaged", "0000000000000001.segment", "notes.txt"]) {
    expect(parseSegmentName(name)).toBeUndefined();
  }
});
