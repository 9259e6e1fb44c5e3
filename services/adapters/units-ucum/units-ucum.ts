/** Unit conversion by the UCUM library of the US National Library of Medicine, loaded when the first foreign unit arrives. */
import { createRequire } from "node:module";
import type { UnitConversion } from "#core/metrics/unit-conversion.ts";
import type { UnitConverter } from "#ports/unit-converter.ts";

/** What we use of `UcumLhcUtils`. */
export interface UcumLibrary {
  convertUnitTo(
    fromUnit: string,
    fromValue: number,
    toUnit: string,
    suggest: boolean,
  ): { readonly status: string; readonly toVal: number | null };
}

/** Pairs remembered; far above what real devices use, so that invented units push out one another and little else. */
const CACHED = 2_000;
const SAME: UnitConversion = { factor: 1, offset: 0 };
const COUNT = /^\{[^{}]*\}$/;

export const createUcumConverter = (load: () => UcumLibrary = loadLibrary): UnitConverter => {
  let library: UcumLibrary | undefined;
  const known = new Map<string, UnitConversion>();
  const refused = new Set<string>();
  return {
    convert(metricUnit, unit) {
      if (unit === metricUnit) return SAME;
      if (isCount(metricUnit)) return isCount(unit) ? SAME : null;
      const pair = `${metricUnit}\n${unit}`;
      const found = known.get(pair);
      if (found !== undefined) return found;
      if (refused.has(pair)) return null;
      const conversion = ask((library ??= load()), metricUnit, unit);
      if (conversion === null) {
        if (refused.size >= CACHED) refused.clear();
        refused.add(pair);
      } else {
        if (known.size >= CACHED) known.clear();
        known.set(pair, conversion);
      }
      return conversion;
    },
  };
};

/** Takes about 25 ms and 18 MB, once. */
const loadLibrary = (): UcumLibrary => {
  const package_ = createRequire(import.meta.url)("@lhncbc/ucum-lhc") as { readonly UcumLhcUtils: { getInstance(): UcumLibrary } };
  return package_.UcumLhcUtils.getInstance();
};

/** `{steps}`, `{score}` and `1` all say "a number", and a percentage of them says something else. */
const isCount = (unit: string): boolean => unit === "1" || COUNT.test(unit);

const PROBES = [0, 1, 100] as const;

/** Factor and offset from three points on the line; null when they do not lie on one (decibels, pH). */
const ask = (library: UcumLibrary, metricUnit: string, unit: string): UnitConversion | null => {
  // The library trims; a unit with blanks around it is not UCUM.
  if (unit.trim() !== unit || unit === "") return null;
  const [zero, one, hundred] = PROBES.map((value) => probe(library, metricUnit, unit, value));
  if (zero === undefined || one === undefined || hundred === undefined) return null;
  if (!Number.isFinite(zero) || !Number.isFinite(one) || !Number.isFinite(hundred)) return null;
  const factor = zero === 0 ? one : (hundred - zero) / 100;
  const expected = zero + factor;
  return factor > 0 && Math.abs(expected - one) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(zero)) ? { factor, offset: zero } : null;
};

const probe = (library: UcumLibrary, metricUnit: string, unit: string, value: number): number => {
  try {
    const result = library.convertUnitTo(unit, value, metricUnit, false);
    return result.status === "succeeded" && typeof result.toVal === "number" ? result.toVal : Number.NaN;
  } catch {
    return Number.NaN;
  }
};
