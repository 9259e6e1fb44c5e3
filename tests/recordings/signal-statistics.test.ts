/** Simulated signals beside recorded ones of their kind: level, spread, steps, and how long each stays like itself; the table is printed. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "#simulators/random.ts";
import { type Bands, compare, type Compared, type Comparison, tableOf } from "#tests/support/compare-signals.ts";
import { cyclesOf, type KneeCourse, kneeTable } from "#tests/support/knee-cycles.ts";
import { asthmaDiaries, bedside, type Diary, knee, papNight } from "#tests/support/recorded-signals.ts";
import { mean, median, type Signal } from "#tests/support/signal-statistics.ts";
import { simulatedDays, simulatedDiaries, simulatedKnee, simulatedNights } from "#tests/support/simulated-signals.ts";

/** Four hours of a value a minute; half an hour of a value every two seconds. */
const OF_A_DAY = 240;
const OF_A_NIGHT = 900;

const bands = (level: readonly [number, number], more: Partial<Bands> = {}): Bands => ({
  level,
  alive: { lag1: [0.25, 0.985], lag5: [-0.1, 0.92] },
  spread: [0.35, 3],
  step: [0.3, 3],
  still: 0.4,
  lag1: 0.4,
  lag5: 0.55,
  lag30: 0.6,
  ...more,
});

/** A mask that holds and a pressure that stays are like themselves for minutes. */
const STILL = { alive: { lag1: [0, 1], lag5: [0, 1] } } as const;

const tables: string[] = [];
afterAll(() => {
  process.stdout.write(`\n${tables.join("\n\n")}\n`);
});

const compared: Compared[] = [];

beforeAll(() => {
  const days = simulatedDays();
  const nights = simulatedNights();
  const day = { stretch: OF_A_DAY };
  const night = { stretch: OF_A_NIGHT };
  compared.push(
    { ...day, name: "Heart rate, pulse", unit: "/min", recorded: bedside("heart_rate"), simulated: days.pulse, bands: bands([50, 100]) },
    { ...day, name: "Pulse", unit: "/min", recorded: bedside("pulse_rate"), simulated: days.pulse, bands: bands([50, 100]) },
    { ...day, name: "Breathing", unit: "/min", recorded: bedside("resp_rate"), simulated: days.respRate, bands: bands([10, 25]) },
    { ...day, name: "SpO2", unit: "%", recorded: bedside("spo2"), simulated: days.spo2, bands: bands([90, 99]) },
    {
      ...night,
      name: "Breathing at the mask",
      unit: "/min",
      recorded: papNight("RespRate", true),
      simulated: nights.rate,
      bands: bands([10, 25]),
    },
    { ...night, name: "Tidal volume", unit: "L", recorded: papNight("TidVol", true), simulated: nights.volume, bands: bands([0.2, 0.7]) },
    {
      ...night,
      name: "Ventilation",
      unit: "L/min",
      recorded: papNight("MinVent", true),
      simulated: nights.ventilation,
      bands: bands([3, 10]),
    },
    // Leak is nothing at all for long stretches in one person and a draught in another.
    {
      ...night,
      name: "Mask leak",
      unit: "L/s",
      recorded: papNight("Leak", false),
      simulated: nights.leak,
      bands: bands([0, 0.4], { ...STILL, spread: [0.1, 12], step: [0.1, 8], lag1: 0.5, lag5: 0.7, lag30: 0.8 }),
    },
    {
      ...night,
      name: "Mask pressure",
      unit: "cmH2O",
      recorded: papNight("MaskPress", true),
      simulated: nights.pressure,
      bands: bands([4, 20], { ...STILL, spread: [0.1, 8], step: [0.2, 4], lag30: 0.6 }),
    },
  );
});

const SIGNALS = [
  "Heart rate, pulse",
  "Pulse",
  "Breathing",
  "SpO2",
  "Breathing at the mask",
  "Tidal volume",
  "Ventilation",
  "Mask leak",
  "Mask pressure",
];
const find = (name: string): Compared => compared.find((one) => one.name === name) as Compared;

describe("a simulated signal", () => {
  const comparisons: Comparison[] = [];
  afterAll(() => tables.push(tableOf(comparisons)));

  test.each(SIGNALS)("of %s looks like recorded ones", (name) => {
    const comparison = compare(find(name));
    comparisons.push(comparison);
    expect(comparison.faults).toEqual([]);
  });
});

describe("a toy is told from a signal", () => {
  const CONTINUOUS = SIGNALS.filter((name) => !name.startsWith("Mask"));
  const length = 1_800;
  const toys: Readonly<Record<string, (level: number, spread: number) => Signal>> = {
    "a constant": (level) => Array.from({ length }, () => level),
    "white noise": (level, spread) => {
      const random = createRandom(1);
      return Array.from({ length }, () => level + spread * random.normal());
    },
    "a straight ramp": (level, spread) => Array.from({ length }, (_, index) => level + spread * 3.5 * (((index % 900) / 900) * 2 - 1)),
    "a smooth wave": (level, spread) => Array.from({ length }, (_, index) => level + 1.4 * spread * Math.sin(index / 30)),
  };

  test.each(Object.entries(toys))("%s of the right level and spread is not taken for any of them", (_, make) => {
    for (const name of CONTINUOUS) {
      const { recorded } = compare(find(name));
      if (recorded === null) continue;
      const toy = compare({ ...find(name), simulated: [make(recorded.level, recorded.spread)] });
      expect(toy.faults, name).not.toEqual([]);
    }
  });
});

