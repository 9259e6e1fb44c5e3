/** Unit conversion by the UCUM library of the US National Library of Medicine, loaded when the first foreign unit arrives. */
import { createRequire } from "node:module";
import type { UnitConversion } from "#core/metrics/unit-conversion.ts";
import type { UnitConverter } from "#ports/unit-converter.ts";
import { USUAL_UNITS } from "./usual-units.ts";

const require = createRequire(import.meta.url);

/** What we use of `UcumLhcUtils`. */
export interface UcumLibrary {
  convertUnitTo(
    fromUnit: string,
    fromValue: number,
    toUnit: string,
    suggest: boolean,
  ): { readonly status: string; readonly toVal: number | null };
}

/** Answers remembered of either kind; the oldest leaves. */
const CACHED = 2_000;
/**
 * Questions to the library in one second: at 20 µs each a device that invents units cannot slow the others.
 * The usual units are asked before, so it is only the invented ones that are refused unseen.
 */
const QUESTIONS_PER_SECOND = 500;
const SAME: UnitConversion = { factor: 1, offset: 0 };
const COUNT = /^\{[^{}]*\}$/;
/** Products and quotients of up to four units: all a measurement needs, and nothing on which the library would stumble or dwell. */
const PLAIN =
  /^\/?[A-Za-z0-9%'"*^[\]_+-]{1,16}(?:\{[A-Za-z0-9 _-]{1,20}\})?(?:[./][A-Za-z0-9%'"*^[\]_+-]{1,16}(?:\{[A-Za-z0-9 _-]{1,20}\})?){0,3}$/;
const COUNTED = /^\{[A-Za-z0-9 _-]{1,20}\}\/[A-Za-z]{1,3}$/;

export const createUcumConverter = (load: () => UcumLibrary = loadLibrary, now: () => number = () => performance.now()): UnitConverter => {
  let library: UcumLibrary | undefined;
  const usual = new Map<string, UnitConversion>();
  const known = new Map<string, UnitConversion | null>();
  let second = 0;
  let questions = 0;

  const open = (): UcumLibrary => {
    const opened = load();
    for (const [metricUnit, units] of USUAL_UNITS) {
      for (const unit of units) {
        const conversion = ask(opened, metricUnit, unit);
        if (conversion !== null) usual.set(pairOf(metricUnit, unit), conversion);
      }
    }
    return opened;
  };
  const isAffordable = (): boolean => {
    const current = Math.floor(now() / 1_000);
    if (current !== second) [second, questions] = [current, 0];
    return ++questions <= QUESTIONS_PER_SECOND;
  };

  return {
    convert(metricUnit, unit) {
      if (unit === metricUnit) return SAME;
      if (isCount(metricUnit)) return isCount(unit) ? SAME : null;
      const pair = pairOf(metricUnit, unit);
      const found = usual.get(pair) ?? known.get(pair);
      if (found !== undefined) return found;
      if (!PLAIN.test(unit) && !COUNTED.test(unit)) return null;
      library ??= open();
      const prepared = usual.get(pair);
      if (prepared !== undefined) return prepared;
      if (!isAffordable()) return null;
      const conversion = ask(library, metricUnit, unit);
      if (known.size >= CACHED) known.delete(known.keys().next().value ?? "");
      known.set(pair, conversion);
      return conversion;
    },
  };
};

const pairOf = (metricUnit: string, unit: string): string => `${metricUnit}\n${unit}`;

/** Takes about 25 ms and 18 MB, once. */
const loadLibrary = (): UcumLibrary => {
  const package_ = require("@lhncbc/ucum-lhc") as { readonly UcumLhcUtils: { getInstance(): UcumLibrary } };
  return package_.UcumLhcUtils.getInstance();
};

/** `{steps}`, `{score}` and `1` all say "a number", and a percentage of them says something else. */
const isCount = (unit: string): boolean => unit === "1" || COUNT.test(unit);

/** Factor and offset from three points on the line; null when they do not lie on one (decibels, pH). */
const ask = (library: UcumLibrary, metricUnit: string, unit: string): UnitConversion | null => {
  const zero = probe(library, metricUnit, unit, 0);
  if (!Number.isFinite(zero)) return null;
  const one = probe(library, metricUnit, unit, 1);
  const hundred = probe(library, metricUnit, unit, 100);
  if (!Number.isFinite(one) || !Number.isFinite(hundred)) return null;
  const factor = zero === 0 ? one : (hundred - zero) / 100;
  const isLine = Math.abs(zero + factor - one) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(zero));
  return factor > 0 && isLine ? { factor, offset: zero } : null;
};

const probe = (library: UcumLibrary, metricUnit: string, unit: string, value: number): number => {
  try {
    const result = library.convertUnitTo(unit, value, metricUnit, false);
    return result.status === "succeeded" && typeof result.toVal === "number" ? result.toVal : Number.NaN;
  } catch {
    return Number.NaN;
  }
};
