/** `npm run setup:influx` on a real InfluxDB 2: what it makes may do what the server needs, and nothing else. */
import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { InfluxError } from "#contracts/errors/influx.ts";
import { message, sample, SPO2, whole } from "#tests/contract/reading-store-contract.ts";
import { startInfluxd, type Influxd } from "#tests/support/influxd.ts";
import { openInfluxStore } from "#tests/support/open-influx-store.ts";

const run = promisify(execFile);
const MAIN = new URL("../../services/apps/setup-influx-main.ts", import.meta.url).pathname;

let influxd: Influxd;
let settings: Record<string, string> = {};
let printed = "";

const setUp = async (environment: Record<string, string>, ...options: string[]) =>
  run(process.execPath, [MAIN, ...options], { env: { PATH: process.env["PATH"] ?? "", HOMEWARD_INFLUX_URL: influxd.url, ...environment } });
const parse = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => [line.slice("HOMEWARD_INFLUX_".length, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
const write = (token: string, bucket: string): Promise<number> =>
  fetch(`${influxd.url}/api/v2/write?org=homeward&bucket=${bucket}&precision=ms`, {
    method: "POST",
    headers: { authorization: `Token ${token}` },
    body: `m v=1 ${Date.now()}`,
  }).then(({ status }) => status);

beforeAll(async () => {
  influxd = await startInfluxd({ setUp: false });
  const { stdout, stderr } = await setUp({});
  settings = parse(stdout);
  printed = stderr;
});
afterAll(() => influxd.stop());

describe("npm run setup:influx", () => {
  test("gives a new InfluxDB its first user, and says the password once", () => {
    expect(printed).toMatch(/first user is homeward-operator, password \S{20,}/);
    expect(settings).toMatchObject({ URL: influxd.url, ORG: "homeward", BUCKET: "readings", ROLLUP_BUCKET: "readings_1m" });
  });

  test("the server works with its two tokens", async () => {
    const { store, release } = await openInfluxStore({
      url: influxd.url,
      org: "homeward",
      bucket: "readings",
      token: settings["TOKEN"] ?? "",
      readToken: settings["READ_TOKEN"] ?? "",
    });
    onTestFinished(release);
    const now = Date.now();
    await store.write([message(1, [sample(now, 93)])], () => null);
    const query = { spans: [whole()], metric: SPO2, from: now - 1, to: now + 1, maxPoints: 10 };
    expect((await store.series(query)).points.map((point) => point.last)).toEqual([93]);
    await store.erase([whole()]);
    expect((await store.series(query)).points).toEqual([]);
  });

  test("the token for queries cannot write, the one for writing cannot read or make anything", async () => {
    expect(await write(settings["TOKEN"] ?? "", "readings")).toBe(204);
    expect(await write(settings["READ_TOKEN"] ?? "", "readings")).toBe(403);
    const { store, release } = await openInfluxStore({
      url: influxd.url,
      org: "homeward",
      bucket: "readings",
      token: settings["TOKEN"] ?? "",
    });
    onTestFinished(release);
    const refused = await store.latest([whole()]).catch((error: unknown) => error);
    expect(refused instanceof InfluxError && refused.code).toBe("influx_bucket_missing");
    const made = await fetch(`${influxd.url}/api/v2/authorizations`, {
      method: "POST",
      headers: { authorization: `Token ${settings["TOKEN"]}` },
      body: "{}",
    });
    expect(made.status).not.toBe(201);
  });

  test("an InfluxDB in use needs a token, and says so in one line", async () => {
    const failed = (await setUp({}).catch((error: unknown) => error)) as { readonly code: number; readonly stderr: string };
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^homeward: .*HOMEWARD_INFLUX_TOKEN.*\(influx_setup_refused\)\n$/);
    const refused = (await setUp({ HOMEWARD_INFLUX_TOKEN: "wrong" }).catch((error: unknown) => error)) as { readonly stderr: string };
    expect(refused.stderr).toContain("(influx_token_refused)");
  });

  test("in an InfluxDB in use it makes what is missing and writes the settings where only their owner reads them", async () => {
    const other = await startInfluxd();
    onTestFinished(() => other.stop());
    await other.makeBucket("short", 86_400);
    const file = join(other.folder, "settings.env");
    const { stdout, stderr } = await setUp(
      { HOMEWARD_INFLUX_URL: other.url, HOMEWARD_INFLUX_TOKEN: other.token },
      "--bucket",
      "short",
      "--out",
      file,
    );
    expect(stdout).toBe("");
    expect(stderr).toContain("keeps 1 days, less than the 91");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const made = parse(await readFile(file, "utf8"));
    expect(made).toMatchObject({ BUCKET: "short", ROLLUP_BUCKET: "short_1m" });
    expect(made["TOKEN"]).not.toBe(other.token);
    const long = (await other.call("GET", "/api/v2/buckets?name=short_1m")) as {
      readonly buckets: readonly { readonly retentionRules: readonly { readonly everySeconds: number }[] }[];
    };
    expect(long.buckets[0]?.retentionRules[0]?.everySeconds).toBeGreaterThan(5 * 365 * 86_400);
  });
});