describe("an asthma diary", () => {
  const FEW = 14;
  let recorded: Diary[];
  let simulated: Diary[];
  beforeAll(() => {
    recorded = asthmaDiaries(FEW);
    simulated = simulatedDiaries();
  });

  const sd = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  const middle = (
    diaries: readonly Diary[],
    of: (diary: Diary) => readonly number[],
    figure: (values: readonly number[]) => number,
    few = FEW,
  ): number =>
    median(
      diaries
        .map(of)
        .filter((values) => values.length >= few)
        .map(figure),
    );
  const blows = ({ pef }: Diary) => pef;
  const uses =
    (of: (diary: Diary) => readonly number[]) =>
    (diaries: readonly Diary[]): Diary[] =>
      diaries.filter((diary) => of(diary).some((puffs) => puffs > 0));

  test("has peak flows as high, as scattered and as restless as recorded ones", () => {
    const figures = {
      "level, L/min": mean,
      "spread, share of the level": (values: readonly number[]) => sd(values) / mean(values),
      "SD of steps over spread": (values: readonly number[]) => {
        const steps = values.slice(1).map((value, index) => value - (values[index] as number));
        return Math.sqrt(mean(steps.map((step) => step * step))) / sd(values);
      },
    };
    const rows = Object.entries(figures).map(
      ([name, figure]) => [name, middle(recorded, blows, figure), middle(simulated, blows, figure)] as const,
    );
    tables.push(diaryTable("Peak flow", rows));
    const [level, spread, restless] = rows.map(([, was, is]) => ({ was, is })) as [
      { was: number; is: number },
      { was: number; is: number },
      { was: number; is: number },
    ];
    expect(level.is / level.was).toBeGreaterThan(0.6);
    expect(level.is / level.was).toBeLessThan(1.6);
    expect(spread.is / spread.was).toBeGreaterThan(0.35);
    expect(spread.is / spread.was).toBeLessThan(2.2);
    expect(restless.is).toBeGreaterThan(0.7);
    expect(restless.is).toBeLessThan(1.6);
  });

  test("counts puffs that come as unevenly: most days without the reliever, some with many", () => {
    const rescue = uses((diary) => diary.rescue);
    const figures = {
      "reliever, puffs a day": mean,
      "days without": (values: readonly number[]) => values.filter((value) => value === 0).length / values.length,
      "variance over mean": (values: readonly number[]) => sd(values) ** 2 / mean(values),
    };
    const rows = Object.entries(figures).map(
      ([name, figure]) =>
        [
          name,
          middle(rescue(recorded), (diary) => diary.rescue, figure),
          middle(rescue(simulated), (diary) => diary.rescue, figure),
        ] as const,
    );
    tables.push(diaryTable("Inhaler", rows));
    const [puffs, without, uneven] = rows.map(([, was, is]) => ({ was, is })) as [
      { was: number; is: number },
      { was: number; is: number },
      { was: number; is: number },
    ];
    expect(puffs.is).toBeGreaterThan(0.15);
    expect(puffs.is).toBeLessThan(Math.max(3, 3 * puffs.was));
    expect(Math.abs(without.is - without.was)).toBeLessThan(0.45);
    // One is a Poisson count, where every day is like every other.
    expect(uneven.is).toBeGreaterThan(1.15);
    expect(uneven.is).toBeLessThan(Math.max(4, 2 * uneven.was));
  });
});

const diaryTable = (name: string, rows: readonly (readonly [string, number, number])[]): string =>
  [
    `| ${name} | recorded | simulated |`,
    "|---|---|---|",
    ...rows.map(([what, was, is]) => `| ${what} | ${was.toFixed(2)} | ${is.toFixed(2)} |`),
  ].join("\n");

describe("a knee", () => {
  const rows: (readonly [string, KneeCourse, KneeCourse])[] = [];
  afterAll(() => tables.push(kneeTable(rows)));

  // A walk and a sitting extension are the same movement in both; standing flexion of a sound knee is compared with a heel slide weeks after an operation.
  test.each([
    ["walking", "mar", "walk", { range: [0.6, 1.7], cycle: [0.5, 2], speed: [0.4, 2.2] }],
    ["straightening, seated", "sen", "seated_knee_extension", { range: [0.5, 1.8], cycle: [0.3, 3.5], speed: [0.25, 3] }],
    ["bending", "pie", "heel_slide", { range: [0.45, 1.8], cycle: [0.4, 5], speed: [0.15, 2] }],
  ] as const)("%s bends as far, as often and as fast as recorded ones", (name, recordedAs, exercise, limits) => {
    const recorded = cyclesOf(knee(recordedAs));
    const simulated = cyclesOf(simulatedKnee(exercise));
    rows.push([name, recorded, simulated]);
    for (const figure of ["range", "cycle", "speed"] as const) {
      const ratio = simulated[figure] / recorded[figure];
      const [least, most] = limits[figure];
      expect.soft(ratio, `${figure} ${simulated[figure]} beside ${recorded[figure]}`).toBeGreaterThan(least);
      expect.soft(ratio, `${figure} ${simulated[figure]} beside ${recorded[figure]}`).toBeLessThan(most);
    }
    // Nobody moves like clockwork.
    expect(simulated.uneven).toBeGreaterThan(0.005);
    expect(simulated.uneven).toBeLessThan(0.5);
  });
});
