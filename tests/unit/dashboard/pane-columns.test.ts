import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, extendSeries, seriesAt } from "../../../dashboards/web/src/data/pane-columns.ts";
import type { Series } from "../../../dashboards/web/src/data/wire.ts";
import { MINUTE, NOW } from "./dashboard-fixtures.ts";

const point = (t: number, value = 93): Series["points"][number] => ({ t, min: value - 1, max: value + 1, mean: value, last: value, n: 1 });
const aSeries = (over: Partial<Series> = {}): Series => ({
  metric: "spo2",
  unit: "%",
  points: [],
  gaps: [],
  resolutionMs: 0,
  ...over,
});
const everyMinute = (count: number, from = NOW): Series["points"] =>
  Array.from({ length: count }, (_each, index) => point(from + index * MINUTE));

describe("a line", () => {
  test("is not broken by samples that come once a minute", () => {
    expect(columnsOf(aSeries({ points: everyMinute(10) })).mean).not.toContain(null);
  });

  test("is not joined over more than three missing points", () => {
    const points = [...everyMinute(5), ...everyMinute(5, NOW + 9 * MINUTE)];
    expect(columnsOf(aSeries({ points })).mean.filter((value) => value === null)).toHaveLength(1);
    const near = [...everyMinute(5), ...everyMinute(5, NOW + 8 * MINUTE)];
    expect(columnsOf(aSeries({ points: near })).mean).not.toContain(null);
  });

  test("is not joined over a named gap, however short", () => {
    const points = everyMinute(6);
    const gaps = [{ from: NOW + 2 * MINUTE + 1, to: NOW + 3 * MINUTE, reason: "probe_off" as const }];
    const { t, mean } = columnsOf(aSeries({ points, gaps }));
    expect(mean[t.indexOf(NOW + 2 * MINUTE) + 1]).toBeNull();
  });

  test("keeps every point and stays in time order, whatever is missing", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 60 }), (minutes) => {
        const points = minutes.toSorted((left, right) => left - right).map((minute) => point(NOW + minute * MINUTE));
        const { t, mean } = columnsOf(aSeries({ points }));
        expect(t.filter((_each, index) => mean[index] !== null)).toEqual(points.map((each) => each.t));
        expect([...t].toSorted((left, right) => left - right)).toEqual(t);
      }),
    );
  });
});

describe("a live reading", () => {
  test("stands at the end as a point of its own where points are samples", () => {
    const longer = extendSeries(aSeries({ points: everyMinute(3) }), { t: NOW + 5 * MINUTE, value: 90, quality: "good" });
    expect(longer.points.at(-1)).toEqual({ t: NOW + 5 * MINUTE, min: 90, max: 90, mean: 90, last: 90, n: 1 });
  });

  test("widens the last bucket while it lasts, and opens the next one after it", () => {
    const bucketed = aSeries({ points: [point(NOW)], resolutionMs: 2 * MINUTE });
    const within = extendSeries(bucketed, { t: NOW + MINUTE, value: 85, quality: "good" });
    expect(within.points).toEqual([{ t: NOW, n: 2, min: 85, max: 94, mean: 89, last: 85 }]);
    expect(extendSeries(within, { t: NOW + 2 * MINUTE, value: 86, quality: "good" }).points).toHaveLength(2);
  });

  test.each([
    { t: NOW + 2 * MINUTE, value: 90, quality: "good" as const },
    { t: NOW, value: 90, quality: "good" as const },
    { t: NOW + 9 * MINUTE, value: 90, quality: "bad" as const },
    { t: NOW + 9 * MINUTE, value: null, quality: "good" as const },
  ])("that is old, unusable or none changes nothing: %o", (reading) => {
    const series = aSeries({ points: everyMinute(3) });
    expect(extendSeries(series, reading)).toBe(series);
  });

  test("ends the silence it falls into, and leaves later gaps alone", () => {
    const gaps = [{ from: NOW + 3 * MINUTE, to: NOW + 20 * MINUTE, reason: "silent" as const }];
    const later = extendSeries(aSeries({ points: everyMinute(3), gaps }), { t: NOW + 10 * MINUTE, value: 90, quality: "good" });
    expect(later.gaps[0]?.to).toBe(NOW + 10 * MINUTE);
    const before = aSeries({ points: [], gaps });
    expect(extendSeries(before, { t: NOW, value: 90, quality: "good" }).gaps).toEqual(gaps);
  });
});

test("a doubtful sample is marked where it is a point of its own, not where it is one of many", () => {
  const reading = { t: NOW + 5 * MINUTE, value: 90, quality: "degraded" as const };
  expect(columnsOf(extendSeries(aSeries({ points: everyMinute(3) }), reading)).rough).toEqual(new Set([reading.t]));
  expect(columnsOf(extendSeries(aSeries({ points: everyMinute(3), resolutionMs: MINUTE }), reading)).rough.size).toBe(0);
});

describe("under the crosshair", () => {
  const series = aSeries({ points: everyMinute(5), gaps: [{ from: NOW + 5 * MINUTE, to: NOW + 20 * MINUTE, reason: "probe_off" }] });

  test("stands the nearest point within reach", () => {
    expect(seriesAt(series, NOW + 100_000, MINUTE)).toMatchObject({ kind: "point", point: { t: NOW + 2 * MINUTE } });
  });

  test("a gap says its reason, and beyond everything there is nothing", () => {
    expect(seriesAt(series, NOW + 10 * MINUTE, MINUTE)).toMatchObject({ kind: "gap", gap: { reason: "probe_off" } });
    expect(seriesAt(series, NOW + 60 * MINUTE, MINUTE).kind).toBe("none");
    expect(seriesAt(aSeries(), NOW, MINUTE).kind).toBe("none");
  });
});
