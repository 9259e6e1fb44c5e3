import { describe, expect, test } from "vitest";
import { oxygenConcentrator } from "#simulators/devices/oxygen-concentrator.ts";
import { niv, pap } from "#simulators/devices/pap.ts";
import { smartInhaler } from "#simulators/devices/smart-inhaler.ts";
import type { DeviceSample } from "#simulators/devices/simulated-device.ts";
import { live, mean, numbersOf, valuesOf } from "#tests/support/scripted-body.ts";

const hourly = ({ s }: { readonly s: number }) => ({ deeds: s % 3_600 === 20 ? (["inhale_controller"] as const) : [] });

describe("an inhaler's cap", () => {
  const lives = Array.from({ length: 30 }, (_, seed) => live(smartInhaler, { seed: seed + 1, change: hourly }).samples);
  const puffs = (samples: readonly DeviceSample[]) => samples.filter(({ metric }) => metric === "inhaler_controller");

  test("counts one event a puff, one or two a dose, and misses few", () => {
    for (const samples of lives) {
      const most = Math.max(...puffs(samples).map(({ tags }) => Number(tags?.["n"])));
      expect(puffs(samples).length).toBeGreaterThanOrEqual(24 * most * 0.85);
      expect(puffs(samples).length).toBeLessThanOrEqual(24 * most);
      expect(most).toBeLessThanOrEqual(2);
    }
  });

  test("with a clock of minutes tells two puffs of one instant apart by their number", () => {
    const coarse = lives.filter((samples) => puffs(samples).every(({ t }) => t % 60_000 === 0));
    expect(coarse.length).toBeGreaterThan(2);
    const twins = coarse.flatMap((samples) => puffs(samples).filter(({ t }, index, all) => all[index + 1]?.t === t));
    expect(twins.length).toBeGreaterThan(0);
  });

  test("tells the flow and whether it was done well, with the error by name", () => {
    const verdicts = lives.flat().filter(({ metric }) => metric === "inhaler_technique_ok");
    const wrong = verdicts.filter(({ value }) => value === 0);
    expect(wrong.length / verdicts.length).toBeGreaterThan(0.05);
    expect(wrong.length / verdicts.length).toBeLessThan(0.35);
    expect(wrong.every(({ tags }) => tags?.["error"] !== undefined)).toBe(true);
    expect(verdicts.filter(({ value }) => value === 1).every(({ tags }) => tags?.["error"] === undefined)).toBe(true);
    expect(mean(numbersOf(lives.flat(), "inspiratory_flow_peak"))).toBeGreaterThan(40);
  });

  test("draws less through narrow airways", () => {
    const flow = (share: number) =>
      mean(
        numbersOf(
          live(smartInhaler, { change: ({ s }) => ({ ...hourly({ s }), pef: s < 3_600 ? 420 : 420 * share }) }).samples,
          "inspiratory_flow_peak",
        ),
      );
    expect(flow(0.5)).toBeLessThan(0.85 * flow(1));
  });

  test("that nobody uses still says every hour that it is there", () => {
    const { samples } = live(smartInhaler, { change: () => ({ deeds: [] }) });
    expect(valuesOf(samples, "heartbeat").length).toBe(24);
    expect(samples.length).toBe(24);
  });
});

describe("an oxygen concentrator", () => {
  test("gives its flow every minute in tenths, and 0 while it stands still", () => {
    const change = ({ hour }: { readonly hour: number }) => ({ oxygenFlow: hour < 12 ? 2 : 0 });
    const { samples } = live(oxygenConcentrator, { artefacts: false, change });
    const flows = numbersOf(samples, "oxygen_flow");
    expect(flows.length).toBe(1_440);
    expect(mean(flows.slice(10, 700))).toBeCloseTo(2, 1);
    expect(new Set(flows.slice(725))).toEqual(new Set([0]));
  });

  test("adds up the hours of a whole day at midnight, and no day it saw half of", () => {
    const change = ({ hour }: { readonly hour: number }) => ({ oxygenFlow: hour < 16 ? 1.5 : 0 });
    const { samples } = live(oxygenConcentrator, { artefacts: false, change, fromHour: 12, seconds: 40 * 3_600 });
    expect(numbersOf(samples, "oxygen_hours")).toEqual([16]);
  });

  test("is on the mains", () => expect(live(oxygenConcentrator, { seconds: 1 }).device.battery).toBeNull());
});

