/** Keeps quarantine items in the transaction that stores their message, the newest of each institution (semantics 2.4). */
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { EpochMs } from "#core/time.ts";
import type { Statements } from "./statements.ts";
import { numberAt, textAt } from "./statements.ts";

const MOST_ITEMS = 10_000;
const MOST_BYTES = 256 * 1024 * 1024;
/** Items a message may have; conflicts are numbered behind those the message was judged with. */
const ITEMS_PER_MESSAGE = 16_384;
export const FIRST_CONFLICT = 8_192;
/** What an item costs besides its payload. */
const ITEM_BYTES = 200;

/** `<position>-<index>`: derived, so that a message written again makes no second item. */
export const quarantineId = (ordinal: number): string => `${Math.floor(ordinal / ITEMS_PER_MESSAGE)}-${ordinal % ITEMS_PER_MESSAGE}`;

/** Null for a text that is no id. */
export const parseQuarantineId = (id: string): number | null => {
  const match = /^(\d{1,12})-(\d{1,5})$/.exec(id);
  if (match === null) return null;
  return Number(match[1]) * ITEMS_PER_MESSAGE + Number(match[2]);
};

interface QuarantineRow {
  readonly position: number;
  readonly index: number;
  readonly institution: string;
  readonly reason: QuarantineReason;
  readonly topic: string;
  readonly device: string;
  readonly at: EpochMs;
  /** Null: the message's payload. */
  readonly raw: Uint8Array | null;
  readonly sample: string | null;
}

export interface QuarantineRows {
  /** Held once for all items of a message; counts against the institution with the first of them. */
  payload(position: number, raw: Uint8Array): void;
  add(item: QuarantineRow, payloadBytes: number): void;
  /** Drops the oldest beyond the limits of the institutions that got items. */
  trim(): void;
  /** Drops items of a device that arrived in `[from, to)`; returns how many, at most `limit`. */
  eraseOfDevice(device: string, from: EpochMs, to: EpochMs, limit: number): number;
}

export const createQuarantineRows = (statements: Statements): QuarantineRows => {
  const touched = new Set<string>();

  const drop = (institution: string, ordinal: number, payload: number, bytes: number): void => {
    statements.run("dropQuarantine", ordinal);
    statements.run("dropPayload", payload, payload);
    statements.run("holdQuarantine", institution, -1, -bytes);
  };

  return {
    payload(position, raw) {
      statements.run("addPayload", position, raw);
    },
    add(item, payloadBytes) {
      const ordinal = item.position * ITEMS_PER_MESSAGE + item.index;
      const bytes = ITEM_BYTES + payloadBytes + (item.raw?.length ?? 0) + (item.sample?.length ?? 0);
      const { institution, reason, topic, device, at, raw, sample } = item;
      const added = statements.run("addQuarantine", ordinal, institution, reason, topic, device, at, item.position, bytes, raw, sample);
      if (added.changes === 0) return;
      statements.run("holdQuarantine", institution, 1, bytes);
      statements.run("countQuarantine", reason, 1);
      touched.add(institution);
    },
    trim() {
      for (const institution of touched) {
        const held = statements.one("heldQuarantine", institution);
        let items = held === undefined ? 0 : numberAt(held, 0);
        let bytes = held === undefined ? 0 : numberAt(held, 1);
        let dropped = 0;
        while (items > MOST_ITEMS || bytes > MOST_BYTES) {
          const oldest = statements.all("oldestQuarantine", institution, 500);
          if (oldest.length === 0) break;
          for (const row of oldest) {
            if (items <= MOST_ITEMS && bytes <= MOST_BYTES) break;
            drop(institution, numberAt(row, 0), numberAt(row, 1), numberAt(row, 2));
            items -= 1;
            bytes -= numberAt(row, 2);
            dropped += 1;
          }
        }
        if (dropped > 0) statements.run("countQuarantine", "dropped", dropped);
      }
      touched.clear();
    },
    eraseOfDevice(device, from, to, limit) {
      const rows = statements.all("quarantineOfDevice", device, from, to, limit);
      for (const row of rows) drop(textAt(row, 1), numberAt(row, 0), numberAt(row, 2), numberAt(row, 3));
      return rows.length;
    },
  };
};
