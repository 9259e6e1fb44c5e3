/** What the maker of a device says of a sample in the words of domain 4.6 (the 11073 device status, and `motion`). */
import { flag, type FlagName } from "./flags.ts";
import { QUALITY, type QualityCode } from "./sample.ts";

/** The sensor or the signal is not there: what is read is no measurement. */
const NO_MEASUREMENT: readonly FlagName[] = [
  "sensor-disconnected",
  "sensor-malfunction",
  "sensor-displaced",
  "sensor-unsupported",
  "sensor-off",
  "signal-searching",
  "signal-non-pulsatile",
  "signal-inadequate",
  "device-equipment-malfunction",
];
/** A measurement, to be trusted less. */
const DOUBTFUL: readonly FlagName[] = [
  "sensor-interference",
  "signal-pulse-questionable",
  "signal-erratic",
  "signal-low-perfusion",
  "signal-poor",
  "signal-processing-irregularity",
  "motion",
];
interface Judged {
  readonly bits: number;
  readonly quality: QualityCode;
}
const judge = (names: readonly FlagName[], quality: QualityCode): (readonly [unknown, Judged])[] =>
  names.map((name) => [name, { bits: flag(name), quality }]);
const JUDGED: ReadonlyMap<unknown, Judged> = new Map([...judge(NO_MEASUREMENT, QUALITY.bad), ...judge(DOUBTFUL, QUALITY.degraded)]);
/** More than there are names: a list that goes on is not read to its end. */
const MOST = 32;

/** Bits and the least quality they leave; names that are not the maker's to give are ignored, like any member we do not know. */
export const readMakerFlags = (flags: unknown): Judged => {
  if (!Array.isArray(flags)) return NOTHING;
  let bits = 0;
  let quality: QualityCode = QUALITY.good;
  for (const name of flags.slice(0, MOST)) {
    const judged = JUDGED.get(name);
    if (judged === undefined) continue;
    bits |= judged.bits;
    if (judged.quality > quality) quality = judged.quality;
  }
  return { bits, quality };
};

const NOTHING: Judged = { bits: 0, quality: QUALITY.good };
