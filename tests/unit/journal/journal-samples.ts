/** Entries for the journal's tests. */
import type { DeviceId } from "#core/ids.ts";
import type { MessageEntry, TickEntry } from "#core/journal-entry.ts";

export const tickEntry = (at: number): TickEntry => ({ kind: "tick", at });

export const messageEntry = (seq: number, samples = 1): MessageEntry => ({
  kind: "message",
  device: "oxi-0001" as DeviceId,
  topic: "homeward/v1/site-1/oxi-0001/telemetry",
  arrivedAt: 1_767_225_600_000 + seq,
  seq,
  life: 0,
  hash: (seq * 2_654_435_761) >>> 0,
  samples: Array.from({ length: samples }, (_, index) => ({
    metric: index,
    t: 1_767_225_600_000 + seq * 1000,
    value: 90 + (seq % 10),
    quality: 0,
    flags: 0,
    tags: "",
    identity: "",
  })),
  quarantined: [],
});
