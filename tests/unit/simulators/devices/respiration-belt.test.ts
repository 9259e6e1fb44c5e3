import { describe, expect, test } from "vitest";
import { respirationBelt } from "#simulators/devices/respiration-belt.ts";
import { live, mean, MIDNIGHT, numbersOf, valuesOf } from "#tests/support/scripted-body.ts";

describe("a respiration belt", () => {
  test("counts breaths over a minute and says so once a minute, in whole breaths", () => {
    const { samples } = live(respirationBelt, { artefacts: false, seconds: 7_200, change: () => ({ respRate: 18 }) });
    const rates = numbersOf(samples, "resp_rate");
    expect(rates.length).toBe(120);
    expect(rates.every((rate) => Number.isInteger(rate))).toBe(true);
    expect(mean(rates)).toBeCloseTo(18, 0);
  });

  test("is half a minute behind the chest", () => {
    const change = ({ s }: { readonly s: number }) => ({ respRate: s <= 330 ? 14 : 26 });
    const { samples } = live(respirationBelt, { artefacts: false, seconds: 480, change });
    // The minute that ends thirty seconds after the change is half of either.
    const [before, during, after] = valuesOf(samples, "resp_rate").slice(4, 7);
    expect(before).toBeLessThanOrEqual(16);
    expect(during).toBeGreaterThanOrEqual(18);
    expect(during).toBeLessThanOrEqual(22);
    expect(after).toBeGreaterThanOrEqual(24);
  });

  test("has no rate to tell while nobody breathes", () => {
    const { samples } = live(respirationBelt, { artefacts: false, seconds: 300, change: () => ({ respRate: 0 }) });
    expect(valuesOf(samples, "resp_rate").every((rate) => rate === null)).toBe(true);
  });

  test("reads two to four breaths too many on one belt in ten, and doubts itself then", () => {
    const change = () => ({ respRate: 16, activity: "asleep", asleep: true }) as const;
    const belts = Array.from({ length: 100 }, (_, seed) => {
      const { samples } = live(respirationBelt, { seed: seed + 1, seconds: 1_800, change });
      const rates = samples.filter(({ metric, value }) => metric === "resp_rate" && value !== null);
      return { mean: mean(rates.map(({ value }) => value as number)), doubted: rates.every(({ quality }) => quality === "degraded") };
    });
    const loose = belts.filter((belt) => belt.mean > 17.5);
    expect(loose.length).toBeGreaterThan(4);
    expect(loose.length).toBeLessThan(24);
    expect(loose.every(({ doubted }) => doubted)).toBe(true);
    expect(belts.every((belt) => belt.mean < 21)).toBe(true);
    expect(belts.filter((belt) => belt.doubted).length).toBe(loose.length);
  });

  test("counts the coughs of each hour, nearly all of them", () => {
    const { samples } = live(respirationBelt, { artefacts: false, change: () => ({ cough: 20 }) });
    const coughs = numbersOf(samples, "cough_count");
    expect(coughs.length).toBe(24);
    expect(mean(coughs)).toBeGreaterThan(14);
    expect(mean(coughs)).toBeLessThan(22);
  });

  test("off the chest says so at once and every minute, and cools down to the room", () => {
    const { device } = live(respirationBelt, { artefacts: false, seconds: 600 });
    const samples = Array.from({ length: 1_200 }, (_, s) => device.stepOffBody?.(MIDNIGHT + (601 + s) * 1_000).samples ?? []).flat();
    expect(samples[0]).toMatchObject({ metric: "skin_contact", value: 0, t: MIDNIGHT + 601_000 });
    expect(valuesOf(samples, "resp_rate").every((rate) => rate === null)).toBe(true);
    expect(numbersOf(samples, "skin_temp").at(-1)).toBeLessThan(25);
    expect(samples.filter(({ metric }) => metric === "skin_temp").every(({ quality }) => quality === "bad")).toBe(true);
  });

  test("sends ten seconds of breathing at 25 Hz every five minutes where asked to", () => {
    const { waveforms } = live(respirationBelt, {
      artefacts: false,
      seconds: 1_800,
      waveforms: true,
      change: () => ({ respRate: 18, cough: 0 }),
    });
    expect(waveforms.length).toBeGreaterThanOrEqual(5);
    for (const { signal, hz, values } of waveforms) {
      expect([signal, hz, values.length]).toEqual(["respiration", 25, 250]);
      expect(Math.max(...values)).toBeGreaterThan(250);
      expect(Math.max(...values)).toBeLessThan(800);
    }
  });
});
