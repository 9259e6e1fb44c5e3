/** The unit converter on the real UCUM library: right factors, refusals, and as little work as it promises. */
import { describe, expect, test, vi } from "vitest";
import { createUcumConverter, type UcumLibrary } from "#adapters/units-ucum/units-ucum.ts";
import { metrics } from "#core/metrics/catalogue.ts";
import { applyConversion } from "#core/metrics/unit-conversion.ts";
import { seededRandom } from "#tests/support/seeded-random.ts";

const converter = createUcumConverter();
const convert = (value: number, unit: string, metricUnit: string): number | null => {
  const conversion = converter.convert(metricUnit, unit);
  return conversion === null ? null : applyConversion(value, conversion);
};

/** A library that counts its questions; everything is twice as large. */
const counting = (now: () => number = () => 0) => {
  const asked: string[] = [];
  let loads = 0;
  const library: UcumLibrary = {
    convertUnitTo: (fromUnit, fromValue, toUnit) => {
      asked.push(`${fromUnit} ${toUnit}`);
      return fromUnit.startsWith("bad") ? { status: "failed", toVal: null } : { status: "succeeded", toVal: fromValue * 2 };
    },
  };
  const load = (): UcumLibrary => {
    loads++;
    return library;
  };
  return { asked, loads: () => loads, converter: createUcumConverter(load, now) };
};

