import { describe, expect, test } from "vitest";
import { oximeter } from "#simulators/devices/oximeter.ts";
import { live, numbersOf } from "#tests/support/scripted-body.ts";

const night = { artefacts: false, fromHour: 22, seconds: 10 * 3_600 };

/** Saturation that falls by `depth` points every four minutes: 20 s down, 5 s there, 12 s back. */
const falling =
  (depth: number) =>
  ({ s }: { readonly s: number }) => {
    const at = s % 240;
    const share = at < 20 ? at / 20 : at < 25 ? 1 : at < 37 ? 1 - (at - 25) / 12 : 0;
    return { spo2: 94 - depth * share };
  };

describe("an oximeter in the morning", () => {
  test("counts the desaturations of the night an hour of recording", () => {
    const { samples } = live(oximeter, { ...night, change: falling(12) });
    expect(numbersOf(samples, "odi3")[0]).toBeGreaterThan(13.5);
    expect(numbersOf(samples, "odi3")[0]).toBeLessThan(15.5);
    expect(numbersOf(samples, "odi4")[0]).toBeLessThanOrEqual(numbersOf(samples, "odi3")[0] as number);
  });

  test("loses the shallow ones, because it averages", () => {
    const { samples } = live(oximeter, { ...night, change: falling(3.2) });
    expect(numbersOf(samples, "odi4")[0]).toBeLessThan(2);
  });

  test("tells the share below 90 %, the mean and the lowest, once", () => {
    const change = ({ hour }: { readonly hour: number }) => ({ spo2: hour >= 2 && hour < 4 ? 86 : 94 });
    const { samples } = live(oximeter, { ...night, change });
    expect(numbersOf(samples, "t90")).toHaveLength(1);
    expect(numbersOf(samples, "t90")[0]).toBeCloseTo(25, 0);
    expect(numbersOf(samples, "spo2_night_mean")[0]).toBeCloseTo(92, 0);
    expect(numbersOf(samples, "spo2_night_nadir")[0]).toBeLessThanOrEqual(86);
  });

  test("says nothing of a night it saw less than four hours of", () => {
    const { samples } = live(oximeter, { ...night, fromHour: 3.5, seconds: 5 * 3_600 });
    expect(numbersOf(samples, "odi3")).toEqual([]);
  });
});
