/** Roll-ups against an oracle: whatever the order of writes, repeats, conflicts and late samples, a series counts every stored sample once. */
import * as fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { createBatchEncoder } from "#adapters/readings-sqlite/encode-batch.ts";
import { eraseSlice } from "#adapters/readings-sqlite/erase-slice.ts";
import { addSample, createMinute, minuteOf } from "#core/series/minute.ts";
import { pruneSlice } from "#adapters/readings-sqlite/prune-slice.ts";
import { readSeries } from "#adapters/readings-sqlite/read-series.ts";
import { SCHEMA } from "#adapters/readings-sqlite/schema.ts";
import { createStatements, numberAt } from "#adapters/readings-sqlite/statements.ts";
import { createBatchWriter } from "#adapters/readings-sqlite/write-batch.ts";
import { POINT } from "#core/series/fold-points.ts";
import { D1, message, sample, SPO2, T0 } from "#tests/contract/reading-store-contract.ts";

const SPAN = 40 * 60_000;
const databases: DatabaseSync[] = [];
afterAll(() => {
  for (const database of databases) database.close();
});

const openStore = () => {
  const database = new DatabaseSync(":memory:");
  databases.push(database);
  database.exec(SCHEMA);
  const statements = createStatements(database);
  return { database, statements, writer: createBatchWriter(database, statements), encoder: createBatchEncoder() };
};

const sampleArbitrary = fc
  .record({
    // Few moments, so that repeats and conflicts are frequent; half-second steps cut minutes at odd places.
    step: fc.nat({ max: 120 }),
    value: fc.constantFrom(70, 88.5, 91, 95, 99.9, Number.NaN),
    bad: fc.boolean(),
    n: fc.constantFrom("", "n=1", "n=2"),
  })
  .map(({ step, value, bad, n }) => sample(T0 + step * 20_500, value, { quality: bad || Number.isNaN(value) ? 2 : 0, identity: n }));

const messagesArbitrary = fc.array(fc.record({ samples: fc.array(sampleArbitrary, { maxLength: 12 }), restart: fc.boolean() }), {
  minLength: 1,
  maxLength: 25,
});

const questionArbitrary = fc.record({
  from: fc.integer({ min: -60_000, max: SPAN }),
  length: fc.integer({ min: 1, max: SPAN * 1.2 }),
  maxPoints: fc.constantFrom(1, 2, 3, 7, 50, 1_500),
  split: fc.integer({ min: 0, max: SPAN }),
});

const close = (actual: number, expected: number): void => expect(Math.abs(actual - expected)).toBeLessThan(1e-6);

test("every range and number of points counts each usable sample once and keeps the extremes", () => {
  fc.assert(
    fc.property(messagesArbitrary, fc.array(questionArbitrary, { minLength: 1, maxLength: 6 }), (messages, questions) => {
      const { statements, writer, encoder } = openStore();
      const expected = new Map<string, { t: number; value: number; usable: boolean }>();
      let conflicts = 0;
      let told = 0;
      messages.forEach(({ samples, restart }, index) => {
        // A writer that starts anew knows nothing but the tables.
        if (restart) writer.forget();
        told += writer.write(encoder.encode([message(index + 1, samples)], writer.position(), () => null).batch).conflicts;
        for (const { t, value, quality, identity } of samples) {
          const key = `${t} ${identity}`;
          const known = expected.get(key);
          if (known === undefined) expected.set(key, { t, value, usable: quality < 2 && !Number.isNaN(value) });
          else if (!Object.is(known.value, value)) conflicts += 1;
        }
      });
      expect(told).toBe(conflicts);

      for (const { from, length, maxPoints, split } of questions) {
        const range = { from: T0 + from, to: T0 + from + length };
        const spans = [
          { device: D1, from: 0, to: T0 + split },
          { device: D1, from: T0 + split, to: Infinity },
        ];
        const { points } = readSeries(statements, { spans, metric: SPO2, spot: false, maxPoints, ...range });
        const inside = [...expected.values()].filter(({ t, usable }) => usable && t >= range.from && t < range.to);
        const column = (offset: number): number[] =>
          Array.from({ length: points.length / POINT }, (_, index) => points[index * POINT + offset] ?? Number.NaN);
        expect(points.length / POINT).toBeLessThanOrEqual(maxPoints);
        const counts = column(5);
        expect(counts.reduce((sum, n) => sum + n, 0)).toBe(inside.length);
        const total = column(3).reduce((sum, mean, index) => sum + mean * (counts[index] ?? 0), 0);
        close(
          total,
          inside.reduce((sum, { value }) => sum + value, 0),
        );
        expect(Math.min(...column(1))).toBe(Math.min(...inside.map(({ value }) => value)));
        expect(Math.max(...column(2))).toBe(Math.max(...inside.map(({ value }) => value)));
        const times = column(0);
        expect(times.every((t, index) => t >= range.from && t < range.to && (index === 0 || t >= (times[index - 1] ?? 0)))).toBe(true);
        const newest = Math.max(...inside.map(({ t }) => t));
        if (inside.length > 0) expect(inside.filter(({ t }) => t === newest).map(({ value }) => value)).toContain(column(4).at(-1));
      }
    }),
    { numRuns: 150 },
  );
});

