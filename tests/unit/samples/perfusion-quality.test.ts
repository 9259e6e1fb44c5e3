import { expect, test } from "vitest";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { flagNames } from "#core/samples/flags.ts";
import { doubtLowPerfusion } from "#core/samples/perfusion-quality.ts";
import { QUALITY, QUALITY_NAMES, type QualityCode, type Sample } from "#core/samples/sample.ts";

const sample = (key: string, t: number, value: number, quality: QualityCode = QUALITY.good): Sample => ({
  metric: metricByKey(key)?.code ?? 0,
  t,
  value,
  quality,
  flags: 0,
  tags: "",
  identity: "",
});

test.each([
  [0.2, "bad", ["signal-low-perfusion"]],
  [0.3, "degraded", ["signal-low-perfusion"]],
  [1, "degraded", ["signal-low-perfusion"]],
  [1.01, "good", []],
])("a perfusion index of %s makes the SpO2 of its instant %s", (index, quality, flags) => {
  const [spo2, pulse] = doubtLowPerfusion([sample("spo2", 5, 92), sample("pulse_rate", 5, 70), sample("perfusion_index", 5, index)]);
  for (const judged of [spo2, pulse])
    expect([QUALITY_NAMES[judged?.quality ?? 0], flagNames(judged?.flags ?? 0)]).toEqual([quality, flags]);
});

test("another instant, another metric and a worse verdict of the device stay as they are", () => {
  const given = [sample("spo2", 6, 92), sample("resp_rate", 5, 16), sample("spo2", 5, 80, QUALITY.bad), sample("perfusion_index", 5, 0.5)];
  const judged = doubtLowPerfusion(given);
  expect(judged.map(({ quality }) => quality)).toEqual([QUALITY.good, QUALITY.good, QUALITY.bad, QUALITY.good]);
});
