import { describe, expect, test } from "vitest";
import { bloodPressureCuff } from "#simulators/devices/blood-pressure-cuff.ts";
import { thermometer } from "#simulators/devices/thermometer.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import { live, mean, numbersOf, valuesOf } from "#tests/support/scripted-body.ts";

const often = (deed: "take_temperature" | "take_blood_pressure") => ({
  change: ({ s }: { readonly s: number }) => ({ deeds: s % 600 === 1 ? [deed] : [] }),
});
const celsius = ({ value, unit }: DeviceSample): number => (unit === "[degF]" ? ((value as number) - 32) / 1.8 : (value as number));

describe("a thermometer", () => {
  const devices = Array.from({ length: 40 }, (_, seed) => live(thermometer, { seed: seed + 1, ...often("take_temperature") }).samples);

  test("says where it measured, always in the same place and unit", () => {
    for (const samples of devices) {
      expect(new Set(samples.map(({ tags, unit }) => `${tags?.["site"]} ${unit}`)).size).toBe(1);
      expect(["oral", "axillary", "ear", "forehead"]).toContain(samples[0]?.tags?.["site"]);
    }
  });

  test("shows degrees Fahrenheit in some homes, tenths in all", () => {
    expect(new Set(devices.map((samples) => samples[0]?.unit))).toEqual(new Set(["[degF]", undefined]));
    for (const { value } of devices.flat())
      expect(Math.abs((value as number) * 10 - Math.round((value as number) * 10))).toBeLessThan(1e-6);
  });

  test("reads near the core's temperature, and low where it was badly placed, which it doubts", () => {
    const good = devices.flat().filter(({ quality }) => quality === undefined);
    const doubted = devices.flat().filter(({ quality }) => quality === "degraded");
    expect(mean(good.map(celsius))).toBeGreaterThan(36.4);
    expect(mean(good.map(celsius))).toBeLessThan(36.8);
    expect(mean(good.map(celsius)) - mean(doubted.map(celsius))).toBeGreaterThan(0.5);
    expect(doubted.length / devices.flat().length).toBeGreaterThan(0.03);
    expect(doubted.length / devices.flat().length).toBeLessThan(0.08);
  });

  test("shows one value for each time it is used, even when it must be put back once", () => {
    for (const samples of devices) expect(samples.length).toBeGreaterThanOrEqual(143);
  });
});

describe("a blood-pressure cuff", () => {
  const { samples } = live(bloodPressureCuff, { seed: 3, seconds: 4 * 86_400, ...often("take_blood_pressure") });

  test("gives both pressures of one inflation at one time, the upper one higher", () => {
    const high = valuesOf(samples, "systolic_bp");
    const low = valuesOf(samples, "diastolic_bp");
    expect(high.length).toBe(low.length);
    for (const [index, value] of high.entries()) {
      if (value === null) expect(low[index]).toBeNull();
      else expect(value - (low[index] as number)).toBeGreaterThanOrEqual(15);
    }
  });

  test("fails now and then, says that it has nothing, and tries again", () => {
    const high = valuesOf(samples, "systolic_bp");
    const failed = high.filter((value) => value === null).length;
    expect(failed / high.length).toBeGreaterThan(0.04);
    expect(failed / high.length).toBeLessThan(0.11);
    expect(high.filter((value) => value !== null).length).toBeGreaterThanOrEqual(4 * 144 - 3);
  });

  test("differs from reading to reading by a few millimetres", () => {
    const numbers = numbersOf(samples, "systolic_bp");
    const spread = Math.sqrt(mean(numbers.map((value) => (value - mean(numbers)) ** 2)));
    expect(spread).toBeGreaterThan(2.5);
    expect(spread).toBeLessThan(7);
    expect(Math.abs(mean(numbers) - 128)).toBeLessThan(6);
  });

  test("without misfortunes needs one inflation", () => {
    const calm = live(bloodPressureCuff, { artefacts: false, ...often("take_blood_pressure") }).samples;
    expect(calm.length).toBe(2 * 144);
    expect(calm.filter(({ quality, value }) => quality !== undefined || value === null)).toEqual([]);
  });
});
