/** One reading on its way to viewers, encoded at most once whoever wants it. */
import type { PatientId } from "#core/ids.ts";
import type { QualityName } from "#core/samples/sample.ts";
import type { EpochMs } from "#core/time.ts";
import { encodeTextFrame } from "#gateway/live/text-frame.ts";

export interface LiveReading {
  readonly patient: PatientId;
  readonly metric: string;
  readonly t: EpochMs;
  /** Text for coded metrics; null when the sensor was off. */
  readonly value: number | string | null;
  readonly quality: QualityName;
  readonly device: string | null;
}

export interface QueuedReading {
  readonly reading: LiveReading;
  /** Tells the streams of one patient apart: metric and device. */
  readonly stream: string;
  frame(coalesced: boolean): Buffer;
}

export const streamOf = (reading: LiveReading): string => `${reading.metric}\n${reading.device ?? ""}`;

/** The reading as frames and snapshots show it. */
export const readingOnTheWire = ({ patient, metric, t, value, quality, device }: LiveReading) => ({
  patient,
  metric,
  t,
  value: typeof value === "number" && !Number.isFinite(value) ? null : value,
  quality,
  ...(device === null ? {} : { device }),
});

export const queueReading = (reading: LiveReading): QueuedReading => {
  let plain: Buffer | null = null;
  let marked: Buffer | null = null;
  return {
    reading,
    stream: streamOf(reading),
    frame: (coalesced) =>
      coalesced
        ? (marked ??= encodeTextFrame({ type: "reading", ...readingOnTheWire(reading), coalesced: true }))
        : (plain ??= encodeTextFrame({ type: "reading", ...readingOnTheWire(reading) })),
  };
};
