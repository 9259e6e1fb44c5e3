/** A figure that nobody can look up is noise, and one that is promised and never written is a lie. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OPERATOR_METRICS } from "#contracts/operator-metrics.ts";
import { repository } from "#tests/support/start-homeward.ts";

const CATALOGUE = "services/contracts/operator-metrics.ts";
const written = new Set(
  globSync("services/**/*.ts", { cwd: repository })
    .filter((file) => file !== CATALOGUE)
    .flatMap((file) => [...readFileSync(join(repository, file), "utf8").matchAll(/"(homeward_[a-z_]+)"/g)].map(([, name]) => name ?? "")),
);
const NO_FIGURES = ["homeward_session"];

test("the catalogue names exactly the figures the code writes", () => {
  const names = [...written].filter((name) => !NO_FIGURES.includes(name)).sort();
  expect(names).toEqual(Object.keys(OPERATOR_METRICS).sort());
});

test("every figure says what it is in a unit Prometheus knows", () => {
  for (const [name, { kind, help }] of Object.entries(OPERATOR_METRICS)) {
    expect([name, help.length > 10]).toEqual([name, true]);
    expect([name, name.endsWith("_total")]).toEqual([name, kind === "counter"]);
    if (kind === "histogram") expect(name).toMatch(/_seconds$/);
  }
});
