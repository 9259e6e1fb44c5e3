/** A stream's recent samples and their window, whatever the packing makes of them, against plain arrays. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SampleBuffer } from "#core/rules/sample-buffer.ts";
import { SlidingMedian } from "#core/rules/sliding-median.ts";
import { Window } from "#core/rules/window.ts";

const DAY = 86_400_000;
const START = 1_700_000_000_000;
const LONGEST = 60_000;

interface Row {
  readonly t: number;
  readonly value: number;
  readonly mark: number;
}

/** Hundredths, tenths that no short float holds, values that are neither, and what lies on the edge of two bytes. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 2_000, max: 25_000 }).map((parts) => parts / 100) },
  { weight: 3, arbitrary: fc.integer({ min: 350, max: 420 }).map((parts) => parts / 10) },
  { weight: 1, arbitrary: fc.double({ min: 35, max: 42, noNaN: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      Number.NaN,
      -0,
      0,
      36.6,
      36.625,
      0.1 + 0.2,
      327.67,
      327.68,
      -327.67,
      -327.68,
      812,
      1e300,
      Infinity,
      -Infinity,
    ),
  },
);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -60_000, max: -1 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 120 * DAY }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32, 0.5) },
);
const steps = fc.array(fc.record({ step, value, mark: fc.nat(255) }), { maxLength: 150 });

const rowsOf = ({ times, values, marks, start, end }: SampleBuffer): Row[] =>
  Array.from({ length: end - start }, (_, index) => ({
    t: times.at(start + index),
    value: values.at(start + index),
    mark: marks[start + index] as number,
  }));

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
};

test("samples come out of the buffer as they went in: in order, late, months apart, of any value", () => {
  fc.assert(
    fc.property(steps, (given) => {
      const buffer = new SampleBuffer();
      let rows: Row[] = [];
      let newest = START;
      for (const { step, value, mark } of given) {
        const t = newest + step;
        newest = Math.max(newest, t);
        const keepFrom = newest - 2 * LONGEST;
        if (t < buffer.newestT) buffer.insert(t, value, mark, keepFrom);
        else buffer.append(t, value, mark, keepFrom);
        const at = rows.findLastIndex((row) => row.t <= t) + 1;
        rows = rows.toSpliced(at, 0, { t, value, mark });
        const held = rowsOf(buffer);
        expect(held).toEqual(rows.slice(rows.length - held.length));
        expect(held.length).toBeGreaterThanOrEqual(rows.filter((row) => row.t >= keepFrom).length);
      }
    }),
    { numRuns: 300 },
  );
});

test("a window follows the newest sample and is rebuilt after a late one with the same median as one sorted anew", () => {
  fc.assert(
    fc.property(steps, (given) => {
      const buffer = new SampleBuffer();
      const window = new Window();
      window.resize(LONGEST, 0.5, 1_000);
      let newest = START;
      for (const { step, value, mark } of given) {
        const t = newest + step;
        newest = Math.max(newest, t);
        const marked = value === value ? mark : 2;
        // As a stream does: what the window holds stays until the window has let go of it.
        const keepFrom = buffer.newestT - 2 * LONGEST;
        if (t < buffer.newestT) {
          buffer.insert(t, value, marked, keepFrom);
          window.rebuild(buffer, buffer.end - 1);
        } else {
          buffer.append(t, value, marked, keepFrom);
          window.first = Math.max(0, window.first - buffer.moved);
          window.advance(buffer, buffer.end - 1);
        }
        const inside = rowsOf(buffer).filter((row) => row.t > buffer.newestT - LONGEST);
        const usable = inside.filter((row) => (row.mark & 3) !== 2).map((row) => row.value);
        expect(window.median.size).toBe(usable.length);
        // Zero has no sign for a rule.
        expect(window.median.median() + 0).toEqual(usable.length === 0 ? Number.NaN : medianOf(usable) + 0);
        expect(window.bad).toBe(inside.length - usable.length);
        expect(window.degraded).toBe(inside.filter((row) => (row.mark & 3) === 1).length);
      }
    }),
    { numRuns: 300 },
  );
});

test("a sliding median is the median of what went in and has not come out", () => {
  const few = fc.integer({ min: 0, max: 12 }).map((parts) => 36 + parts / 10);
  const value = fc.oneof(few, fc.double({ min: 0, max: 100, noNaN: true }));
  const command = fc.record({
    kind: fc.constantFrom("insert", "insert", "remove", "replace", "clear"),
    value,
    which: fc.nat(),
    asked: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      const median = new SlidingMedian();
      let held: number[] = [];
      for (const { kind, value, which, asked } of commands) {
        const out = held[which % held.length];
        if (kind === "insert" || out === undefined) {
          median.insert(value);
          held.push(value);
        } else if (kind === "clear" && which % 8 === 0) {
          median.clear();
          held = [];
        } else {
          held.splice(which % held.length, 1);
          if (kind === "replace") {
            median.replace(out, value);
            held.push(value);
          } else median.remove(out);
        }
        expect(median.size).toBe(held.length);
        if (asked) expect(median.median()).toBe(held.length === 0 ? Number.NaN : medianOf(held));
      }
    }),
    { numRuns: 1_000 },
  );
});
