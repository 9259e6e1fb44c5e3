import { describe, expect, test } from "vitest";
import { peakFlowMeter } from "#simulators/devices/peak-flow-meter.ts";
import { spirometer } from "#simulators/devices/spirometer.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import { live, mean, MIDNIGHT } from "#tests/support/scripted-body.ts";

/** Blows every quarter of an hour. */
const often = (deed: "blow_spirometer" | "blow_peak_flow") => ({
  change: ({ s }: { readonly s: number }) => ({ deeds: s % 900 === 1 ? [deed] : [] }),
});
const inLitresAMinute = ({ value, unit }: DeviceSample): number => (value as number) * (unit === "L/s" ? 60 : 1);

describe("a peak-flow meter", () => {
  const sets = Array.from({ length: 12 }, (_, seed) => live(peakFlowMeter, { seed: seed + 1, ...often("blow_peak_flow") }).samples);

  test("sends one value a set: the best of its blows, about a minute after the first", () => {
    for (const samples of sets) expect(samples.length).toBe(96);
    const first = sets[0]?.[0];
    expect((first?.t ?? 0) - MIDNIGHT).toBeGreaterThan(20_000);
    expect((first?.t ?? 0) - MIDNIGHT).toBeLessThan(120_000);
  });

  test("counts in litres a second on some devices, in litres a minute on the others, each on its own steps", () => {
    const units = new Set(sets.map((samples) => samples[0]?.unit));
    expect(units).toEqual(new Set(["L/s", undefined]));
    for (const samples of sets) {
      const quantum = samples[0]?.unit === "L/s" ? 0.02 : 1;
      for (const { value } of samples)
        expect(Math.abs((value as number) / quantum - Math.round((value as number) / quantum))).toBeLessThan(1e-6);
    }
  });

  test("stays a little below what the body could give, and hardly ever above", () => {
    const all = sets.flat().map(inLitresAMinute);
    expect(mean(all)).toBeGreaterThan(0.93 * 420);
    expect(mean(all)).toBeLessThan(1.02 * 420);
  });

  test("doubts a set whose best two blows lie more than 40 L/min apart, which is every fifth or so", () => {
    const doubted = sets.flat().filter(({ quality }) => quality === "degraded").length / sets.flat().length;
    expect(doubted).toBeGreaterThan(0.05);
    expect(doubted).toBeLessThan(0.4);
  });

  test("takes nothing but good sets when it is told to have no misfortunes", () => {
    const { samples } = live(peakFlowMeter, { artefacts: false, ...often("blow_peak_flow") });
    expect(samples.filter(({ quality }) => quality !== undefined).length / samples.length).toBeLessThan(0.03);
  });
});

describe("a spirometer", () => {
  const { samples } = live(spirometer, { seed: 7, seconds: 4 * 86_400, ...often("blow_spirometer") });
  const blows = samples.filter(({ metric }) => metric === "fev1");

  test("numbers the three to five blows of a set", () => {
    const numbers = blows.map(({ tags }) => Number(tags?.["n"]));
    expect(Math.max(...numbers)).toBe(5);
    expect(numbers.filter((n) => n === 1).length).toBe(4 * 96);
    expect(numbers.filter((n) => n === 3).length).toBe(4 * 96);
  });

  test("gives one peak flow a set, in litres a second", () => {
    const flows = samples.filter(({ metric }) => metric === "pef");
    expect(flows.length).toBe(4 * 96);
    expect(flows.every(({ unit, tags }) => unit === "L/s" && tags === undefined)).toBe(true);
    expect(mean(flows.map(inLitresAMinute))).toBeGreaterThan(380);
  });

  test("doubts the poor tenth of the blows and the few that end in a cough", () => {
    const poor = blows.filter(({ value }) => (value as number) < 0.86 * 2.6);
    expect(poor.length / blows.length).toBeGreaterThan(0.06);
    expect(poor.length / blows.length).toBeLessThan(0.2);
    expect(poor.filter(({ quality }) => quality === "degraded").length / poor.length).toBeGreaterThan(0.9);
  });

  test("never blows out more in the first second than in all, and the ratio is that of its parts", () => {
    const by = new Map(samples.map((sample) => [`${sample.metric} ${sample.t}`, sample.value as number]));
    for (const { t, value } of blows) {
      const fvc = by.get(`fvc ${t}`) as number;
      expect(value).toBeLessThanOrEqual(fvc);
      expect(by.get(`fev1_fvc ${t}`)).toBeCloseTo((100 * (value as number)) / fvc, 0);
    }
  });

  test("doubts no single blow of somebody who always gives everything", () => {
    const calm = live(spirometer, { artefacts: false, ...often("blow_spirometer") }).samples;
    expect(calm.filter(({ quality }) => quality !== undefined).length / calm.length).toBeLessThan(0.05);
  });
});
