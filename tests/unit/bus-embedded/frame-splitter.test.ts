/** Packets come out as they went in, wherever the network cut them. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FrameSplitter } from "#adapters/bus-embedded/frame-splitter.ts";
import { packetOf } from "#tests/unit/bus-embedded/mqtt-bytes.ts";

const MOST = 1 << 20;

const drain = (splitter: FrameSplitter): Buffer[] => {
  const frames: Buffer[] = [];
  while (splitter.next() === "frame") {
    expect(splitter.body).toBeGreaterThan(splitter.start);
    frames.push(Buffer.from(splitter.bytes.subarray(splitter.start, splitter.end)));
  }
  return frames;
};

const frame = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.oneof(fc.nat(5), fc.integer({ min: 120, max: 135 }), fc.nat(20_000)))
  .map(([first, length]) => packetOf(first, Buffer.alloc(length, first)));

test("packets cut at any places come out whole, in order and unchanged", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 40 }), fc.boolean(), (frames, cuts, drainsBetween) => {
      const stream = Buffer.concat(frames);
      const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
      const splitter = new FrameSplitter(MOST, MOST);
      const out: Buffer[] = [];
      let from = 0;
      for (const to of [...places, stream.length]) {
        splitter.push(stream.subarray(from, to));
        if (drainsBetween) out.push(...drain(splitter));
        from = to;
      }
      out.push(...drain(splitter));
      expect(Buffer.concat(out).equals(stream)).toBe(true);
      expect(out.map(({ length }) => length)).toEqual(frames.map(({ length }) => length));
      expect(splitter.buffered).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("a stream cut in two at every single place gives the same packets", () => {
  const frames = [0, 1, 127, 128, 300].map((length, n) => packetOf(0x30 + n, Buffer.alloc(length, n)));
  const stream = Buffer.concat(frames);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const splitter = new FrameSplitter(MOST, MOST);
    splitter.push(stream.subarray(0, cut));
    const out = drain(splitter);
    splitter.push(stream.subarray(cut));
    out.push(...drain(splitter));
    expect(out).toEqual(frames);
  }
});

test("a packet that comes byte by byte is put together", () => {
  const whole = packetOf(0x32, Buffer.alloc(40_000, 7));
  const splitter = new FrameSplitter(MOST, MOST);
  for (let at = 0; at < whole.length; at += 1) {
    expect(splitter.next()).toBe("more");
    splitter.push(whole.subarray(at, at + 1));
  }
  expect(drain(splitter)).toEqual([whole]);
});

test.each([
  { bytes: [0x30, 0xff, 0xff, 0xff, 0xff], outcome: "malformed" },
  { bytes: [0x30, 0x80, 0x80, 0x80, 0x80, 0x01], outcome: "malformed" },
  { bytes: [0x30, 0xff, 0xff, 0xff, 0x7f], outcome: "too_big" },
  { bytes: [0x30, 0xff, 0xff, 0xff], outcome: "more" },
  { bytes: [0x10, 0x80, 0x08], outcome: "too_big" },
  { bytes: [0x30, 0x80, 0x08], outcome: "more" },
  { bytes: [0x30], outcome: "more" },
])("the beginning $bytes is seen as $outcome, whether it comes at once or in pieces", ({ bytes, outcome }) => {
  for (const step of [1, bytes.length]) {
    const splitter = new FrameSplitter(MOST, 1_000);
    let last = "more";
    for (let at = 0; at < bytes.length && last === "more"; at += step) {
      splitter.push(Buffer.from(bytes.slice(at, at + step)));
      last = splitter.next();
    }
    expect(last).toBe(outcome);
  }
});