describe("a breathing machine", () => {
  const night = { fromHour: 20, seconds: 17 * 3_600 };

  test("tells the rate every two seconds on steps of 0.2 while the mask is on, and nothing of the breath by day", () => {
    const { samples } = live(pap, { artefacts: false, ...night });
    const rates = samples.filter(({ metric }) => metric === "resp_rate");
    expect(rates.length).toBeGreaterThan(14_000);
    expect(rates.every(({ value }) => Math.abs((value as number) * 5 - Math.round((value as number) * 5)) < 1e-6)).toBe(true);
    expect(mean(rates.map(({ value }) => value as number))).toBeCloseTo(16, 0);
  });

  test("sums the night up in the morning in its own units: minutes, litres a second, events an hour", () => {
    const { samples } = live(pap, { artefacts: false, ...night });
    const summary = samples.filter(({ metric }) => metric.startsWith("pap_"));
    expect(summary.map(({ metric, unit }) => [metric, unit])).toEqual([
      ["pap_usage", "min"],
      ["pap_leak_p95", "L/s"],
      ["pap_ahi", undefined],
    ]);
    expect(summary[0]?.value).toBeGreaterThan(475);
    expect(summary[0]?.value).toBeLessThanOrEqual(480);
    expect(summary[2]?.value).toBeLessThan(2);
  });

  test("takes the pieces of one night together", () => {
    const change = ({ hour }: { readonly hour: number }) => ({ papOn: hour >= 23 || hour < 2 || (hour >= 2.5 && hour < 6) });
    const { samples } = live(pap, { artefacts: false, ...night, change });
    expect(numbersOf(samples, "pap_usage").length).toBe(1);
    expect(numbersOf(samples, "pap_usage")[0]).toBeGreaterThan(6.4 * 60);
  });

  test("says at noon that a night went by without it", () => {
    const { samples } = live(pap, { fromHour: 13, seconds: 86_400, change: () => ({ papOn: false }) });
    expect(numbersOf(samples, "pap_usage")).toEqual([0]);
    expect(numbersOf(samples, "pap_ahi")).toEqual([]);
  });

  test("scores pauses of ten seconds and more", () => {
    const change = ({ s }: { readonly s: number }) => ({ respRate: s % 240 < 15 ? 0 : 16 });
    const { samples } = live(pap, { artefacts: false, ...night, change });
    expect(numbersOf(samples, "pap_ahi")[0]).toBeGreaterThan(13);
    expect(numbersOf(samples, "pap_ahi")[0]).toBeLessThan(18);
  });

  test("measures a leaking mask and trusts itself less", () => {
    const change = ({ hour }: { readonly hour: number }) => ({ maskLeak: hour >= 2 && hour < 3 ? 0.9 : 0.02 });
    const { samples } = live(pap, { artefacts: false, ...night, change });
    expect(numbersOf(samples, "pap_leak_p95")[0]).toBeGreaterThan(0.8);
    const doubted = samples.filter(({ metric, quality }) => metric === "resp_rate" && quality === "degraded").length;
    expect(doubted).toBeGreaterThan(1_700);
    expect(doubted).toBeLessThan(1_900);
  });

  test("draws pressure, leak and volume a minute at a time where asked to", () => {
    const { waveforms } = live(pap, { artefacts: false, fromHour: 23, seconds: 3_600, waveforms: true });
    expect(new Set(waveforms.map(({ signal, unit, hz, values }) => `${signal} ${unit} ${hz} ${values.length}`))).toEqual(
      new Set(["mask_pressure cm[H2O] 0.5 30", "mask_leak L/s 0.5 30", "tidal_volume L 0.5 30"]),
    );
  });

  test("for people who keep carbon dioxide back measures it every hour, in its own unit", () => {
    const makers = Array.from({ length: 8 }, (_, seed) =>
      live(niv, { seed: seed + 1, fromHour: 22, seconds: 4 * 3_600, change: () => ({ etco2: 52 }) }).samples.filter(
        ({ metric }) => metric === "etco2",
      ),
    );
    expect(new Set(makers.map((samples) => samples[0]?.unit))).toEqual(new Set(["kPa", undefined]));
    for (const samples of makers)
      for (const { value, unit } of samples) expect(Math.abs((value as number) * (unit === "kPa" ? 7.5 : 1) - 50.5)).toBeLessThan(6);
    expect(makers[0]?.length).toBe(3);
  });
});
