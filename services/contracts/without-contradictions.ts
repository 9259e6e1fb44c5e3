/** Sets aside FEV1/FVC values that contradict FEV1 and FVC of the same message by more than 2 points (domain 1.2, row 8). */
import type { DecodedMessage } from "#contracts/decoded-message.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { Sample } from "#core/samples/sample.ts";

const RATIO = metricByKey("fev1_fvc")?.code;
const FEV1 = metricByKey("fev1")?.code;
const FVC = metricByKey("fvc")?.code;
const POINTS = 2;
/** 72.1 against 70.1 is two points, whatever binary fractions say. */
const NOISE = 1e-9;

const contradictions = (samples: readonly Sample[]): readonly Sample[] => {
  let found: Sample[] | undefined;
  for (const ratio of samples) {
    if (ratio.metric !== RATIO || Number.isNaN(ratio.value)) continue;
    const fev1 = partOf(samples, FEV1, ratio);
    const fvc = partOf(samples, FVC, ratio);
    if (fev1 === undefined || fvc === undefined) continue;
    if (Math.abs(ratio.value - (fev1.value / fvc.value) * 100) > POINTS + NOISE) (found ??= []).push(ratio);
  }
  return found ?? NONE;
};

const NONE: readonly Sample[] = [];

/** The part of the same blow; else the only one of the message. */
const partOf = (samples: readonly Sample[], metric: number | undefined, ratio: Sample): Sample | undefined => {
  const parts = samples.filter((sample) => sample.metric === metric && !Number.isNaN(sample.value));
  const same = parts.find((part) => part.t === ratio.t && part.identity === ratio.identity);
  return same ?? (parts.length === 1 ? parts[0] : undefined);
};

/** The message with what its own parts disprove in quarantine; the parts stay. */
export const withoutContradictions = (message: DecodedMessage): DecodedMessage => {
  const found = contradictions(message.samples);
  if (found.length === 0) return message;
  return {
    ...message,
    samples: message.samples.filter((sample) => !found.includes(sample)),
    quarantined: [
      ...message.quarantined,
      ...found.map(({ t, value, tags }) => ({ reason: "contradiction" as const, sample: { metric: "fev1_fvc", t, value, tags } })),
    ],
  };
};
