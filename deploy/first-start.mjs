/**
 * Makes the secrets of a composed ward at its first start, each where only the container that needs it looks; later starts change nothing.
 * `--show` prints the two passwords a person needs: those of the first administrator and of Grafana.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.env.HOMEWARD_SECRETS_DIR ?? "/secrets";
const secret = () => randomBytes(32).toString("base64url");
const HOMEWARD = join(folder, "homeward/homeward.env");
const GRAFANA = join(folder, "grafana/admin-password");

/** Whole or not at all. Other containers read as other users: who may is settled by who mounts the volume. */
const write = (file, text, mode = 0o444) => {
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
};

const valueIn = (file, name) => new RegExp(`^${name}=(.*)$`, "m").exec(readFileSync(file, "utf8"))?.[1];

if (process.argv.includes("--show")) {
  process.stdout.write(`Homeward  ${valueIn(HOMEWARD, "HOMEWARD_ADMIN_USERNAME")}  ${valueIn(HOMEWARD, "HOMEWARD_ADMIN_PASSWORD")}\n`);
  process.stdout.write(`Grafana   admin  ${readFileSync(GRAFANA, "utf8")}\n`);
  process.exit(0);
}

// Homeward's file comes first: what others know is taken from it, so that a start cut short is mended by the next one.
if (!existsSync(HOMEWARD)) {
  const settings = {
    HOMEWARD_ADMIN_USERNAME: "administrator",
    HOMEWARD_ADMIN_PASSWORD: secret(),
    HOMEWARD_METRICS_TOKEN: secret(),
    HOMEWARD_MQTT_USERNAME: "homeward",
    HOMEWARD_MQTT_PASSWORD: secret(),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  write(HOMEWARD, lines.join(""), 0o400);
}
const files = [
  ["mosquitto/password", () => valueIn(HOMEWARD, "HOMEWARD_MQTT_PASSWORD")],
  ["prometheus/metrics-token", () => valueIn(HOMEWARD, "HOMEWARD_METRICS_TOKEN")],
  ["grafana/admin-password", secret],
];
for (const [name, make] of files) if (!existsSync(join(folder, name))) write(join(folder, name), make());
const influx = join(folder, "influx/operator.env");
if (!existsSync(influx)) write(influx, `HOMEWARD_INFLUX_TOKEN=${secret()}\n`, 0o400);
