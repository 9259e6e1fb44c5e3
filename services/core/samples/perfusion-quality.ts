/** What a finger oximeter reads from a cold finger is doubted: its own perfusion index says how much (domain 4.6). */
import { metricCode } from "#core/metrics/catalogue.ts";
import type { EpochMs } from "#core/time.ts";
import { flag } from "./flags.ts";
import { QUALITY, type QualityCode, type Sample } from "./sample.ts";

const PERFUSION = metricCode("perfusion_index");
const OPTICAL = new Set([metricCode("spo2"), metricCode("pulse_rate")]);
const LOW_PERFUSION = flag("signal-low-perfusion");
/** Makers declare their accuracy above 0.3 %. */
const BAD_BELOW = 0.3;
const DEGRADED_TO = 1;

/** The samples of one message; SpO2 and pulse of an instant with a low index are degraded or bad, and flagged. */
export const doubtLowPerfusion = (samples: readonly Sample[]): readonly Sample[] => {
  let doubts: Map<EpochMs, QualityCode> | undefined;
  for (const { metric, t, value } of samples) {
    if (metric !== PERFUSION || !(value <= DEGRADED_TO)) continue;
    (doubts ??= new Map()).set(t, value < BAD_BELOW ? QUALITY.bad : QUALITY.degraded);
  }
  if (doubts === undefined) return samples;
  return samples.map((sample) => {
    const doubt = OPTICAL.has(sample.metric) ? doubts.get(sample.t) : undefined;
    if (doubt === undefined) return sample;
    return { ...sample, quality: Math.max(sample.quality, doubt) as QualityCode, flags: sample.flags | LOW_PERFUSION };
  });
};
