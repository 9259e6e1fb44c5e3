/** Whatever an entry holds comes back from its bytes as it was, and bytes that are no entry are refused. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "#contracts/journal-record/byte-writer.ts";
import { crc32c } from "#contracts/journal-record/crc32c.ts";
import { decodeEntry, encodeEntry, encodeEntryInto } from "#contracts/journal-record/entry-codec.ts";
import { JournalRecordError } from "#contracts/journal-record/journal-record-error.ts";
import type { DeviceId } from "#core/ids.ts";
import type { JournalEntry, MessageEntry } from "#core/journal-entry.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { QualityCode, Sample } from "#core/samples/sample.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

/** Any UTF-16, lone surrogates and U+FEFF included: a device's JSON can hold them. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "\ufeffx", "\ud800", "a\udfffb", "温度", "side=left;site=ear"),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((codes) => String.fromCharCode(...codes)),
);
const number = fc.double();
const optional = (key: string, value: fc.Arbitrary<unknown>) =>
  fc.option(value).map((chosen) => (chosen === null ? {} : { [key]: chosen }));

const sample: fc.Arbitrary<Sample> = fc.record({
  metric: fc.oneof(fc.nat(255), fc.nat(70_000)),
  t: fc.oneof(fc.constantFrom(0, 1_767_225_600_000), fc.double()),
  value: number,
  quality: fc.constantFrom<QualityCode>(0, 1, 2),
  flags: fc.oneof(fc.constant(0), fc.integer()),
  tags: text,
  identity: text,
});
const raw = fc.uint8Array({ maxLength: 300 });
const item = fc
  .tuple(fc.constantFrom(...(Object.keys(QUARANTINE_REASONS) as QuarantineReason[])), raw, optional("sample", fc.jsonValue()))
  .map(([reason, raw, rest]) => ({ reason, raw, ...rest }));
const waveform = fc.record({
  signal: text,
  t0: number,
  hz: number,
  unit: text,
  values: fc.float32Array({ maxLength: 50 }),
});
const message: fc.Arbitrary<MessageEntry> = fc
  .tuple(
    fc.record({
      device: text.map((value) => value as DeviceId),
      topic: text,
      arrivedAt: number,
      hash: fc.integer({ min: 0, max: 0xffff_ffff }),
      samples: fc.array(sample, { maxLength: 12 }),
      quarantined: fc.array(item, { maxLength: 4 }),
    }),
    optional("seq", fc.maxSafeNat()),
    optional("epoch", fc.oneof(text, number)),
    optional("life", fc.nat()),
    optional("void", fc.boolean()),
    optional("waveform", waveform),
  )
  .map(([fixed, ...rest]) => Object.assign({ kind: "message" as const, ...fixed }, ...rest) as MessageEntry);

const actor = fc.record({ user: text, institution: fc.option(text), roles: fc.array(text) });
const other = fc
  .oneof(
    fc.record({ kind: fc.constant("tick"), at: number }),
    fc.record({ kind: fc.constant("receiving"), at: number, receiving: fc.boolean() }),
    fc.record({ kind: fc.constant("condition"), at: number, condition: text, active: fc.boolean(), value: number, detail: text }),
    fc.record({ kind: fc.constant("data-gap"), device: text, at: number, life: fc.nat(), from: fc.nat(), to: fc.nat(), reason: text }),
    fc.record({ kind: fc.constant("rule"), at: number, actor, rule: fc.record({ parameters: fc.dictionary(text, fc.jsonValue()) }) }),
    fc.record({ kind: fc.constant("act"), at: number, actor, alert: text, version: fc.nat(), request: text, act: fc.jsonValue() }),
  )
  .map((entry) => entry as unknown as JournalEntry);

describe("the codec of journal entries", () => {
  test("an entry comes back equal from its bytes", () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 3, arbitrary: message }, other), (entry) => {
        expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
      }),
      { numRuns: 1_000 },
    );
  });

  test("an entry's bytes are the same wherever they begin in a shared buffer, and however often that had to grow", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(message, other), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 64 }), (entries, size) => {
        const writer = new ByteWriter(new ArrayBuffer(size));
        for (const entry of entries) {
          const start = writer.length;
          encodeEntryInto(writer, entry);
          expect(writer.bytes.slice(start, writer.length)).toEqual(encodeEntry(entry));
        }
      }),
    );
  });

  test("bytes cut short, lengthened or of an unknown form are refused with a reason", () => {
    const bytes = encodeEntry(messageEntry(1, 3));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeEntry(bytes.subarray(0, length))).toThrow(JournalRecordError);
    }
    expect(() => decodeEntry(Uint8Array.of(...bytes, 0))).toThrow("longer");
    expect(() => decodeEntry(Uint8Array.of(77, 1, 2))).toThrow("form 77");
  });

  test("random bytes never give anything but an entry or a refusal", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 200 }), (form, rest) => {
        try {
          decodeEntry(Uint8Array.of(form, ...rest));
        } catch (cause) {
          expect(cause).toBeInstanceOf(JournalRecordError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("the items of one message share one copy of the payload", () => {
    const raw = new Uint8Array(64 * 1024).fill(7);
    const items = Array.from({ length: 50 }, (_, index) => ({ reason: "bad_value" as const, raw, sample: { index } }));
    const entry = { ...messageEntry(1), quarantined: items };
    const bytes = encodeEntry(entry);
    expect(bytes.length).toBeLessThan(70_000);
    expect(decodeEntry(bytes)).toEqual(entry);
  });

  test("a sample nested deeper than the stack does not keep its message out", () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) nested = [nested];
    const entry: MessageEntry = { ...messageEntry(1), quarantined: [{ reason: "bad_value", raw: Uint8Array.of(91), sample: nested }] };
    const back = decodeEntry(encodeEntry(entry)) as MessageEntry;
    expect(back.quarantined[0]).toMatchObject({ reason: "bad_value", raw: Uint8Array.of(91) });
  });

  test("a message of one sample takes little more room than its names", () => {
    expect(encodeEntry(messageEntry(1)).length).toBeLessThan(110);
  });
});

describe("CRC-32C", () => {
  /** RFC 3720 appendix B.4, and the check value of the catalogue of CRC algorithms. */
  const ascending = Uint8Array.from({ length: 32 }, (_, index) => index);
  test.each([
    ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 times 0xff", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["0 to 31", ascending, 0x46dd794e],
    ["31 to 0", ascending.toReversed(), 0x113fdb5c],
    ["nothing", new Uint8Array(0), 0],
  ])("gives the published value for %s", (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test("agrees with the bit by bit definition, at every alignment and continued from any place", () => {
    const bitwise = (bytes: Uint8Array): number => {
      let crc = 0xffffffff;
      for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
      return ~crc >>> 0;
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, a, b) => {
        const start = Math.min(a, bytes.length);
        const middle = Math.min(Math.max(start, b), bytes.length);
        expect(crc32c(bytes, start)).toBe(bitwise(bytes.subarray(start)));
        expect(crc32c(bytes, middle, bytes.length, crc32c(bytes, start, middle))).toBe(bitwise(bytes.subarray(start)));
      }),
    );
  });
});
