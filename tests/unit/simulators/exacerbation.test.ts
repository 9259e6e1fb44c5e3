/** Courses of getting worse, against the published tables. */
import { describe, expect, test } from "vitest";
import { type Episode, type Offsets, shareOf } from "#simulators/people/episode.ts";
import {
  acuteHypoxia,
  copdExacerbation,
  covidLikeHypoxia,
  fallEpisode,
  hypercapnicDrift,
  kneeInfection,
  suddenAsthma,
  viralAsthma,
} from "#simulators/physiology/exacerbation.ts";

const DAY = 1_440;

/** The signal's value at a minute: offsets added up, factors multiplied. */
const valueAt = (episodes: readonly Episode[], signal: keyof Offsets, minute: number): number =>
  episodes.reduce(
    (value, episode) => {
      const height = episode.offsets[signal];
      if (height === undefined) return value;
      const share = shareOf(episode, minute);
      return signal.endsWith("Factor") ? value * (1 + share * (height - 1)) : value + share * height;
    },
    signal.endsWith("Factor") ? 1 : 0,
  );

describe("an episode without a course of its own", () => {
  test("rises to its peak, stays half of the rest and ebbs", () => {
    const episode: Episode = { kind: "x", onsetMin: 0, peakMin: 10, endMin: 110, offsets: {} };
    expect([-1, 0, 5, 10, 60, 85, 110, 200].map((minute) => shareOf(episode, minute))).toEqual([0, 0, 0.5, 1, 1, 0.5, 0, 0]);
  });
});

describe("a COPD exacerbation", () => {
  const severe = copdExacerbation({ dayZeroMin: 10 * DAY, severity: "severe", fever: true });

  test("follows the table day by day", () => {
    const on = (day: number, signal: keyof Offsets): number => valueAt(severe, signal, (10 + day) * DAY);
    expect(on(-3, "pulse")).toBeCloseTo(6);
    expect(on(0, "pulse")).toBeCloseTo(12);
    expect(on(3, "pulse")).toBeCloseTo(7);
    expect(on(-1, "spo2")).toBeCloseTo(-5);
    expect(on(0, "spo2")).toBeCloseTo(-7);
    expect(on(5, "spo2")).toBeCloseTo(-2.5);
    expect(on(0, "pefFactor")).toBeCloseTo(0.82);
    expect(on(-1, "rescueFactor")).toBeCloseTo(2.6);
    expect(on(1, "stepsFactor")).toBeCloseTo(0.35);
    expect(on(0, "coreTemp")).toBeCloseTo(1.2);
    expect(on(-0.5, "symptoms")).toBeCloseTo(6);
    for (const signal of ["spo2", "pulse", "symptoms"] as const) expect(on(15, signal)).toBe(0);
  });

  test("that is mild costs less, without fever", () => {
    const mild = copdExacerbation({ dayZeroMin: 0, severity: "mild" });
    expect(valueAt(mild, "spo2", 0)).toBeCloseTo(-2);
    expect(mild.some(({ offsets }) => offsets.coreTemp !== undefined)).toBe(false);
  });

  test("may be told in a tenth of the time", () => {
    const fast = copdExacerbation({ dayZeroMin: 100, dayMin: 144, severity: "severe" });
    expect(valueAt(fast, "spo2", 100 - 144)).toBeCloseTo(-5);
  });
});

describe("other courses", () => {
  test("viral asthma: complaints before the peak flow, which falls and rises in straight lines", () => {
    const course = viralAsthma({ dayZeroMin: 0, worst: 0.6 });
    expect(valueAt(course, "symptoms", DAY)).toBeGreaterThan(1.5);
    expect(valueAt(course, "pefFactor", DAY)).toBe(1);
    expect(valueAt(course, "pefFactor", 5 * DAY)).toBeCloseTo(0.6);
    expect(valueAt(course, "pefFactor", 3.5 * DAY)).toBeCloseTo(0.775, 2);
  });

  test("sudden asthma: half the peak flow within three hours, saturation late, half recovered after a day", () => {
    const course = suddenAsthma({ startMin: 0, worst: 0.5 });
    expect(valueAt(course, "pefFactor", 120)).toBeCloseTo(0.5);
    expect(valueAt(course, "pefFactor", DAY)).toBeCloseTo(0.75);
    expect(valueAt(course, "spo2", 30)).toBeCloseTo(0);
    expect(valueAt(course, "spo2", 120)).toBeCloseTo(-5);
    expect(valueAt(course, "respRate", 120)).toBeCloseTo(10);
  });

  test("a covid-like course: fever first, saturation from day five, breathing a day behind", () => {
    const course = covidLikeHypoxia({ dayZeroMin: 0, severity: "severe" });
    expect(valueAt(course, "coreTemp", 3 * DAY)).toBeGreaterThan(1.5);
    expect(valueAt(course, "spo2", 4 * DAY)).toBeCloseTo(0);
    expect(valueAt(course, "spo2", 7 * DAY)).toBeLessThan(-4);
    const half = (signal: keyof Offsets): number => {
      const worst = valueAt(course, signal, 9.5 * DAY);
      return (
        Array.from({ length: 240 }, (_, hour) => hour).find((hour) => hour > 120 && valueAt(course, signal, hour * 60) / worst > 0.5) ?? 0
      );
    };
    expect(half("respRate") - half("spo2")).toBeGreaterThanOrEqual(12);
    expect(half("respRate") - half("spo2")).toBeLessThanOrEqual(36);
  });

  test("the rest say what they are named for", () => {
    expect(valueAt(hypercapnicDrift({ startMin: 0, hours: 6 }), "oxygenFlow", 200)).toBeCloseTo(1);
    expect(valueAt(kneeInfection({ dayZeroMin: 0 }), "kneeFlexion", 3 * DAY)).toBeCloseTo(-12);
    expect(valueAt(acuteHypoxia({ startMin: -7, peakMin: -2, endMin: 55, points: 7.5 }), "spo2", 0)).toBeCloseTo(-7.5);
    expect(fallEpisode({ atMin: 5, stillS: 90 })[0]?.fall).toEqual({ impactG: 3.8, stillS: 90 });
  });
});
