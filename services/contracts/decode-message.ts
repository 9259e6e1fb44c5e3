/** Turns the bytes of a telemetry or waveform message into samples and what is set aside of it; never throws, never guesses. */
import { boundedCopy } from "#contracts/bounded-copy.ts";
import { type DecodedMessage, type Numbering, readNumbering, type Rejected, setAside } from "#contracts/decoded-message.ts";
import { type DecodeContext, decodeSample } from "#contracts/decode-sample.ts";
import { decodeSenml } from "#contracts/decode-senml.ts";
import { decodeWaveform } from "#contracts/decode-waveform.ts";
import { withoutContradictions } from "#contracts/without-contradictions.ts";
import { parsePayload } from "#contracts/parse-payload.ts";
import { MAX_SAMPLES } from "#contracts/telemetry-schema.ts";
import { doubtUnrepeatable } from "#core/samples/blow-repeatability.ts";
import { doubtLowPerfusion } from "#core/samples/perfusion-quality.ts";
import type { Sample } from "#core/samples/sample.ts";

export type { DecodedMessage } from "#contracts/decoded-message.ts";
export type { DecodeContext } from "#contracts/decode-sample.ts";

export const decodeMessage = (payload: Uint8Array, channel: "telemetry" | "waveform", context: DecodeContext): DecodedMessage => {
  const parsed = parsePayload(payload);
  if (!parsed.ok) return setAside({}, parsed.problem);
  const body = parsed.value;
  if (typeof body !== "object" || body === null) return setAside({}, "bad_shape");
  if (Array.isArray(body)) return channel === "telemetry" ? crossChecked(decodeSenml(body, context)) : setAside({}, "bad_shape");
  const message = body as Readonly<Record<string, unknown>>;
  const numbering = readNumbering(message.seq, message.epoch);
  const isContent = channel === "telemetry" ? Array.isArray(message.samples) : message.values !== undefined || message.signal !== undefined;
  if (!isContent && message.void !== true) return setAside(numbering ?? {}, "bad_shape");
  if (numbering === null || numbering.seq === undefined) return setAside({}, "bad_seq");
  if (!isContent) return { ...numbering, void: true, samples: [], quarantined: [] };
  return channel === "telemetry"
    ? crossChecked(decodeTelemetry(message.samples as unknown[], numbering, context))
    : decodeWaveform(message, numbering, context);
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
    const { metric, t, value, unit, quality, tags, flags } = item as Readonly<Record<string, unknown>>;
    const verdict = decodeSample(metric, t, value, unit, quality, tags, flags, context);
    if (typeof verdict === "string") quarantined.push({ reason: verdict, sample: boundedCopy(item) });
    else samples.push(verdict);
  }
  return { ...numbering, samples, quarantined };
};

/** What the samples of one message say about each other, whatever its notation: contradictions are set aside, cold fingers and poor blows doubted. */
const crossChecked = (decoded: DecodedMessage): DecodedMessage => {
  const message = withoutContradictions(decoded);
  const samples = doubtUnrepeatable(doubtLowPerfusion(message.samples));
  return samples === message.samples ? message : { ...message, samples };
};
