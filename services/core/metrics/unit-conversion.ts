/** How a value in a device's unit becomes one in the catalogue's: `value × factor + offset`. */
export interface UnitConversion {
  readonly factor: number;
  readonly offset: number;
}

/** Who knows conversions; null: not UCUM, or not convertible. */
export interface UnitConversions {
  convert(metricUnit: string, unit: string): UnitConversion | null;
}

/** Twelve significant digits remove the noise of binary fractions (98.6 [degF] is 37 Cel) and nothing a sensor resolves. */
export const applyConversion = (value: number, { factor, offset }: UnitConversion): number =>
  Number((value * factor + offset).toPrecision(12));
