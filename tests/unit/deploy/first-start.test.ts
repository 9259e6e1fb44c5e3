/** The secrets of a composed ward: made once, never the same twice, each where its reader looks. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repository } from "#tests/support/start-homeward.ts";

const FILES = ["homeward/homeward.env", "influx/operator.env", "mosquitto/password", "prometheus/metrics-token", "grafana/admin-password"];

const openSecrets = () => {
  const folder = mkdtempSync(join(tmpdir(), "homeward-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of FILES) mkdirSync(join(folder, file, ".."), { recursive: true });
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(repository, "deploy/first-start.mjs"), ...args], {
      env: { ...process.env, HOMEWARD_SECRETS_DIR: folder },
      encoding: "utf8",
    });
  return { folder, run, read: () => FILES.map((file) => readFileSync(join(folder, file), "utf8")) };
};

test("the first start makes every secret, long and of its own; a later one changes none", () => {
  const [house, other] = [openSecrets(), openSecrets()];
  expect([house.run().status, other.run().status]).toEqual([0, 0]);
  const before = house.read();
  expect(before.filter((text, index) => other.read()[index] === text)).toEqual([]);
  const values = before.flatMap((text) => [...text.matchAll(/(?:PASSWORD|TOKEN)=(.*)$/gm)].map(([, value]) => value ?? ""));
  expect(values.map((value) => value.length >= 40)).toEqual([true, true, true, true]);
  expect(house.run().status).toBe(0);
  expect(house.read()).toEqual(before);
});

test("broker and scraper are told what Homeward was told, also when the first start was cut short", () => {
  const house = openSecrets();
  house.run();
  const [homeward = "", , password = "", token = ""] = house.read();
  expect(homeward).toContain(`HOMEWARD_MQTT_PASSWORD=${password}\n`);
  expect(homeward).toContain(`HOMEWARD_METRICS_TOKEN=${token}\n`);
  rmSync(join(house.folder, "prometheus/metrics-token"));
  house.run();
  expect(house.read()[3]).toBe(token);
  expect(statSync(join(house.folder, "homeward/homeward.env")).mode & 0o777).toBe(0o400);
});

test("the passwords a person needs are shown to who asks", () => {
  const house = openSecrets();
  house.run();
  const shown = house.run("--show").stdout;
  expect(shown).toMatch(/^Homeward {2}administrator {2}\S{40,}\nGrafana {3}admin {2}\S{40,}\n$/);
});
