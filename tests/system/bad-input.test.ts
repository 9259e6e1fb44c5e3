/** Bad input at every door of the running server and of its commands: a problem document or one clear line with a code of the catalogue. */
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "#apps/config/read-config.ts";
import { describeProblem } from "#apps/config/report-problems.ts";
import { type Api, enrol, signIn } from "#tests/support/api.ts";
import { connectLive } from "#tests/support/live-client.ts";
import { replay } from "#tests/support/replay.ts";
import { type Homeward, repository, runHomeward, startHomeward } from "#tests/support/start-homeward.ts";

/** Every code that any part's catalogue has. */
const CODES = new Set(
  readdirSync(join(repository, "services/contracts/errors")).flatMap((file) =>
    [...readFileSync(join(repository, "services/contracts/errors", file), "utf8").matchAll(/^ {2}([a-z][a-z0-9_]+): \{/gm)].map(
      ([, code]) => code,
    ),
  ),
);

let house: Homeward;
let admin: Api;
let nurse: Api;
let folder: string;
let who: Awaited<ReturnType<typeof enrol>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "homeward-bad-"));
  house = await startHomeward({ args: ["--quiet-home"] });
  admin = await signIn(house, "administrator", "inst-t1-willow");
  nurse = await signIn(house, "community_nurse", "inst-t1-willow");
  who = await enrol(admin);
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Each line ends with its code in brackets, the code is known, and nothing shows where in the program it happened. */
const expectClearLines = (err: string, codes: readonly string[]): void => {
  const lines = err.trim().split("\n");
  expect(
    lines.map((line) => /\(([a-z0-9_]+)\)$/.exec(line)?.[1]),
    err,
  ).toEqual(codes);
  for (const code of codes) expect(CODES.has(code), code).toBe(true);
  for (const line of lines) expect(line).toMatch(/^homeward: /);
  expect(err).not.toContain("    at ");
};

