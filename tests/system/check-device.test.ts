/** `npm run check-device` on real connections: the simulators' own link passes, and wrong options are answered in one line. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECK_IDS } from "#simulators/check-device/checks.ts";
import { Examination } from "#simulators/check-device/examination.ts";
import { openBench } from "#simulators/check-device/open-bench.ts";
import { describeVerdict } from "#simulators/check-device/verdict.ts";
import { DeviceLink } from "#simulators/link/device-link.ts";

const SITE = "bench";
const DEVICE = "device-1";
const SECRET = "-a secret-";

const main = resolve(import.meta.dirname, "../../simulators/check-device-main.ts");
const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((done) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }));
  });

const openDevice = (url: string, outboxFile: string): DeviceLink & AsyncDisposable => {
  const link = new DeviceLink({ url, site: SITE, device: DEVICE, secret: SECRET, outboxFile });
  link.sendStatus({ battery: 80 });
  const measuring = setInterval(() => {
    link.send([{ metric: "spo2", t: Date.now(), value: 97 }]);
    link.sendWaveform({ signal: "pleth", t0: Date.now() - 40, hz: 75, unit: "1", values: [1, 2, 3] });
  }, 100);
  return Object.assign(link, {
    [Symbol.asyncDispose]: async () => {
      clearInterval(measuring);
      await link.close();
    },
  });
};

describe("check-device", () => {
  test("lets the simulators' own link pass over TCP: refused, cut and asked", async () => {
    const folder = await mkdtemp(join(tmpdir(), "check-device-"));
    try {
      await using bench = await openBench({ host: "127.0.0.1", port: 0, site: SITE, device: DEVICE, secret: SECRET });
      const steps: string[] = [];
      const options = { site: SITE, device: DEVICE, patienceMs: 20_000, withinMs: 50_000, onStep: (text: string) => void steps.push(text) };
      const examination = new Examination(bench, options);
      await using _device = openDevice(bench.url, join(folder, "outbox.jsonl"));
      const findings = await examination.run();
      const faulty = CHECK_IDS.filter((id) => findings[id].verdict !== "ok");
      expect(faulty, describeVerdict(DEVICE, findings)).toEqual(["restart"]);
      expect(findings.restart.verdict).toBe("not seen");
      expect(steps.length).toBeGreaterThan(8);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("names the option that is wrong", async () => {
    const [unknown, port, site] = await Promise.all([run("--sight", "H"), run("--port", "90000"), run("--site", "a/b")]);
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain("cli_unknown_option");
    expect(port.stderr).toMatch(/--port "90000" is not a whole number from 0 to 65535.*cli_bad_option/);
    expect(site.stderr).toMatch(/--site "a\/b" is not an id.*cli_bad_option/);
  });

  test("says when its address is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    try {
      await once(taken, "listening");
      const { code, stderr } = await run("--port", String((taken.address() as AddressInfo).port));
      expect(code).toBe(1);
      expect(stderr).toMatch(/cannot listen on 127\.0\.0\.1.*check_device_cannot_listen/);
    } finally {
      taken.close();
    }
  });

  test("does not pass a program that ends by itself, and repeats the last it said", async () => {
    const { code, stdout, stderr } = await run("--port", "0", "--patience", "1", "--json", "--run", "echo no sensor; exit 3");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ passed: false });
    expect(stderr).toContain("exit code 3");
    expect(stderr).toContain("no sensor");
  });
});
