/** No statement of the ledger walks a whole table by accident: SQLite is asked for its plan of each. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { migrate } from "#adapters/ledger-sqlite/schema.ts";
import { READS, WHOLE_TABLE_READS } from "#adapters/ledger-sqlite/sql-reads.ts";
import { WRITES } from "#adapters/ledger-sqlite/sql-writes.ts";
import { IDENTITY_CREATE, IDENTITY_SQL } from "#adapters/identity-sqlite/identity-sql.ts";

const steps = (db: DatabaseSync, sql: string): string[] =>
  db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
/** A walk over a table, or a sort of everything found. JSON lists are the caller's own, and short. */
const isCostly = (step: string): boolean => step.startsWith("SCAN ") && !step.includes("json_each") && !step.includes("CONSTANT ROW");

const ledger = new DatabaseSync(":memory:");
migrate(ledger);
const identity = new DatabaseSync(":memory:");
identity.exec(IDENTITY_CREATE);

/** Walk an index in its own order and stop at their LIMIT. */
const IN_ORDER = ["feedOldest", "feedNewest", "lastAudit", "auditForwards", "nextDue", "openAlerts", "grants"];

describe("query plans", () => {
  test.each(Object.entries({ ...READS, ...WRITES }).filter(([name]) => !WHOLE_TABLE_READS.includes(name as keyof typeof READS)))(
    "%s finds its rows by index",
    (name, sql) => {
      const costly = steps(ledger, sql).filter(isCostly);
      if (!IN_ORDER.includes(name)) expect(costly).toEqual([]);
      expect(steps(ledger, sql).filter((step) => step.includes("TEMP B-TREE FOR ORDER BY") && IN_ORDER.includes(name))).toEqual([]);
    },
  );

  test.each(Object.entries(IDENTITY_SQL))("identity vault: %s finds its rows by index", (_, sql) => {
    expect(steps(identity, sql).filter(isCostly)).toEqual([]);
  });

  test("a snapshot of open alerts reads open alerts alone, newest first, without a sort", () => {
    expect(steps(ledger, READS.openAlerts)).toEqual(["SCAN alerts USING INDEX alerts_live"]);
  });

  test("what is due is one range of one index", () => {
    expect(steps(ledger, READS.due)).toEqual([expect.stringContaining("USING INDEX deliveries_due")]);
  });
});

test("a ledger of a newer version is refused and left alone", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("PRAGMA user_version = 99");
  expect(() => migrate(db)).toThrow(expect.objectContaining({ code: "ledger_too_new" }));
});
