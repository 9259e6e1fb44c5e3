/** How a value in a device's unit becomes one in the catalogue's: `value × factor + offset`. */
export interface UnitConversion {
  readonly factor: number;
  readonly offset: number;
}

/** Who knows conversions; null: not UCUM, or not convertible. */
export interface UnitConversions {
  convert(metricUnit: string, unit: string): UnitConversion | null;
}

/** Nine decimals remove the noise of binary fractions (98.6 [degF] is 37 Cel) and nothing a sensor resolves. */
const DECIMALS = 1e9;
/** Up to here the nine decimals are exact in a double. */
const EXACT_BELOW = 1e6;

export const applyConversion = (value: number, { factor, offset }: UnitConversion): number => {
  const converted = value * factor + offset;
  return converted < EXACT_BELOW && converted > -EXACT_BELOW ? Math.round(converted * DECIMALS) / DECIMALS : converted;
};
