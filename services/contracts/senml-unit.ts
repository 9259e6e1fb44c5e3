/** SenML unit names (RFC 8428 section 12.1, RFC 8798) as UCUM; everything else is taken as UCUM. */
const AS_UCUM: ReadonlyMap<string, string | null> = new Map([
  ["l", "L"],
  ["l/s", "L/s"],
  ["1/s", "/s"],
  ["1/min", "/min"],
  ["beat/min", "/min"],
  ["beats", "1"],
  ["count", "1"],
  ["/", "1"],
  ["/100", "%"],
  ["/1000", "[ppth]"],
  ["ppm", "[ppm]"],
  ["%RH", "%"],
  ["%EL", "%"],
  // Seconds of battery left, decibels, positions: nothing of the catalogue is measured in them.
  ["EL", null],
  ["dB", null],
  ["lat", null],
  ["lon", null],
  ["pH", null],
]);

/** UCUM for a SenML unit; null when it cannot be a unit of any metric. `%` is not asked here. */
export const senmlUnit = (unit: string): string | null => {
  const known = AS_UCUM.get(unit);
  return known === undefined ? unit : known;
};
