/** What a message turned into: samples, a waveform block, and what was set aside with the reason. */
import { MAX_EPOCH_LENGTH } from "#contracts/telemetry-schema.ts";
import type { Epoch, WaveformBlock } from "#core/journal-entry.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { Sample } from "#core/samples/sample.ts";

export interface Rejected {
  readonly reason: QuarantineReason;
  /** The offending sample as the device wrote it, bounded; absent when the whole message was set aside. */
  readonly sample?: unknown;
}

/** Message number and epoch of one message, as far as they can be read. */
export interface Numbering {
  /** Absent: the number could not be read, or a SenML pack carries none. */
  readonly seq?: number;
  readonly epoch?: Epoch;
}

export interface DecodedMessage extends Numbering {
  readonly void?: boolean;
  readonly samples: readonly Sample[];
  readonly waveform?: WaveformBlock;
  readonly quarantined: readonly Rejected[];
}

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
