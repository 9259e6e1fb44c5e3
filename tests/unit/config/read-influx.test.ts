/** What the environment may say about InfluxDB, and what it is told when it says less or more. */
import { describe, expect, test } from "vitest";
import { readConfig } from "#apps/config/read-config.ts";
import { readInfluxSetup } from "#apps/config/read-influx.ts";
import { describeProblem } from "#apps/config/report-problems.ts";

const WHOLE = {
  HOMEWARD_INFLUX_URL: "http://127.0.0.1:8086",
  HOMEWARD_INFLUX_TOKEN: "secret-token",
  HOMEWARD_INFLUX_ORG: "homeward",
  HOMEWARD_INFLUX_BUCKET: "readings",
};
const problemsOf = (environment: Record<string, string>, demo = false): string[] => {
  const config = readConfig(demo, environment);
  return config.ok ? [] : config.problem.map(describeProblem);
};

describe("the settings of InfluxDB", () => {
  test("unset means the embedded store", () => {
    const config = readConfig(false, {});
    expect(config.ok && config.value.influx).toBeNull();
  });

  test("the bucket of the roll-ups is named after the other, unless it has a name of its own", () => {
    const config = readConfig(false, WHOLE);
    expect(config.ok && config.value.influx).toEqual({
      url: "http://127.0.0.1:8086",
      token: "secret-token",
      org: "homeward",
      bucket: "readings",
      rollupBucket: "readings_1m",
      readToken: null,
    });
    const named = readConfig(false, { ...WHOLE, HOMEWARD_INFLUX_ROLLUP_BUCKET: "minutes", HOMEWARD_INFLUX_READ_TOKEN: "other" });
    expect(named.ok && named.value.influx).toMatchObject({ rollupBucket: "minutes", readToken: "other" });
  });

  test.each([
    [{ HOMEWARD_INFLUX_URL: "8086" }, ["HOMEWARD_INFLUX_URL", "config_bad_influx"]],
    [{ HOMEWARD_INFLUX_URL: "http://me:pass-word@127.0.0.1:8086" }, ["HOMEWARD_INFLUX_URL", "config_bad_influx"]],
    [{ HOMEWARD_INFLUX_URL: "http://influx.example:8086" }, ["HOMEWARD_INFLUX_URL", "config_insecure"]],
    [{ HOMEWARD_INFLUX_TOKEN: " " }, ["HOMEWARD_INFLUX_TOKEN", "config_influx_half"]],
    [{ HOMEWARD_INFLUX_ROLLUP_BUCKET: "readings" }, ["HOMEWARD_INFLUX_ROLLUP_BUCKET", "config_bad_choice"]],
    [{ HOMEWARD_INFLUX_URL: "" }, ["HOMEWARD_INFLUX_TOKEN", "config_influx_half"]],
  ])("%j is one line that says what is wrong, and repeats no secret", (change, [name, code]) => {
    const lines = problemsOf({ ...WHOLE, ...change });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${name}:`);
    expect(lines[0]).toContain(`(${code})`);
    expect(lines[0]).not.toMatch(/secret-token|pass-word/);
  });

  test("another machine may be reached with TLS, or when somebody took it upon himself", () => {
    expect(problemsOf({ ...WHOLE, HOMEWARD_INFLUX_URL: "https://influx.example" })).toEqual([]);
    expect(problemsOf({ ...WHOLE, HOMEWARD_INFLUX_URL: "http://influx.example:8086", HOMEWARD_INSECURE: "1" })).toEqual([]);
  });

  test("the demo refuses it with one line", () => {
    expect(problemsOf(WHOLE, true)).toEqual([expect.stringContaining("config_demo_influx")]);
  });

  test("setting up has its own defaults, and options come before the environment", () => {
    const plain = readInfluxSetup({}, {});
    expect(plain.ok && plain.value).toMatchObject({ url: "http://127.0.0.1:8086", org: "homeward", bucket: "readings", token: null });
    const named = readInfluxSetup({ bucket: "other" }, WHOLE);
    expect(named.ok && named.value).toMatchObject({ bucket: "other", rollupBucket: "other_1m", token: "secret-token" });
    expect(readInfluxSetup({}, { HOMEWARD_INFLUX_URL: "x" }).ok).toBe(false);
  });
});
