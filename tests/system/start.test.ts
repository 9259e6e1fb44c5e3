/** Starting and stopping, as the person at the terminal meets it (contract section 1). */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import selfsigned from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, enrol, signIn, signInAs } from "#tests/support/api.ts";
import { storedSamples, until } from "#tests/support/checker.ts";
import { connectMqttDevice } from "#tests/support/mqtt-device.ts";
import { type Homeward, runHomeward, startHomeward } from "#tests/support/start-homeward.ts";

const PASSWORD = "correct-horse-battery";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "homeward-start-"));
});
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Addresses a process listens on, from the kernel's own tables: `[hex address, port]`. */
const listeners = (pid: number): [string, number][] => {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[3] === "0A" && inodes.has(cells[9] ?? ""))
      .map((cells): [string, number] => {
        const [address = "", port = ""] = (cells[1] ?? "").split(":");
        return [address, Number.parseInt(port, 16)];
      }),
  );
};
const LOOPBACK = new Set(["0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"]);

describe("the demo", () => {
  test(
    "prints exactly one line with the members of the contract, listens on loopback alone, and stops with 0",
    { timeout: 120_000 },
    async () => {
      const dataDir = join(folder, "demo");
      const from = performance.now();
      const first = await startHomeward({ args: ["--quiet-home"], dataDir });
      const ready = performance.now() - from;
      let stopped = 0;
      try {
        expect(first.lines).toHaveLength(1);
        const line = JSON.parse(first.lines[0] ?? "") as Record<string, unknown>;
        expect(Object.keys(line)).toEqual(["ready", "http", "mqtt", "dataDir", "users"]);
        expect(line).toMatchObject({ ready: true, dataDir });
        expect(first.http).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect(first.mqtt).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
        expect(first.users.length).toBeGreaterThan(10);
        for (const user of first.users) expect(Object.keys(user)).toEqual(["username", "password", "roles", "institution"]);
        const open = listeners(first.pid);
        expect(new Set(open.map(([, port]) => port))).toEqual(new Set([first.http, first.mqtt].map((url) => Number(new URL(url).port))));
        for (const [address] of open) expect(LOOPBACK.has(address), address).toBe(true);
      } finally {
        const at = performance.now();
        expect(await first.stop()).toBe(0);
        stopped = performance.now() - at;
      }
      expect(first.lines).toHaveLength(1);

      // The same sign-ins at the next start; Ctrl-C ends it as well.
      const second = await startHomeward({ args: ["--quiet-home"], dataDir });
      try {
        expect(second.users).toEqual(first.users);
        for (const role of ["administrator", "community_nurse"]) expect((await signIn(second, role)).token).not.toBe("");
      } finally {
        process.kill(second.pid, "SIGINT");
        expect(await second.stop()).toBe(0);
      }
      process.stderr.write(`ready after ${Math.round(ready)} ms, stopped after ${Math.round(stopped)} ms\n`);
    },
  );

  test("stops cleanly with viewers, devices and simulators at work", { timeout: 120_000 }, async () => {
    await using house = await startHomeward();
    const admin = await signIn(house, "administrator", "inst-t1-willow");
    const who = await enrol(admin);
    await using device = await connectMqttDevice({ url: house.mqtt, ...who });
    await device.publish("telemetry", { seq: 1, samples: [{ metric: "pulse_rate", t: Date.now(), value: 70 }] });
    // A request that never ends its body.
    const hanging = fetch(`${house.http}/api/v1/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) }),
      duplex: "half",
    }).catch(() => undefined);
    const at = performance.now();
    expect(await house.stop()).toBe(0);
    process.stderr.write(`stopped under load after ${Math.round(performance.now() - at)} ms\n`);
    expect(performance.now() - at).toBeLessThan(10_000);
    await hanging;
    await device.closed;
    expect(house.errors()).not.toContain("\n    at ");
  });

  test("refuses a data directory that another one is using, with the code and without disturbing it", { timeout: 120_000 }, async () => {
    const dataDir = join(folder, "busy");
    await using house = await startHomeward({ args: ["--quiet-home"], dataDir });
    for (const command of ["start", "serve"] as const) {
      const { code, out, err } = await runHomeward({ command, args: command === "start" ? ["--quiet-home"] : [], dataDir });
      expect(code).toBe(78);
      expect(out).toBe("");
      expect(err.trim().split("\n")).toHaveLength(1);
      expect(err).toMatch(/\((journal_locked|config_data_dir_in_use)\)/);
    }
    expect((await fetch(`${house.http}/health/live`)).status).toBe(200);
    expect((await (await signIn(house, "administrator", "inst-t1-willow")).call("POST", "/devices", { kind: "oximeter" })).status).toBe(
      201,
    );
  });

  test("keeps data and never turns the clinical clock back over restarts of a fast clock", { timeout: 180_000 }, async () => {
    const dataDir = join(folder, "fast");
    let newest = 0;
    let who: Awaited<ReturnType<typeof enrol>> | null = null;
    const sent: { t: number; value: number }[] = [];
    const timeNow = async (api: Api): Promise<{ now: number; speed: number }> => {
      const time = await api.get<{ now: number; speed: number }>("/time");
      expect(time.now).toBeGreaterThanOrEqual(newest);
      newest = time.now;
      return time;
    };
    for (const [round, speed] of [100, 100, 1, 3_600].entries()) {
      const house: Homeward = await startHomeward({ args: ["--quiet-home", "--speed", String(speed)], dataDir });
      try {
        const admin = await signIn(house, "administrator", "inst-t1-willow");
        who ??= await enrol(admin);
        const before = await timeNow(admin);
        expect(before.speed).toBeLessThanOrEqual(speed);
        await using device = await connectMqttDevice({ url: house.mqtt, ...who });
        const sample = { t: Math.floor(before.now), value: 70 + round };
        sent.push(sample);
        await device.publish("telemetry", { seq: round + 1, samples: [{ metric: "pulse_rate", ...sample }] });
        await device.waitForReceipt(round + 1);
        await until("stored", async () => (await storedSamples(house, admin, who?.patient ?? "", "pulse_rate")).length === sent.length);
        expect(await storedSamples(house, admin, who.patient, "pulse_rate")).toEqual(sent);
        if (speed > 1) await until("a minute of clinical time", async () => (await timeNow(admin)).now > before.now + 60_000);
        await timeNow(admin);
      } finally {
        if (round % 2 === 0) expect(await house.stop()).toBe(0);
        else await house.kill();
      }
    }
  });
});

describe("serve", () => {
  test("makes the environment's first administrator, once, with every role", { timeout: 120_000 }, async () => {
    const dataDir = join(folder, "serve-env");
    const env = { HOMEWARD_ADMIN_USERNAME: "chief", HOMEWARD_ADMIN_PASSWORD: PASSWORD };
    for (const more of [env, {}]) {
      await using house = await startHomeward({ command: "serve", dataDir, env: more });
      expect(Object.keys(JSON.parse(house.lines[0] ?? "{}") as object)).toEqual(["ready", "http", "mqtt", "dataDir"]);
      expect(house.lines).toHaveLength(1);
      const admin = await signInAs(house.http, "chief", PASSWORD);
      const me = await admin.get<{ roles: string[] }>("/me");
      expect(me.roles).toContain("administrator");
      expect(me.roles).toContain("community_nurse");
      expect((await admin.call("POST", "/patients", { tier: "T1", profile: "standard", conditions: [] })).status).toBe(201);
      for (const [address] of listeners(house.pid)) expect(LOOPBACK.has(address)).toBe(true);
    }
  });

  test("prints a set-up link without them, which works once and for nobody who does not have it", { timeout: 120_000 }, async () => {
    await using house = await startHomeward({ command: "serve" });
    const { setup } = JSON.parse(house.lines[0] ?? "{}") as { setup: string };
    expect(setup).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup\?token=[\w-]{20,}$/);
    const post = (url: string, username: string) =>
      fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username, password: PASSWORD }),
      });
    expect((await fetch(setup)).status).toBe(200);
    expect((await post(`${house.http}/setup?token=wrong`, "thief")).status).toBe(403);
    expect((await post(`${house.http}/setup`, "thief")).status).toBe(403);
    expect((await post(setup, "chief")).status).toBe(201);
    const again = await post(setup, "second");
    expect(again.status).toBe(403);
    expect(((await again.json()) as { code: string }).code).toBe("setup_closed");
    expect((await fetch(setup)).status).toBe(403);
    expect((await signInAs(house.http, "chief", PASSWORD)).token).toBeTypeOf("string");
  });

  test("refuses to be reached without TLS, without secrets, or with a demo's data, and says which", { timeout: 120_000 }, async () => {
    const admin = { HOMEWARD_ADMIN_USERNAME: "chief", HOMEWARD_ADMIN_PASSWORD: PASSWORD };
    const open = { HOMEWARD_HTTP_HOST: "0.0.0.0", HOMEWARD_MQTT_HOST: "127.0.0.1" };
    const demoData = join(folder, "was-demo");
    await (await startHomeward({ args: ["--quiet-home"], dataDir: demoData })).stop();
    const pems = await selfsigned.generate([{ name: "commonName", value: "localhost" }]);
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await writeFile(cert, pems.cert);
    await writeFile(key, pems.private);
    const tls = { HOMEWARD_TLS_CERT: cert, HOMEWARD_TLS_KEY: key };
    const cases: { env: Record<string, string>; dataDir?: string; names: string; code: string }[] = [
      { env: { ...open, ...admin }, names: "HOMEWARD_HTTP_HOST", code: "config_insecure" },
      { env: { ...admin, HOMEWARD_MQTT_HOST: "0.0.0.0" }, names: "HOMEWARD_MQTT_HOST", code: "config_insecure" },
      { env: { ...open, ...tls }, names: "HOMEWARD_ADMIN_PASSWORD", code: "config_missing_secret" },
      {
        env: { ...open, ...tls, ...admin, HOMEWARD_ADMIN_PASSWORD: "short" },
        names: "HOMEWARD_ADMIN_PASSWORD",
        code: "config_missing_secret",
      },
      { env: { ...open, ...tls, ...admin }, dataDir: demoData, names: "HOMEWARD_DATA_DIR", code: "config_demo_data" },
    ];
    for (const { env, dataDir, names, code } of cases) {
      const result = await runHomeward({ command: "serve", env, ...(dataDir === undefined ? {} : { dataDir }) });
      expect(result.code, result.err).toBe(78);
      expect(result.out).toBe("");
      expect(result.err.trim().split("\n"), result.err).toHaveLength(1);
      expect(result.err).toContain(`${names}:`);
      expect(result.err).toContain(`(${code})`);
    }
    await using house = await startHomeward({ command: "serve", env: { ...open, ...tls, ...admin } });
    expect(house.http).toMatch(/^https:/);
    expect(house.mqtt).toMatch(/^mqtts:/);
  });

  test("knows no speed and no quiet home", async () => {
    for (const args of [["--speed", "10"], ["--quiet-home"], ["--seed", "1"]]) {
      const { code, err } = await runHomeward({ command: "serve", args });
      expect(code).toBe(64);
      expect(err).toContain("(cli_unknown_option)");
    }
  });
});
