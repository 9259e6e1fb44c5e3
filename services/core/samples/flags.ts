/** Quality flags as one bit set. Names: 11073 device-status word 150604 (domain 4.6), then the platform's own. */
const FLAG_NAMES = [
  "sensor-disconnected",
  "sensor-malfunction",
  "sensor-displaced",
  "sensor-unsupported",
  "sensor-off",
  "sensor-interference",
  "signal-searching",
  "signal-pulse-questionable",
  "signal-non-pulsatile",
  "signal-erratic",
  "signal-low-perfusion",
  "signal-poor",
  "signal-inadequate",
  "signal-processing-irregularity",
  "device-equipment-malfunction",
  "device-extended-update",
  "motion",
  "rate-of-change",
  "out-of-range",
  "flatline",
  "clock-drift",
  "duplicate",
  "late",
  "gap",
  "low-accuracy-zone",
  "conflict",
] as const;
export type FlagName = (typeof FLAG_NAMES)[number];

/** The bit of a flag. */
export const flag = (name: FlagName): number => 1 << FLAG_NAMES.indexOf(name);
/** The names set in a bit set, in the order of the list. */
export const flagNames = (bits: number): FlagName[] => FLAG_NAMES.filter((_, index) => (bits & (1 << index)) !== 0);
/** Nothing was measured: there is no body at the sensor (semantics 1.4). */
export const OFF_BODY = flag("sensor-off") | flag("sensor-disconnected");