test("the roll-ups stored are those recomputed from the rows, and erasing or pruning keeps them so", () => {
  fc.assert(
    fc.property(messagesArbitrary, fc.nat({ max: SPAN }), fc.nat({ max: SPAN / 2 }), (messages, from, length) => {
      const { database, statements, writer, encoder } = openStore();
      const write = (position: number, samples: (typeof messages)[number]["samples"]) =>
        writer.write(encoder.encode([message(position, samples)], writer.position(), () => null).batch);
      messages.forEach(({ samples }, index) => write(index + 1, samples));

      const check = (): void => {
        for (const row of statements.all("seriesOfMetric", D1, SPO2)) {
          const series = numberAt(row, 0);
          const newest = numberAt(statements.one("newestReading", series) ?? [null], 0);
          const open = Number.isNaN(newest) ? Infinity : minuteOf(newest);
          const recomputed = new Map<number, ReturnType<typeof createMinute>>();
          for (const reading of statements.all("readingsBetween", series, 0, 4e12)) {
            const m = minuteOf(numberAt(reading, 0));
            if (m >= open) continue;
            const minute = recomputed.get(m) ?? createMinute(m);
            recomputed.set(m, minute);
            addSample(minute, numberAt(reading, 0), numberAt(reading, 1), numberAt(reading, 2));
          }
          const stored = statements.all("minutesBetween", series, 0, 1e9);
          expect(stored.map((minute) => minute.slice(0, 4).concat(minute.slice(5)))).toEqual(
            [...recomputed.values()]
              .toSorted((left, right) => left.m - right.m)
              .map(({ m, n, low, high, last, lastT, firstT, bad, probeOff }) =>
                n === 0 ? [m, 0, null, null, null, null, null, bad, probeOff] : [m, n, low, high, last, lastT, firstT, bad, probeOff],
              ),
          );
        }
      };

      check();
      const spans = [{ device: D1, from: T0 + from, to: T0 + from + length + 1 }];
      for (let next: string | null = ""; next !== null;) next = eraseSlice(database, statements, writer, spans, next).next;
      check();
      for (const table of statements.all("seriesOfMetric", D1, SPO2))
        expect(statements.all("readingsBetween", numberAt(table, 0), T0 + from, T0 + from + length + 1)).toEqual([]);
      messages.forEach(({ samples }, index) => write(100 + index, samples));
      check();

      const question = {
        spans: [{ device: D1, from: 0, to: Infinity }],
        metric: SPO2,
        spot: false,
        from: T0,
        to: T0 + 2 * SPAN,
        maxPoints: 3,
      };
      const before = readSeries(statements, question).points.filter((_, index) => index % POINT === 5);
      const limits = { rawBefore: T0 + from, spotBefore: 0, rollupsBefore: 0 };
      for (let next: string | null = ""; next !== null;) next = pruneSlice(database, statements, writer, limits, [], next).next;
      const after = readSeries(statements, question).points.filter((_, index) => index % POINT === 5);
      const sum = (counts: Float64Array): number => counts.reduce((total, n) => total + n, 0);
      expect(sum(after)).toBe(sum(before));
    }),
    { numRuns: 100 },
  );
});
