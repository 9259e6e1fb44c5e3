import { describe, expect, test } from "vitest";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { flagNames } from "#core/samples/flags.ts";
import { QUALITY_NAMES, type Sample } from "#core/samples/sample.ts";
import { WearWatch } from "#core/samples/wear-watch.ts";
import { MINUTE, SECOND } from "#core/time.ts";

const sample = (key: string, t: number, value: number): Sample => ({
  metric: metricByKey(key)?.code ?? 0,
  t,
  value,
  quality: 0,
  flags: 0,
  tags: "",
  identity: "",
});
const qualities = (samples: readonly Sample[]): unknown[] => samples.map(({ quality }) => QUALITY_NAMES[quality]);

describe("skin contact", () => {
  test("that is gone makes what the sensor reads bad from then on, until it is back", () => {
    const wear = new WearWatch();
    expect(qualities(wear.judge([sample("spo2", 1_000, 96), sample("skin_contact", 2_000, 0), sample("spo2", 2_000, 80)]))).toEqual([
      "good",
      "good",
      "bad",
    ]);
    const [spo2, pulse, temperature] = wear.judge([
      sample("spo2", 3_000, 80),
      sample("pulse_rate", 3_000, 70),
      sample("body_temp", 3_000, 36.6),
    ]);
    expect(qualities([spo2, pulse, temperature] as Sample[])).toEqual(["bad", "bad", "good"]);
    expect([flagNames(spo2?.flags ?? 0), spo2?.value]).toEqual([["sensor-off"], 80]);
    expect(qualities(wear.judge([sample("spo2", 4_000, 96), sample("skin_contact", 4_000, 1)]))).toEqual(["good", "good"]);
  });

  test("says nothing of samples from before it was lost, in whatever order they arrive", () => {
    const wear = new WearWatch();
    wear.judge([sample("skin_contact", 60_000, 0)]);
    expect(qualities(wear.judge([sample("spo2", 59_000, 96), sample("spo2", 60_000, 96)]))).toEqual(["good", "bad"]);
  });

  test("that was lost and never told again does not hide a patient for longer than five minutes", () => {
    const wear = new WearWatch();
    wear.judge([sample("skin_contact", 0, 0)]);
    expect(qualities(wear.judge([sample("spo2", 5 * MINUTE, 85), sample("spo2", 5 * MINUTE + SECOND, 85)]))).toEqual(["bad", "good"]);
  });

  test("of a device that never lost it leaves the samples untouched", () => {
    const wear = new WearWatch();
    const given = [sample("spo2", 1_000, 96)];
    expect(wear.judge(given)).toBe(given);
  });
});

describe("skin temperature", () => {
  /** Quality of SpO2 after each minute's temperature. */
  const played = (temperatures: readonly number[]): unknown[] => {
    const wear = new WearWatch();
    return temperatures.map(
      (value, minute) => qualities(wear.judge([sample("skin_temp", minute * MINUTE, value), sample("spo2", minute * MINUTE, 95)]))[1],
    );
  };

  test("below 28 degrees that drifts like a room for five minutes is nobody's skin", () => {
    expect(played([33, 27, 25.5, 24.8, 24.4, 24.2, 24.1])).toEqual(["good", "good", "good", "good", "good", "good", "bad"]);
  });

  test("below 28 degrees that warms again is a cold hand", () => {
    expect(new Set(played([27, 26.8, 27.2, 27.5, 27.1, 27.4, 27.8, 27.9]))).toEqual(new Set(["good"]));
  });

  test("of 28 degrees is skin, and ends what was not worn", () => {
    expect(played([24, 24, 24, 24, 24, 24, 28]).slice(-2)).toEqual(["bad", "good"]);
    expect(new Set(played([28, 28, 28, 28, 28, 28, 28, 28]))).toEqual(new Set(["good"]));
  });
});
