/** Every named statement of the reading store finds its rows by an index: a full scan is a stall waiting for its data. */
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { QUERIES } from "#adapters/readings-sqlite/queries.ts";
import { SCHEMA } from "#adapters/readings-sqlite/schema.ts";

const database = new DatabaseSync(":memory:");
database.exec(SCHEMA);

test.each(Object.entries(QUERIES))("the plan of %s scans no table and sorts nothing", (_, sql) => {
  const marks = sql.split("?").length - 1;
  const plan = database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...Array.from({ length: marks }, () => 1))
    .map((row) => String(row["detail"]));
  // A subquery that was found by an index is then walked: that scan is of its result.
  expect(plan.filter((step) => /^SCAN (?!\(subquery|CONSTANT ROW)|TEMP B-TREE/.test(step))).toEqual([]);
});
