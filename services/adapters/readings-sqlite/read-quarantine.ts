/** Reads quarantine items, newest first, and how many there were of each reason. */
import type { DatabaseSync } from "node:sqlite";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import { QUARANTINE_COUNTS } from "./queries.ts";
import { numberAt, textAt } from "./statements.ts";
import type { Statements } from "./statements.ts";
import type { QuarantineAnswer } from "./wire.ts";

export const readQuarantine = (statements: Statements, institution: string, before: number, limit: number): QuarantineAnswer[] =>
  statements.all("quarantinePage", institution, before, limit).map((row) => ({
    ordinal: numberAt(row, 0),
    institution: textAt(row, 1),
    reason: textAt(row, 2) as QuarantineReason,
    topic: textAt(row, 3),
    device: row[4] === null ? null : textAt(row, 4),
    at: numberAt(row, 5),
    raw: row[6] instanceof Uint8Array ? row[6] : new Uint8Array(0),
    sample: row[7] === null ? null : textAt(row, 7),
  }));

/** Ever quarantined by reason, and `dropped` for those that had to make room. */
export const readQuarantineCounts = (database: DatabaseSync): Record<string, number> =>
  Object.fromEntries(
    database
      .prepare(QUARANTINE_COUNTS)
      .all()
      .map((row) => [String(row["reason"]), Number(row["n"])]),
  );
