import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "#core/rules/codec/bytes.ts";
import { readSamples, writeSamples } from "#core/rules/codec/samples-codec.ts";
import { SampleBuffer } from "#core/rules/sample-buffer.ts";

const value = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.double(), fc.constantFrom(Number.NaN, -0, 93.25, 36.7));
const spacing = fc.oneof(fc.nat(5_000), fc.integer({ min: 1, max: 2 ** 40 }));

test("the recent samples of a stream come back from a checkpoint as they were, near or years apart, short or long", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ spacing, value, quality: fc.nat(2), side: fc.constantFrom("", "side=left") }), { maxLength: 60 }),
      (given) => {
        const buffer = new SampleBuffer();
        let t = 1_700_000_000_000;
        for (const { spacing, value, quality, side } of given) buffer.append((t += spacing), value, buffer.markOf(quality, side), 0);
        const writer = new ByteWriter();
        writeSamples(writer, buffer);
        const restored = readSamples(new ByteReader(writer.finish()));
        const rows = ({ times, values, marks, start, end }: SampleBuffer) =>
          Array.from({ length: end - start }, (_, index) => [times.at(start + index), values.at(start + index), marks[start + index]]);
        expect(rows(restored)).toEqual(rows(buffer));
        expect(restored.identities()).toEqual(buffer.identities());
        expect(restored.capacity).toBe(buffer.capacity);
      },
    ),
  );
});
