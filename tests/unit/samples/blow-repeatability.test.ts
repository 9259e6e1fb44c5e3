import { describe, expect, test } from "vitest";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { doubtUnrepeatable } from "#core/samples/blow-repeatability.ts";
import { QUALITY_NAMES, type Sample } from "#core/samples/sample.ts";
import { HOUR, MINUTE } from "#core/time.ts";

const blow = (key: string, n: number | null, value: number, t = 0): Sample => ({
  metric: metricByKey(key)?.code ?? 0,
  t,
  value,
  quality: 0,
  flags: 0,
  tags: n === null ? "" : `n=${n}`,
  identity: n === null ? "" : `n=${n}`,
});
const blows = (key: string, values: readonly number[], t = 0): Sample[] => values.map((value, index) => blow(key, index + 1, value, t));
const qualities = (samples: readonly Sample[]): string[] => [
  ...new Set(doubtUnrepeatable(samples).map(({ quality }) => QUALITY_NAMES[quality] ?? "")),
];

describe("the blows of one session", () => {
  test.each([
    ["FEV1 best two 150 mL apart", blows("fev1", [2.5, 2.65, 1.9]), "good"],
    ["FEV1 best two 160 mL apart", blows("fev1", [2.49, 2.65, 1.9]), "degraded"],
    ["two blows alone", blows("fev1", [2.5, 2.5]), "degraded"],
    ["a small FVC 100 mL apart", blows("fvc", [0.9, 1, 0.5]), "good"],
    ["a small FVC 110 mL apart", blows("fvc", [0.89, 1, 0.5]), "degraded"],
    ["PEF 40 L/min apart", blows("pef", [400, 440, 300]), "good"],
    ["PEF 41 L/min apart", blows("pef", [399, 440, 300]), "degraded"],
  ])("are judged by their number and their best two: %s is %#", (_, given, quality) => {
    expect(qualities(given)).toEqual([quality]);
  });

  test("are also those that were blown minutes apart; a session hours later is another", () => {
    const spread = [blow("fev1", 1, 2.5, 0), blow("fev1", 2, 2.55, 2 * MINUTE), blow("fev1", 3, 2.4, 4 * MINUTE)];
    const evening = [blow("fev1", 1, 2, 8 * HOUR), blow("fev1", 2, 2.3, 8 * HOUR), blow("fev1", 3, 1.8, 8 * HOUR)];
    expect(doubtUnrepeatable([...spread, ...evening]).map(({ quality }) => quality)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test("of a small lung are held to 100 mL for FEV1 too, and what is made of them is no better", () => {
    const judged = doubtUnrepeatable([...blows("fvc", [1, 0.98, 0.97]), ...blows("fev1", [0.8, 0.68, 0.66]), blow("fev1_fvc", 1, 80)]);
    expect(judged.map(({ quality }) => quality)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  });

  test("never make a worse verdict of the device better", () => {
    const [first, ...rest] = blows("pef", [400, 300, 200]);
    expect(doubtUnrepeatable([{ ...(first as Sample), quality: 2 }, ...rest])[0]?.quality).toBe(2);
  });
});

test("a lone value is a set of blows whose best the device chose: diaries and spirometers that send one stay good", () => {
  expect(qualities([blow("pef", null, 300)])).toEqual(["good"]);
  expect(qualities([blow("pef", 1, 300)])).toEqual(["good"]);
  expect(qualities([blow("fev1", null, 2.4), blow("fvc", null, 3.1)])).toEqual(["good"]);
});

test("two rows of a diary at one instant are two events, not two blows of a session", () => {
  expect(qualities([blow("pef", null, 300), blow("pef", 2, 420)])).toEqual(["good"]);
});
