import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderNotices } from "#apps/render-notices.ts";
import { errorCatalogue } from "#contracts/error-catalogue.ts";
import { renderErrors } from "#contracts/render-errors.ts";
import { renderMetrics } from "#contracts/render-metrics.ts";
import { repository } from "#tests/support/start-homeward.ts";

const page = (name: string): string => readFileSync(join(repository, name), "utf8");

test("docs/errors.md lists exactly the codes of the catalogue (npm run docs)", () => {
  expect(page("docs/errors.md")).toBe(renderErrors());
});

test("no code stands twice in the catalogue, and every one says what to do next", () => {
  const all = errorCatalogue.flatMap(({ errors }) => Object.entries(errors));
  const codes = all.map(([code]) => code);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  for (const [code, { title, next }] of all) expect([code, title.length > 10, next.length > 10]).toEqual([code, true, true]);
});

test("docs/metrics.md lists exactly the figures of the catalogue (npm run docs)", () => {
  expect(page("docs/metrics.md")).toBe(renderMetrics());
});

test("NOTICES.md names every package that runs in production (npm run docs)", () => {
  expect(page("NOTICES.md")).toBe(renderNotices(JSON.parse(page("package-lock.json")) as Parameters<typeof renderNotices>[0]));
});
