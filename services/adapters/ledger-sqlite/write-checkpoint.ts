/**
 * Writes the checkpoint in generations: parts are staged under the one to come while the one in force stays whole, and a number is all that
 * changes when it takes over. Of each key the newest part that is not newer than the generation in force counts.
 */
import type { LedgerRequest } from "./ledger-request.ts";
import { unpackCheckpoints } from "./packed-checkpoints.ts";
import { WRITES } from "./sql-writes.ts";
import type { Statements } from "./statements.ts";

export const stageParts = (db: Statements, { parts }: Extract<LedgerRequest, { kind: "stage" }>): void => {
  const inForce = Number(db.get(WRITES.generation)?.["value"]);
  for (const { key, bytes } of unpackCheckpoints(parts)) {
    // Here, not when a generation takes over: that must stay small.
    db.run(WRITES.dropOlder, key, inForce);
    db.run(WRITES.stage, key, inForce + 1, bytes);
  }
};

export const adoptStaged = (db: Statements): void => {
  db.run(WRITES.nextGeneration);
  db.run(WRITES.dropGone);
};

/** What a process that ended in the middle of a checkpoint had staged. */
export const dropUnfinished = (db: Statements): void => void db.run(WRITES.dropUnfinished);
