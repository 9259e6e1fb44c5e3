/** Turns the bytes of a telemetry or waveform message into samples and what is set aside of it; never throws, never guesses. */
import { boundedCopy } from "#contracts/bounded-copy.ts";
import { type DecodeContext, decodeSample } from "#contracts/decode-sample.ts";
import { decodeSenml } from "#contracts/decode-senml.ts";
import { decodeWaveform } from "#contracts/decode-waveform.ts";
import { contradictions } from "#contracts/find-contradictions.ts";
import { parsePayload } from "#contracts/parse-payload.ts";
import { MAX_EPOCH_LENGTH, MAX_SAMPLES } from "#contracts/telemetry-schema.ts";
import type { Epoch, WaveformBlock } from "#core/journal-entry.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { Sample } from "#core/samples/sample.ts";

export type { DecodeContext } from "#contracts/decode-sample.ts";

export interface Rejected {
  readonly reason: QuarantineReason;
  /** The offending sample as the device wrote it, bounded; absent when the whole message was set aside. */
  readonly sample?: unknown;
}

export interface DecodedMessage {
  /** Absent: the number could not be read, or a SenML pack carries none. */
  readonly seq?: number;
  readonly epoch?: Epoch;
  readonly void?: boolean;
  readonly samples: readonly Sample[];
  readonly waveform?: WaveformBlock;
  readonly quarantined: readonly Rejected[];
}

/** Message number and epoch of one message, as far as they can be read. */
export interface Numbering {
  readonly seq?: number;
  readonly epoch?: Epoch;
}

export const decodeMessage = (payload: Uint8Array, channel: "telemetry" | "waveform", context: DecodeContext): DecodedMessage => {
  const parsed = parsePayload(payload);
  if (!parsed.ok) return setAside({}, parsed.problem);
  const body = parsed.value;
  if (typeof body !== "object" || body === null) return setAside({}, "bad_shape");
  if (Array.isArray(body)) return channel === "telemetry" ? decodeSenml(body, context) : setAside({}, "bad_shape");
  const message = body as Readonly<Record<string, unknown>>;
  const numbering = readNumbering(message.seq, message.epoch);
  const isContent = channel === "telemetry" ? Array.isArray(message.samples) : message.values !== undefined || message.signal !== undefined;
  if (!isContent && message.void !== true) return setAside(numbering ?? {}, "bad_shape");
  if (numbering === null || numbering.seq === undefined) return setAside({}, "bad_seq");
  if (!isContent) return { ...numbering, void: true, samples: [], quarantined: [] };
  return channel === "telemetry"
    ? decodeTelemetry(message.samples as unknown[], numbering, context)
    : decodeWaveform(message, numbering, context);
};

/** A whole message in quarantine; a number that could be read still counts as seen. */
export const setAside = (numbering: Numbering, reason: QuarantineReason): DecodedMessage => ({
  ...numbering,
  samples: [],
  quarantined: [{ reason }],
});

/** Null when `seq` or `epoch` is there and cannot be read; `{}` when there is no `seq`. */
export const readNumbering = (seq: unknown, epoch: unknown): Numbering | null => {
  if (seq === undefined) return {};
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 0) return null;
  if (epoch === undefined || epoch === null) return { seq };
  if (typeof epoch === "number") return Number.isFinite(epoch) ? { seq, epoch } : null;
  return typeof epoch === "string" && epoch.length > 0 && epoch.length <= MAX_EPOCH_LENGTH ? { seq, epoch } : null;
};

const decodeTelemetry = (written: readonly unknown[], numbering: Numbering, context: DecodeContext): DecodedMessage => {
  if (written.length > MAX_SAMPLES) return setAside(numbering, "too_many_samples");
  const samples: Sample[] = [];
  const quarantined: Rejected[] = [];
  for (const item of written) {
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      quarantined.push({ reason: "bad_shape", sample: boundedCopy(item) });
      continue;
    }
    const { metric, t, value, unit, quality, tags } = item as Readonly<Record<string, unknown>>;
    const verdict = value === undefined ? missingValue(metric) : decodeSample(metric, t, value, unit, quality, tags, context);
    if (typeof verdict === "string") quarantined.push({ reason: verdict, sample: boundedCopy(item) });
    else samples.push(verdict);
  }
  return withoutContradictions({ ...numbering, samples, quarantined });
};

/** Nothing was written where the value belongs: not the same as null, which says the sensor is off. */
const missingValue = (metric: unknown): QuarantineReason => (typeof metric === "string" ? "bad_value" : "bad_shape");

/** Sets aside derived values that their parts in the same message disprove. */
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
