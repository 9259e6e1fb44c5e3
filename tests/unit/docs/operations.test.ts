/** Whoever is woken by an alarm finds in docs/operations.md what to do. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { alarms } from "#tests/support/board-queries.ts";
import { repository } from "#tests/support/start-homeward.ts";

const page = readFileSync(join(repository, "docs/operations.md"), "utf8");
const isExplained = (name: string): boolean =>
  page.split("\n").some((line) => line.startsWith("| ") && line.split(" | ")[0]?.includes(`\`${name}\``));
const sources = globSync("services/**/*.ts", { cwd: repository })
  .map((file) => readFileSync(join(repository, file), "utf8"))
  .join("\n");

test("every technical alert has its line", () => {
  const technical = shippedRules.filter(({ severity }) => severity === "T").map(({ id }) => id);
  expect(technical.length).toBeGreaterThan(8);
  expect(technical.filter((id) => !isExplained(id))).toEqual([]);
});

test("so has every condition of the system and every part of /health/ready", () => {
  const conditions = [...sources.matchAll(/condition: "(\w+)"/g)].map(([, name]) => name ?? "");
  const parts = [...sources.matchAll(/(?:readiness\.)?set\("(\w+)", /g)].map(([, name]) => name ?? "");
  expect(conditions.length + parts.length).toBeGreaterThan(10);
  const explained = [...conditions, ...parts].filter((name) => name.includes("_"));
  expect(explained.filter((name) => !isExplained(name))).toEqual([]);
});

test("and every alarm of Prometheus", () => {
  expect(alarms.map(({ alert }) => alert).filter((name) => !isExplained(name))).toEqual([]);
});
