import { describe, expect, test } from "vitest";
import { oximeter } from "#simulators/devices/oximeter.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import { live, mean, MIDNIGHT, numbersOf, valuesOf } from "#tests/support/scripted-body.ts";

const calm = { artefacts: false, change: () => ({ spo2: 95, pulse: 70 }) };

/** Runs of seconds for which a condition holds: their lengths. */
const runsOf = (flags: readonly boolean[]): number[] => {
  const runs: number[] = [];
  let length = 0;
  for (const flag of [...flags, false]) {
    if (flag) length++;
    else if (length > 0) {
      runs.push(length);
      length = 0;
    }
  }
  return runs;
};

const spo2Of = (samples: readonly DeviceSample[]) => samples.filter(({ metric }) => metric === "spo2");

describe("an oximeter", () => {
  test("shows whole percents and whole beats, and the index in hundredths", () => {
    const { samples } = live(oximeter, { seconds: 3_600, fromHour: 12 });
    for (const value of [...numbersOf(samples, "spo2"), ...numbersOf(samples, "pulse_rate")]) expect(Number.isInteger(value)).toBe(true);
    for (const value of numbersOf(samples, "perfusion_index")) expect(Math.abs(value * 100 - Math.round(value * 100))).toBeLessThan(1e-6);
  });

  test("searches before it shows a number", () => {
    const { samples } = live(oximeter, { ...calm, seconds: 60 });
    expect(valuesOf(samples, "spo2").slice(0, 8)).toEqual(Array.from({ length: 8 }, () => null));
    expect(
      valuesOf(samples, "spo2")
        .slice(8)
        .every((value) => value !== null),
    ).toBe(true);
  });

  test.each([1, 2, 3, 4, 5])("shows a fall of saturation 10 to 25 seconds late (device %i)", (seed) => {
    const change = ({ s }: { readonly s: number }) => ({ spo2: s < 300 ? 97 : 87 });
    const { samples } = live(oximeter, { seed, artefacts: false, seconds: 600, change });
    const values = valuesOf(samples, "spo2");
    const half = values.findIndex((value, s) => s > 290 && value !== null && value <= 92) - 299;
    expect(half).toBeGreaterThanOrEqual(8);
    expect(half).toBeLessThanOrEqual(25);
    expect(values.at(-1)).toBe(87);
  });

  test("follows the pulse sooner than the saturation", () => {
    const change = ({ s }: { readonly s: number }) => (s < 300 ? { spo2: 97, pulse: 60 } : { spo2: 87, pulse: 80 });
    const { samples } = live(oximeter, { artefacts: false, seconds: 600, change });
    const halfway = (metric: string, reached: (value: number) => boolean) =>
      valuesOf(samples, metric).findIndex((value, s) => s > 290 && value !== null && reached(value));
    expect(halfway("pulse_rate", (value) => value >= 70)).toBeLessThan(halfway("spo2", (value) => value <= 92));
  });

  test("has no misfortunes when told to have none", () => {
    const { samples } = live(oximeter, calm);
    expect(samples.filter(({ value, quality }, index) => index > 30 && (value === null || quality !== undefined))).toEqual([]);
    expect(mean(numbersOf(samples, "spo2"))).toBeCloseTo(95, 0);
  });

  test("never holds a living pulse still for ten minutes", () => {
    const { samples } = live(oximeter, calm);
    const pulses = valuesOf(samples, "pulse_rate");
    expect(Math.max(...runsOf(pulses.map((value, index) => index > 0 && value === pulses[index - 1])))).toBeLessThan(300);
  });

  test("is moved about three times an hour by day and twice a night, and doubts what it shows then", () => {
    const days = Array.from(
      { length: 5 },
      (_, seed) => live(oximeter, { seed: seed + 1, fromHour: 7, seconds: 12 * 3_600, only: "spo2" }).samples,
    );
    const nights = Array.from(
      { length: 8 },
      (_, seed) => live(oximeter, { seed: seed + 1, fromHour: 22.6, seconds: 7 * 3_600, only: "spo2" }).samples,
    );
    const movedAnHour = (lives: readonly (readonly DeviceSample[])[], hours: number) =>
      lives.reduce((sum, samples) => {
        // Longer ones are cold fingers and a probe that is off.
        const marked = samples.slice(10).map(({ quality, value }) => quality !== undefined || typeof value !== "number");
        return sum + runsOf(marked).filter((length) => length <= 50).length;
      }, 0) /
      lives.length /
      hours;
    expect(movedAnHour(days, 12)).toBeGreaterThan(2);
    expect(movedAnHour(days, 12)).toBeLessThan(4);
    expect(movedAnHour(nights, 7)).toBeGreaterThan(0.25);
    expect(movedAnHour(nights, 7)).toBeLessThan(0.9);
  });

  test("marks whatever its misfortunes make of a steady saturation, until it is true again", () => {
    const { samples } = live(oximeter, { seed: 21, seconds: 3 * 86_400, only: "spo2", change: () => ({ spo2: 95, perfusion: 3 }) });
    const wrong = samples.filter(({ value, quality }) => quality === undefined && typeof value === "number" && Math.abs(value - 95) > 3);
    // 0 and 255 are ways of saying nothing.
    expect(wrong.filter(({ value }) => value !== 0 && value !== 255)).toEqual([]);
    expect(samples.some(({ value, quality }) => quality === "degraded" && (value as number) < 90)).toBe(true);
  });

  test("comes off once or twice a day, for a minute to an hour, and then has no number", () => {
    const lives = Array.from({ length: 8 }, (_, seed) => live(oximeter, { seed: seed + 1, only: "spo2" }).samples);
    const off = lives.flatMap((samples) =>
      runsOf(samples.map(({ value }) => value === null || value === 0 || value === 255)).filter((length) => length >= 60),
    );
    expect(off.length / lives.length).toBeGreaterThan(0.8);
    expect(off.length / lives.length).toBeLessThan(2.6);
    expect(Math.max(...off)).toBeLessThanOrEqual(3_700);
  });

  test("calls what it reads from a cold finger bad or degraded by its own index", () => {
    const { samples } = live(oximeter, { artefacts: false, seconds: 400, change: ({ s }) => ({ perfusion: s < 200 ? 0.2 : 0.6 }) });
    const marks = spo2Of(samples).filter(({ value }) => value !== null);
    expect(marks.slice(0, 150).every(({ quality }) => quality === "bad")).toBe(true);
    expect(marks.slice(-150).every(({ quality }) => quality === "degraded")).toBe(true);
  });

  test("says what the person does, and calls a walk through the flat unknown", () => {
    const { samples } = live(oximeter, {
      artefacts: false,
      seconds: 40,
      change: ({ s }) => ({ activity: s < 20 ? "walking" : "exercising" }),
    });
    const contexts = new Set(spo2Of(samples).flatMap(({ value, tags }) => (value === null ? [] : [tags?.["context"]])));
    expect([...contexts]).toEqual(["unknown", "exercise"]);
  });

  test("beside the bed sends what a probe in the air sends", () => {
    const { device } = live(oximeter, { seconds: 30, artefacts: false });
    const samples = device.stepOffBody?.(MIDNIGHT + 31_000).samples ?? [];
    expect(samples.map(({ metric }) => metric)).toEqual(["spo2", "pulse_rate"]);
    expect(samples.every(({ value }) => value === null || value === 0 || value === 255)).toBe(true);
  });

  test("sends ten seconds of pulse wave every five minutes where asked to, one peak a beat", () => {
    const { waveforms } = live(oximeter, { ...calm, seconds: 3_600, waveforms: true });
    expect(waveforms.length).toBeGreaterThanOrEqual(11);
    expect(live(oximeter, { ...calm, seconds: 3_600 }).waveforms).toEqual([]);
    for (const { signal, hz, values } of waveforms) {
      expect([signal, hz, values.length]).toEqual(["pleth", 75, 750]);
      const middle = 0.25 * Math.max(...values);
      const rises = values.flatMap((value, index) => (value >= middle && (values[index - 1] ?? value) < middle ? [index] : []));
      // Noise may cross the middle twice on the way up.
      const beats = rises.filter((at, index) => index === 0 || at - (rises[index - 1] ?? 0) > 25).length;
      expect(beats).toBeGreaterThanOrEqual(10);
      expect(beats).toBeLessThanOrEqual(14);
    }
  });
});
