/** The quality a device declares for a sample (contract section 2); good when it says nothing. */
import { QUALITY, type QualityCode } from "#core/samples/sample.ts";

/** Null for a word that is not a quality. */
export const parseQuality = (quality: unknown): QualityCode | null => {
  switch (quality) {
    case undefined:
    case null:
    case "good":
      return QUALITY.good;
    case "degraded":
      return QUALITY.degraded;
    case "bad":
      return QUALITY.bad;
    default:
      return null;
  }
};
