import { expect, test } from "vitest";
import { derivationOf, derivePoints, referenceOf } from "#core/series/derived.ts";
import { bucketsTouched, chooseBucketWidth } from "#core/series/bucket-width.ts";
import { medianSpacing } from "#core/series/spacing.ts";

test("peak flow becomes a percentage of the personal best, every aggregate alike", () => {
  const points = [{ t: 1, min: 200, max: 400, mean: 300, last: 250, n: 3 }];
  expect(derivePoints(points, 500)).toEqual([{ t: 1, min: 40, max: 80, mean: 60, last: 50, n: 3 }]);
});

test("without a reference there is no percentage", () => {
  const points = [{ t: 1, min: 200, max: 400, mean: 300, last: 250, n: 3 }];
  expect(derivePoints(points, undefined)).toEqual([]);
  expect(derivePoints(points, 0)).toEqual([]);
});

test("the personal best is the reference, the predicted value where there is none", () => {
  const derivation = { source: "pef", references: ["pef", "pef_predicted"] };
  expect(referenceOf(derivation, { pef: 500, pef_predicted: 420 })).toBe(500);
  expect(referenceOf(derivation, { pef_predicted: 420 })).toBe(420);
  expect(referenceOf(derivation, {})).toBeUndefined();
});

test("only what is derived when read has a derivation", () => {
  expect(derivationOf("pef_pct_best")).toEqual({ source: "pef", references: ["pef", "pef_predicted"] });
  expect(derivationOf("spo2")).toBeNull();
  expect(derivationOf("toString")).toBeNull();
});

test("a day in 1,500 points is drawn by the minute, a month by the half hour", () => {
  const day = 86_400_000;
  const from = 1_795_255_200_123;
  expect(chooseBucketWidth(from, from + day, 1_500, 60_000)).toBe(60_000);
  expect(chooseBucketWidth(from, from + 30 * day, 1_500, 60_000)).toBe(1_800_000);
  expect(bucketsTouched(from, from + 1_000 * day, chooseBucketWidth(from, from + 1_000 * day, 1, 60_000))).toBe(1);
});

test("the median spacing comes from the samples in the buckets or between the points", () => {
  expect(
    medianSpacing(
      [0, 1_000, 2_000, 60_000].map((t) => ({ t, n: 1 })),
      0,
    ),
  ).toBe(1_000);
  expect(
    medianSpacing(
      [
        { t: 0, n: 60 },
        { t: 60_000, n: 30 },
        { t: 120_000, n: 60 },
      ],
      60_000,
    ),
  ).toBe(1_000);
  expect(medianSpacing([{ t: 0, n: 1 }], 60_000)).toBeNull();
});