describe("the HTTP door", () => {
  const ask = async (
    method: string,
    path: string,
    init: { readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>> } = {},
  ) => {
    const answer = await fetch(`${house.http}${path}`, {
      method,
      ...init,
      headers: { authorization: `Bearer ${admin.token}`, "content-type": "application/json", ...init.headers },
    });
    return { status: answer.status, type: answer.headers.get("content-type") ?? "", text: await answer.text() };
  };
  const expectProblem = (answer: Awaited<ReturnType<typeof ask>>, what: string): void => {
    expect(answer.status, `${what}: ${answer.text.slice(0, 200)}`).toBeGreaterThanOrEqual(400);
    expect(answer.status, what).toBeLessThan(500);
    expect(answer.type, what).toMatch(/^application\/problem\+json/);
    const body = JSON.parse(answer.text) as { code: string; status: number; title: string };
    expect(CODES.has(body.code), `${what}: ${body.code}`).toBe(true);
    expect(body.status).toBe(answer.status);
    expect(body.title).not.toBe("");
    expect(answer.text).not.toMatch(/\s+at .*\.ts|node_modules|services\//);
  };

  const POSTS = ["/sessions", "/patients", "/devices", "/webhooks", "/users", "/institutions", "/live-tickets?x=1", "/me/password"];
  const BODIES: readonly [string, string | Buffer][] = [
    ["half an object", '{"kind":'],
    ["a list", "[]"],
    ["null", "null"],
    ["a number", "7"],
    ["wrong types", '{"kind":7,"username":[],"password":{},"tier":1,"url":false,"name":0,"current":1}'],
    ["unknown members", '{"nobody":"knows"}'],
    ["a prototype", '{"__proto__":{"admin":true}}'],
    ["no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ["deep nesting", "[".repeat(100_000)],
    ["two megabytes", `{"kind":"${"x".repeat(2_000_000)}"}`],
  ];
  test.each(POSTS)("POST %s answers every bad body with a problem", async (path) => {
    for (const [what, body] of BODIES) expectProblem(await ask("POST", `/api/v1${path}`, { body }), `${path} with ${what}`);
    for (const type of ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"])
      expectProblem(await ask("POST", `/api/v1${path}`, { body: "a=b", headers: { "content-type": type } }), `${path} as ${type}`);
  });

  test("queries, ids, methods, headers and addresses that make no sense", async () => {
    const series = `/api/v1/patients/${who.patient}/series`;
    for (const path of [
      series,
      `${series}?metric=spo2`,
      `${series}?metric=spo2&from=a&to=b`,
      `${series}?metric=spo2&from=2&to=1`,
      `${series}?metric=nothing&from=1&to=2`,
      `${series}?metric=spo2&from=0&to=1e99`,
      `${series}?metric=spo2&from=1&to=2&maxPoints=0`,
      `${series}?metric=spo2&from=1&to=2&maxPoints=1000000`,
      `${series}?metric=spo2&metric=spo2&from=1&to=2`,
      "/api/v1/alerts?limit=0",
      "/api/v1/alerts?limit=many",
      "/api/v1/alerts?status=wonderful",
      "/api/v1/alerts?severity=S9",
      "/api/v1/alerts?unknown=1",
      "/api/v1/patients/%00",
      "/api/v1/patients/%ff%fe",
      "/api/v1/patients/..%2f..%2fetc%2fpasswd",
      `/api/v1/patients/${"x".repeat(3_000)}`,
      "/api/v1/nothing",
      "/api/v2/patients",
      "/api/v1/patients/p_nobody/latest",
    ])
      expectProblem(await ask("GET", path), path);
    for (const method of ["DELETE", "PUT", "OPTIONS"]) expectProblem(await ask(method, "/api/v1/alerts"), method);
    expectProblem(await ask("GET", "/api/v1/me", { headers: { authorization: "Bearer nonsense" } }), "a wrong token");
    expectProblem(await ask("GET", "/api/v1/me", { headers: { authorization: "Basic Zm9v" } }), "another scheme");
  });

  test("bytes that are no HTTP, and headers without end, are answered and the server goes on", async () => {
    const { hostname, port } = new URL(house.http);
    const say = (bytes: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = "";
        const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(bytes));
        socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
        socket.on("error", () => resolve(answer));
        socket.on("close", () => resolve(answer));
      });
    for (const bytes of ["\u0016\u0003\u0001", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "nonsense nonsense nonsense\r\n\r\n"])
      expect(await say(bytes)).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"code":"malformed_request"/);
    expect(await say(`GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(100_000)}\r\n\r\n`)).toContain('"code":"headers_too_large"');
    expect((await ask("GET", "/api/v1/me")).status).toBe(200);
  });
});

describe("the live door", () => {
  test("each bad frame is answered with its code, and a good one still works", async () => {
    const answer = await connectLive(house.http, { token: nurse.token });
    if (answer.kind !== "open") throw new Error(`answered ${answer.status}`);
    await using live = answer.client;
    const bad = ["", "{", "null", "[]", "7", '{"type":"dance"}', '{"type":"subscribe"}', '{"type":"unsubscribe","id":"nobody"}'];
    for (const frame of bad) live.say(frame);
    const errors = await live.collect("error", bad.length);
    for (const { code } of errors) expect(CODES.has(String(code)), String(code)).toBe(true);
    expect(errors.map(({ code }) => code)).toEqual([...Array<string>(7).fill("live_bad_frame"), "live_unknown_subscription"]);
    live.say({ type: "subscribe", id: "a" });
    await live.find(({ type }) => type === "snapshot");
    expect(JSON.stringify(live.frames)).not.toContain("    at ");
  });

  test("a viewer who keeps sending nonsense, or far too much, is closed with the code for it", async () => {
    for (const [frames, code] of [
      [Array<string>(30).fill("{"), 1008],
      [["x".repeat(100_000)], 1009],
    ] as const) {
      const answer = await connectLive(house.http, { token: nurse.token });
      if (answer.kind !== "open") throw new Error(`answered ${answer.status}`);
      await using live = answer.client;
      for (const frame of frames) live.ws.send(frame);
      expect(await live.closed).toBe(code);
    }
    for (const options of [{}, { token: "nonsense" }, { ticket: "nonsense" }, { token: nurse.token, path: "/api/v1/lives" }]) {
      const refused = await connectLive(house.http, options);
      if (refused.kind !== "refused") throw new Error("it was let in");
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(CODES.has(String(refused.body["code"])), String(refused.body["code"])).toBe(true);
    }
  });
});

describe("the environment", () => {
  test.each([
    ["HOMEWARD_HTTP_PORT", "eighty", "config_bad_port"],
    ["HOMEWARD_HTTP_PORT", "65536", "config_bad_port"],
    ["HOMEWARD_MQTT_PORT", "-1", "config_bad_port"],
    ["HOMEWARD_HTTP_HOST", "not a host", "config_bad_host"],
    ["HOMEWARD_MQTT_HOST", "::zz", "config_bad_host"],
    ["HOMEWARD_HTTP_HOST", "203.0.113.7", "config_demo_off_loopback"],
    ["HOMEWARD_MQTT_HOST", "0.0.0.0", "config_demo_off_loopback"],
    ["HOMEWARD_JOURNAL_MAX", "10GB", "config_bad_number"],
    ["HOMEWARD_JOURNAL_MAX", "0", "config_bad_number"],
    ["HOMEWARD_WEBHOOK_ALLOW", "10.0.0.0/99", "config_bad_list"],
    ["HOMEWARD_WEBHOOK_ALLOW", "good.example,b@d", "config_bad_list"],
    ["HOMEWARD_LOG_LEVEL", "loud", "config_bad_choice"],
    ["HOMEWARD_TLS_CERT", "/nowhere/cert.pem", "config_tls_half config_missing_file"],
    ["HOMEWARD_ADMIN_USERNAME", "chief", "config_missing_secret"],
    ["HOMEWARD_ADMIN_PASSWORD", "correct-horse-battery", "config_missing_secret"],
    ["HOMEWARD_MQTT_URL", "mqtt://127.0.0.1:1883", "config_demo_broker"],
    ["HOMEWARD_INFLUX_URL", "http://127.0.0.1:8086", "config_demo_influx"],
    ["HOMEWARD_HTTP_HOST", "127.evil.example", "config_demo_off_loopback"],
  ])("%s=%s is a problem with one line that says %s", (name, value, codes) => {
    const config = readConfig(true, { [name]: value });
    const lines = config.ok ? [] : config.problem.map(describeProblem);
    expectClearLines(lines.join("\n"), codes.split(" "));
    expect(lines.join("\n")).toContain(name);
  });

  test("a data directory that cannot be made ends with 78 and says so", async () => {
    for (const dataDir of ["/dev/null", "/dev/null/below"]) {
      const { code, out, err } = await runHomeward({ args: ["--quiet-home"], dataDir });
      expect([code, out], err).toEqual([78, ""]);
      expectClearLines(err, ["config_data_dir"]);
    }
  });

  test("several at once are all said, one line each", async () => {
    const env = { HOMEWARD_HTTP_PORT: "x", HOMEWARD_MQTT_PORT: "y", HOMEWARD_JOURNAL_MAX: "z", HOMEWARD_WEBHOOK_ALLOW: "?" };
    const { code, err } = await runHomeward({ command: "serve", env });
    expect(code).toBe(78);
    expectClearLines(err, ["config_bad_port", "config_bad_port", "config_bad_number", "config_bad_list"]);
    for (const name of Object.keys(env)) expect(err).toContain(`${name}:`);
  });

  test("a certificate that is none, and a port that is taken, are said so", async () => {
    const file = join(folder, "no-cert.pem");
    await writeFile(file, "not a certificate");
    const tls = await runHomeward({ command: "serve", env: { HOMEWARD_TLS_CERT: file, HOMEWARD_TLS_KEY: file } });
    expect(tls.code, tls.err).toBe(78);
    expectClearLines(tls.err, ["config_bad_tls"]);
    for (const [name, url] of [
      ["HOMEWARD_HTTP_PORT", house.http],
      ["HOMEWARD_MQTT_PORT", house.mqtt],
    ] as const) {
      const { code, err } = await runHomeward({ args: ["--quiet-home"], env: { [name]: new URL(url).port } });
      expect(code, err).toBe(78);
      expectClearLines(err, ["config_port_in_use"]);
      expect(err).toContain(name);
    }
  });
});

describe("options", () => {
  const run = (script: string, args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [join(repository, script), ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
      let out = "";
      let err = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
      child.once("exit", (code) => resolve({ code, out, err }));
    });
  const START = "services/apps/start-main.ts";
  const SERVE = "services/apps/serve-main.ts";
  const SIMULATE = "simulators/simulate-main.ts";
  const REPLAY = "simulators/replay-main.ts";
  const KNOWN = ["--file", repository, "--site", "s", "--device", "d", "--secret", "x"];

  test.each([
    [START, ["--sped", "3"], "cli_unknown_option"],
    [START, ["--speed"], "cli_bad_option"],
    [START, ["--speed", "0"], "cli_bad_option"],
    [START, ["--seed", "-1"], "cli_bad_option"],
    [SERVE, ["--speed", "2"], "cli_unknown_option"],
    [SERVE, ["--json=yes"], "cli_bad_option"],
    [SIMULATE, [], "cli_missing_option"],
    [SIMULATE, ["--speed", "no", "--quiet-home"], "cli_bad_option"],
    [SIMULATE, ["--devices", "/nowhere"], "simulate_bad_devices"],
    [SIMULATE, ["--devices", join(repository, "package.json")], "simulate_bad_devices"],
    [REPLAY, [], "cli_missing_option"],
    [REPLAY, ["--nothing"], "cli_unknown_option"],
    [REPLAY, [...KNOWN, "--preset", "opera"], "cli_bad_option"],
    [REPLAY, [...KNOWN], "cli_bad_option"],
    [REPLAY, [...KNOWN, "--preset", "knee-emg", "--map", "a=spo2"], "cli_bad_option"],
    [REPLAY, [...KNOWN, "--preset", "knee-emg", "--speed", "-1"], "cli_bad_option"],
    [REPLAY, [...KNOWN, "--preset", "knee-emg", "--speed", "slow"], "cli_bad_option"],
    [REPLAY, [...KNOWN, "--preset", "knee-emg", "--device", "a/b"], "cli_bad_option"],
    [REPLAY, [...KNOWN, "--preset", "knee-emg", "--zone", "Mars/Olympus"], "cli_bad_option"],
    [REPLAY, [...KNOWN, "--map", "nonsense"], "cli_bad_option"],
  ])("%s %j says %s", async (script, args, wanted) => {
    const { code, out, err } = await run(script, args);
    expect(code, err).toBe(wanted.startsWith("cli_") ? 64 : 1);
    expect(out).toBe("");
    expectClearLines(err, [wanted]);
  });

  test.each([START, SERVE, SIMULATE, REPLAY])("%s --help says what there is and ends with 0", async (script) => {
    const { code, out, err } = await run(script, ["--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("--");
  });
});

describe("replay files", () => {
  const PRESETS = ["asthma-diary", "bedside-numerics", "cpap-night", "knee-emg"];
  const play = (file: string, more: Readonly<Record<string, string>>) =>
    replay({
      file,
      site: who.site,
      device: who.device,
      secret: who.secret,
      mqtt: house.mqtt,
      speed: "max",
      state: join(folder, "state"),
      ...more,
    });
  const expectRefused = async (file: string, more: Readonly<Record<string, string>>, code: string): Promise<void> => {
    const result = await play(file, more);
    expect(result.code, `${file} ${JSON.stringify(more)}: ${result.out}${result.err}`).toBe(1);
    expect(result.out).toBe("");
    expectClearLines(result.err, [code]);
  };
  let files: Readonly<Record<string, string>>;
  let tiny: string;
  let unreachable: ReturnType<typeof play>;
  beforeAll(async () => {
    tiny = join(folder, "one.csv");
    await writeFile(tiny, "date,hour,pef_max\n1,8,400\n");
    // It has the patience of a broker's restart: it waits while the others are refused.
    unreachable = play(tiny, { preset: "asthma-diary", mqtt: "mqtt://127.0.0.1:1", state: join(folder, "state-unreachable") });
    files = Object.fromEntries(
      ["empty", "binary", "header-only", "unknown-columns", "folder"].map((name) => [name, join(folder, `${name}.csv`)]),
    );
    await writeFile(files["empty"] ?? "", "");
    await writeFile(files["binary"] ?? "", Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7919) & 0xff)));
    await writeFile(files["header-only"] ?? "", "a,b\n");
    await writeFile(files["unknown-columns"] ?? "", "a,b\n1,2\n3,4\n");
    await mkdir(files["folder"] ?? "", { recursive: true });
  });

  test.each(PRESETS)("as %s: missing, empty, binary, without rows, of another kind, a folder", { timeout: 60_000 }, async (preset) => {
    await expectRefused(join(folder, "nowhere.csv"), { preset }, "replay_bad_file");
    for (const file of Object.values(files)) await expectRefused(file, { preset }, "replay_bad_file");
  });

  test("with a map: unknown columns, no time, nothing to send", { timeout: 60_000 }, async () => {
    for (const file of Object.values(files)) await expectRefused(file, { map: "x=spo2" }, "replay_bad_file");
    await expectRefused(files["unknown-columns"] ?? "", { map: "a=spo2" }, "replay_bad_file");
  });

  test("a diary of several people asks for one", async () => {
    const diary = join(folder, "peakflow.csv");
    await writeFile(diary, "user_key,date,hour,pef_max\n1,1,8,400\n2,1,8,300\n");
    await expectRefused(diary, { preset: "asthma-diary" }, "replay_needs_choice");
    await expectRefused(diary, { preset: "asthma-diary", patient: "9" }, "replay_bad_file");
    const played = await play(diary, { preset: "asthma-diary", patient: "1" });
    expect([played.code, played.out], played.err).toEqual([0, "sent 1 samples in 1 messages, 1 acknowledged, 1 receipted\n"]);
  });

  test("a wrong secret and a broker that is not there are said so", { timeout: 60_000 }, async () => {
    const refused = await play(tiny, { preset: "asthma-diary", secret: "wrong" });
    expect(refused.code).toBe(1);
    // The progress line comes before it.
    expectClearLines(refused.err.trim().split("\n").at(-1) ?? "", ["replay_refused"]);
    const alone = await unreachable;
    expect(alone.code).toBe(1);
    expectClearLines(alone.err.trim().split("\n").at(-1) ?? "", ["replay_unreachable"]);
  });
});

test("after all that the server still serves and has nothing of a stack trace in its output", async () => {
  expect((await fetch(`${house.http}/health/live`)).status).toBe(200);
  expect((await admin.get<{ id: string }>(`/patients/${who.patient}`)).id).toBe(who.patient);
  expect(house.errors()).not.toContain("http_internal_error");
});
