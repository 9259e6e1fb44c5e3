/** A gait wearable through a day with walks and a fall, and a strength kit in its owner's hands. */
import { describe, expect, test } from "vitest";
import { gaitWearable } from "#simulators/devices/gait-wearable.ts";
import { strengthKit } from "#simulators/devices/strength-kit.ts";
import type { Body, Gait } from "#simulators/people/body.ts";
import { live, mean, MIDNIGHT, numbersOf } from "#tests/support/scripted-body.ts";

const GAIT: Gait = { speed: 1.05, stride: 1.2, cadence: 105, asymmetry: 6, doubleSupport: 27, strideCv: 2, freezing: false };

/** Walks the first ten minutes of every hour between nine and six. */
const walking =
  (gait: Gait, more: (t: number) => Partial<Body> = () => ({})) =>
  ({ t, hour }: { readonly t: number; readonly hour: number }): Partial<Body> =>
    hour >= 9 && hour < 18 && hour % 1 < 1 / 6 ? { activity: "walking", gait, steps: gait.cadence / 60, ...more(t) } : more(t);

describe("a gait wearable", () => {
  test("counts up through the day and begins anew at midnight", () => {
    const { samples } = live(gaitWearable, { artefacts: false, seconds: 90_000, change: walking(GAIT) });
    const counts = numbersOf(samples, "step_count");
    const day = counts.slice(0, 1_439);
    expect(day.every((count, index) => index === 0 || count >= (day[index - 1] as number))).toBe(true);
    expect(day.at(-1)).toBeGreaterThan(9 * 10 * 100);
    expect(day.at(-1)).toBeLessThan(9 * 10 * 110);
    expect(counts.at(-1)).toBeLessThan(20);
  });

  test("tells speed and cadence of walked minutes, and stride, symmetry and support at the end of a walk", () => {
    const { samples } = live(gaitWearable, { artefacts: false, change: walking(GAIT) });
    const speeds = numbersOf(samples, "gait_speed");
    expect(speeds.length).toBeGreaterThanOrEqual(9 * 9);
    expect(mean(speeds)).toBeCloseTo(GAIT.speed, 0);
    expect(mean(numbersOf(samples, "cadence"))).toBeCloseTo(GAIT.cadence, -1);
    for (const metric of ["stride_length", "gait_asymmetry", "double_support"]) expect(numbersOf(samples, metric)).toHaveLength(9);
    expect(mean(numbersOf(samples, "gait_asymmetry"))).toBeGreaterThan(4);
  });

  test("misses soft steps of a shuffling walk", () => {
    const shuffle = { ...GAIT, speed: 0.3, cadence: 80 };
    const counted = (artefacts: boolean): number =>
      numbersOf(live(gaitWearable, { artefacts, seconds: 86_000, change: walking(shuffle) }).samples, "step_count").at(-1) as number;
    expect(counted(true)).toBeLessThan(0.95 * counted(false));
  });

  test("counts freezing an hour, once its wearer is known to freeze", () => {
    const freezes = walking(GAIT, (t) => (t % 300_000 < 4_000 ? { gait: { ...GAIT, freezing: true } } : {}));
    const free = live(gaitWearable, { artefacts: false, change: walking(GAIT) });
    expect(numbersOf(free.samples, "freezing_episodes")).toEqual([]);
    const { samples } = live(gaitWearable, { artefacts: false, fromHour: 9, seconds: 7_300, change: freezes });
    expect(numbersOf(samples, "freezing_episodes").at(-1)).toBeGreaterThanOrEqual(10);
  });

  const fallAt = MIDNIGHT + 15 * 3_600_000;
  const fallen = (stillS: number, impactG = 3.4) =>
    live(gaitWearable, {
      artefacts: false,
      fromHour: 14.9,
      seconds: 1_200,
      change: ({ t }) => (t >= fallAt ? { fall: { at: fallAt, impactG, stillS } } : {}),
    }).samples.filter(({ metric }) => metric === "fall_event");

  test("tells a fall once, at the moment of the impact, as soon as its wearer moves", () => {
    expect(fallen(20)).toMatchObject([{ t: fallAt, value: 1, tags: { impact_g: "3.4", immobile_s: "20" } }]);
  });

  test("tells of who lies still without waiting longer than a minute, and without an answer", () => {
    expect(fallen(1_800)).toMatchObject([{ t: fallAt, value: 1, tags: { immobile_s: "60", confirmed: "false" } }]);
  });

  test("takes a stumble for no fall", () => {
    expect(fallen(5, 1.4)).toEqual([]);
  });

  test("that lies on the table goes on saying that nobody walks", () => {
    const { device } = live(gaitWearable, { artefacts: false, fromHour: 9, seconds: 600, change: walking(GAIT) });
    const minute = MIDNIGHT + 12 * 3_600_000;
    const first = device.stepOffBody?.(minute)?.samples;
    expect(first).toMatchObject([{ metric: "step_count" }]);
    expect(device.stepOffBody?.(minute + 60_000)?.samples[0]?.value).toBe(first?.[0]?.value);
  });
});

describe("a strength kit", () => {
  const { samples } = live(strengthKit, { artefacts: false });
  const grips = samples.filter(({ metric }) => metric === "grip_strength");

  test("has three tries a hand, the best of them near the strength there is", () => {
    expect(grips.map(({ tags }) => `${tags?.["side"]} ${tags?.["n"]}`).toSorted()).toEqual([
      "left 1",
      "left 2",
      "left 3",
      "right 1",
      "right 2",
      "right 3",
    ]);
    const best = Math.max(...grips.map(({ value }) => value as number));
    expect(best).toBeGreaterThan(28);
    expect(best).toBeLessThan(31);
  });

  test("times five chair stands and then the walk around the cone", () => {
    const stands = samples.find(({ metric }) => metric === "sit_to_stand_5x");
    const walk = samples.find(({ metric }) => metric === "tug_time");
    expect(stands?.value).toBeCloseTo(11.2, 0);
    expect(walk?.value).toBeGreaterThan(8);
    expect((walk?.t ?? 0) - (stands?.t ?? 0)).toBeGreaterThan(60_000);
  });

  test("says nothing on a day without a test", () => {
    expect(live(strengthKit, { change: () => ({ deeds: [] }) }).samples).toEqual([]);
  });

  test("doubts a squeeze that was not meant", () => {
    const tries = Array.from({ length: 40 }, (_, seed) => live(strengthKit, { seed, fromHour: 8.9, seconds: 900 }).samples).flat();
    const doubted = tries.filter(({ quality }) => quality === "degraded");
    expect(doubted.length).toBeGreaterThan(0);
    expect(doubted.every(({ value }) => (value as number) < 26)).toBe(true);
  });
});
