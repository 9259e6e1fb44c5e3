import { expect, test } from "vitest";
import { readConfig } from "#apps/config/read-config.ts";

test("a token for operators that could be guessed is refused, and never repeated", () => {
  const short = readConfig(false, { HOMEWARD_METRICS_TOKEN: "guess-me" });
  expect(short.ok ? [] : short.problem).toMatchObject([{ name: "HOMEWARD_METRICS_TOKEN", code: "config_weak_token" }]);
  expect(JSON.stringify(short)).not.toContain("guess-me");
  expect(readConfig(false, { HOMEWARD_METRICS_TOKEN: "x".repeat(32) })).toMatchObject({
    ok: true,
    value: { metricsToken: "x".repeat(32) },
  });
  expect(readConfig(false, {})).toMatchObject({ ok: true, value: { metricsToken: null } });
});
