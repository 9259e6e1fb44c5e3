/** The shipped configuration of Prometheus in a real one: it scrapes a server, and every query of boards and alarms is answered. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queries } from "#tests/support/board-queries.ts";
import { type Homeward, repository, startHomeward } from "#tests/support/start-homeward.ts";

const TOKEN = "a-token-for-operators-of-40-characters-x";
const PROMETHEUS = process.env["PROMETHEUS"] ?? "prometheus";
const PROMTOOL = process.env["PROMTOOL"] ?? "promtool";

let house: Homeward;
let folder: string;
let prometheus: ChildProcess | null = null;
let url: string;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

/** The shipped files; only the addresses and the token's path, which name containers, are put in place. */
const configure = (port: number): void => {
  cpSync(join(repository, "deploy/prometheus"), folder, { recursive: true });
  const file = join(folder, "prometheus.yml");
  writeFileSync(join(folder, "token"), TOKEN);
  const shipped = readFileSync(file, "utf8");
  const placed = shipped
    .replace("homeward:8080", new URL(house.http).host)
    .replace("/secrets/prometheus/metrics-token", join(folder, "token"))
    .replace("127.0.0.1:9090", `127.0.0.1:${port}`)
    .replaceAll("15s", "1s");
  expect(placed).not.toBe(shipped);
  writeFileSync(file, placed);
};

const ask = async (
  query: string,
): Promise<{ readonly status: string; readonly data?: { readonly result: readonly { readonly value: [number, string] }[] } }> => {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  return (await answer.json()) as Awaited<ReturnType<typeof ask>>;
};

beforeAll(async () => {
  if (spawnSync(PROMTOOL, ["--version"]).status !== 0)
    throw new Error("Prometheus is missing: apt-get install -y prometheus, or name the programs in PROMETHEUS and PROMTOOL");
  house = await startHomeward({ args: ["--quiet-home"], env: { HOMEWARD_METRICS_TOKEN: TOKEN } });
  folder = mkdtempSync(join(tmpdir(), "homeward-prometheus-"));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  configure(port);
  prometheus = spawn(
    PROMETHEUS,
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  for (;;) {
    const up = await ask('up{job="homeward"} == 1 and on() count_over_time(homeward_ready[1m]) > 3').catch(() => null);
    if ((up?.data?.result.length ?? 0) > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}, 120_000);
afterAll(async () => {
  prometheus?.kill("SIGKILL");
  await house?.[Symbol.asyncDispose]();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

test("promtool finds nothing to object to, in the configuration and in the alarms", () => {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, ["check", "config", join(folder, "prometheus.yml")], { encoding: "utf8" });
  expect([status, stdout + stderr]).toEqual([0, expect.stringMatching(/\d+ rules found/)]);
});

test("promtool's linter finds nothing in /metrics but what Node's own figures are named", async () => {
  const text = await (await fetch(`${house.http}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text();
  const { stdout, stderr } = spawnSync(PROMTOOL, ["check", "metrics"], { input: text, encoding: "utf8" });
  const ours = (stdout + stderr).split("\n").filter((line) => line !== "" && !/^homeward_(?:nodejs|process)_/.test(line));
  expect(ours).toEqual([]);
});

test("every query of the boards and alarms is answered", async () => {
  for (const query of queries) expect([query, await ask(query)]).toEqual([query, expect.objectContaining({ status: "success" })]);
});

test("a server in order shows as ready, and raises no alarm", async () => {
  expect((await ask("homeward_ready")).data?.result.map(({ value }) => value[1])).toEqual(["1"]);
  const answer = (await (await fetch(`${url}/api/v1/alerts`)).json()) as { data: { alerts: { labels: { alertname: string } }[] } };
  expect(answer.data.alerts.map(({ labels }) => labels.alertname)).toEqual([]);
});