describe("the UCUM converter", () => {
  test.each([
    [98.6, "[degF]", "Cel", 37],
    [310.15, "K", "Cel", 37],
    [8.5, "L/s", "L/min", 510],
    [100, "mL/s", "L/min", 6],
    [5, "kPa", "mm[Hg]", 37.503187771],
    [19_800, "s", "h", 5.5],
    [90, "min", "h", 1.5],
    [0.3, "mV", "uV", 300],
    [1.5, "Hz", "/min", 90],
    [72, "{beats}/min", "/min", 72],
    [72, "1/min", "/min", 72],
    [0.2, "/min", "{events}/h", 12],
    [0.93, "1", "%", 93],
    [93, "%{sat}", "%", 93],
    [Math.PI, "rad", "deg", 180],
    [4.5, "km/h", "m/s", 1.25],
    [80, "[lb_av]", "kg", 36.2873896],
    [1200, "mL", "L", 1.2],
    [2, "{puffs}", "{actuations}", 2],
    [5, "1", "{score}", 5],
    [3, "s", "ms", 3000],
  ])("converts %d %s to %s", (value, unit, metricUnit, expected) => {
    expect(convert(value, unit, metricUnit)).toBeCloseTo(expected, 9);
  });

  test.each([
    ["mmol/L", "mm[Hg]"],
    ["kgf", "kg"],
    ["N", "kg"],
    ["bpm", "/min"],
    ["beat/min", "/min"],
    ["percent", "%"],
    ["°C", "Cel"],
    ["dBm", "%"],
    ["[pH]", "%"],
    ["B[W]", "%"],
    ["%", "{score}"],
    ["%", "1"],
    ["{actuations", "{actuations}"],
    ["{a}{b}", "{score}"],
    [" %", "%"],
    ["", "%"],
    ["__proto__", "%"],
    ["constructor", "%"],
    ["(((((((((", "%"],
    ["%".repeat(64), "%"],
    ["m".repeat(64), "m"],
    ["10*400.%", "%"],
  ])("refuses %j for %s", (unit, metricUnit) => {
    expect(converter.convert(metricUnit, unit)).toBeNull();
  });

  test("knows every unit of the catalogue as UCUM", () => {
    for (const { unit } of metrics) {
      if (unit === null || unit === "1" || /^\{.*\}$/.test(unit)) continue;
      const other = unit === "Cel" ? "K" : unit.startsWith("{") ? unit.replace(/^\{.*\}/, "") : `2.${unit}`;
      const scaled = converter.convert(unit, other) ?? converter.convert(unit, `${unit}{x}`);
      expect(scaled, unit).not.toBeNull();
    }
  });

  test("is not loaded for the catalogue's own units, counts and ones", () => {
    const { converter, loads } = counting();
    for (const { unit } of metrics) if (unit !== null) expect(converter.convert(unit, unit)).toEqual({ factor: 1, offset: 0 });
    expect(converter.convert("{score}", "1")).toEqual({ factor: 1, offset: 0 });
    expect(converter.convert("{score}", "%")).toBeNull();
    expect(loads()).toBe(0);
  });

  test("asks the library once for each pair of units, also when the answer is no", () => {
    const { converter, asked, loads } = counting();
    for (let time = 0; time < 100; time++) {
      expect(converter.convert("%", "half")).toEqual({ factor: 2, offset: 0 });
      expect(converter.convert("%", "bad")).toBeNull();
    }
    expect(loads()).toBe(1);
    expect(asked.filter((pair) => pair === "half %")).toHaveLength(3);
    expect(asked.filter((pair) => pair === "bad %")).toHaveLength(1);
  });

  test("lets invented units neither take its time nor push out the usual ones", () => {
    let clock = 0;
    const { converter, asked } = counting(() => clock);
    expect(converter.convert("L/min", "L/s")).toEqual({ factor: 2, offset: 0 });
    const before = asked.length;
    for (let index = 0; index < 10_000; index++) converter.convert("%", `bad${index}`);
    expect(asked.length - before).toBe(500);
    expect(converter.convert("%", "good")).toBeNull();
    expect(converter.convert("L/min", "L/s")).toEqual({ factor: 2, offset: 0 });
    clock = 1_000;
    expect(converter.convert("%", "good")).toEqual({ factor: 2, offset: 0 });
    for (clock = 2_000; clock < 12_000; clock += 1_000) {
      for (let index = 0; index < 500; index++) converter.convert("%", `bad${clock}x${index}`);
    }
    expect(converter.convert("L/min", "L/s")).toEqual({ factor: 2, offset: 0 });
  });

  test("asks the library nothing but plain products of units", () => {
    const { converter, asked } = counting();
    converter.convert("%", "half");
    const before = asked.length;
    for (const unit of [
      "(((m)))",
      "{a}{b}",
      "a{b",
      "m.".repeat(29),
      "m m",
      "m\n",
      "°C",
      "x".repeat(17),
      "a.b.c.d.e",
      "//m",
      "m/",
      "{a(}/h",
    ]) {
      expect(converter.convert("%", unit)).toBeNull();
    }
    expect(asked.length).toBe(before);
  });

  test("hears no complaint from the library about what devices invent", () => {
    const random = seededRandom(7);
    const atoms = [
      "m",
      "s",
      "L",
      "%",
      "mm[Hg]",
      "[degF]",
      "10*3",
      "10^",
      "2",
      "k",
      "Cel",
      "[",
      "]",
      "'",
      '"',
      "-1",
      "{a}",
      "{b c}",
      "[pH]",
      "B[W]",
      "+",
      "da",
      "x_",
      "/",
      ".",
    ];
    const complaint = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      let clock = 0;
      const invented = createUcumConverter(undefined, () => (clock += 1_000));
      for (let run = 0; run < 5_000; run++) {
        const unit = Array.from({ length: 1 + random.below(6) }, () => random.pick(atoms)).join("");
        const conversion = invented.convert("%", unit);
        if (conversion !== null && !(conversion.factor > 0 && Number.isFinite(conversion.offset))) expect.fail(unit);
      }
      expect(complaint).not.toHaveBeenCalled();
    } finally {
      complaint.mockRestore();
    }
  });

  test("takes a library that throws for a refusal", () => {
    const broken = createUcumConverter(() => ({
      convertUnitTo: () => {
        throw new Error("broken");
      },
    }));
    expect(broken.convert("%", "x")).toBeNull();
  });
});
