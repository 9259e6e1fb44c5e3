/** Reads and checks the environment: the only file of the product that does (contract section 1). */
import { accessSync, constants, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { type Outcome, fail, succeed } from "#core/outcome.ts";
import type { ConfigProblem, ServerConfig } from "./config.ts";
import { isLoopback } from "./is-loopback.ts";
import { readBroker } from "./read-broker.ts";
import { readDataDir } from "./read-data-dir.ts";
import { readInflux } from "./read-influx.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_JOURNAL_MAX = 10 * 1024 ** 3;
const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"];
const WEAKEST_PASSWORD = 12;
const SHORTEST_TOKEN = 32;

/** `demo`: `npm start`, which never listens off loopback. */
export const readConfig = (demo: boolean, environment: Environment = process.env): Outcome<ServerConfig, readonly ConfigProblem[]> => {
  const problems: ConfigProblem[] = [];
  const report = (name: string, code: string, detail: string): void => void problems.push({ name, code, detail });
  const text = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === undefined || value === "" ? undefined : value;
  };
  const port = (name: string, fallback: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
    report(name, "config_bad_port", `"${value}" is not a port`);
    return fallback;
  };
  const host = (name: string): string => {
    const value = text(name) ?? "127.0.0.1";
    if (!isHost(value)) report(name, "config_bad_host", `"${value}" is not an address`);
    return value;
  };
  const bytes = (name: string, fallback: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    if (/^\d{1,15}$/.test(value) && Number(value) > 0) return Number(value);
    report(name, "config_bad_number", `"${value}" is not a number of bytes`);
    return fallback;
  };
  const file = (name: string): string | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    try {
      accessSync(value, constants.R_OK);
      return readFileSync(value, "utf8");
    } catch {
      report(name, "config_missing_file", `"${value}" cannot be read`);
      return undefined;
    }
  };

  const httpHost = host("HOMEWARD_HTTP_HOST");
  const mqttHost = host("HOMEWARD_MQTT_HOST");
  const tls = readTls(text, file, report);
  const config: ServerConfig = {
    httpHost,
    httpPort: port("HOMEWARD_HTTP_PORT", 8080),
    mqttHost,
    mqttPort: port("HOMEWARD_MQTT_PORT", 1883),
    broker: readBroker({ demo, insecure: text("HOMEWARD_INSECURE") === "1", text, file, report }),
    influx: readInflux({ demo, insecure: text("HOMEWARD_INSECURE") === "1", text, report }),
    dataDir: readDataDir(environment),
    journalMaxBytes: bytes("HOMEWARD_JOURNAL_MAX", DEFAULT_JOURNAL_MAX),
    tls,
    webhookAllow: readAllow(text("HOMEWARD_WEBHOOK_ALLOW"), demo, report),
    admin: readAdmin(text, report),
    metricsToken: readMetricsToken(text, report),
    logLevel: text("HOMEWARD_LOG_LEVEL") ?? "warn",
  };
  if (!LOG_LEVELS.includes(config.logLevel))
    report("HOMEWARD_LOG_LEVEL", "config_bad_choice", `"${config.logLevel}" is none of ${LOG_LEVELS.join(", ")}`);
  checkExposure(config, demo, text("HOMEWARD_INSECURE") === "1", report);
  return problems.length === 0 ? succeed(config) : fail(problems);
};

export type Report = (name: string, code: string, detail: string) => void;
export type Read = (name: string) => string | undefined;

const readTls = (text: Read, file: Read, report: Report): ServerConfig["tls"] => {
  const half = (text("HOMEWARD_TLS_CERT") === undefined) !== (text("HOMEWARD_TLS_KEY") === undefined);
  if (half) report("HOMEWARD_TLS_CERT", "config_tls_half", "certificate and key belong together");
  const cert = file("HOMEWARD_TLS_CERT");
  const key = file("HOMEWARD_TLS_KEY");
  if (cert === undefined || key === undefined) return null;
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const { code = "unreadable" } = cause as NodeJS.ErrnoException;
    report("HOMEWARD_TLS_CERT", "config_bad_tls", `certificate and key cannot be used (${code})`);
  }
  return { cert, key };
};

const readAllow = (value: string | undefined, demo: boolean, report: Report): string[] => {
  if (value === undefined) return demo ? ["127.0.0.0/8", "::1/128", "localhost"] : [];
  const entries = value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address);
    const range = prefix === undefined || (/^\d{1,3}$/.test(prefix) && family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128));
    if (!range || (family === 0 && !/^[A-Za-z0-9.-]{1,253}$/.test(address)))
      report("HOMEWARD_WEBHOOK_ALLOW", "config_bad_list", `"${entry}" is neither a host nor a range`);
  }
  return entries;
};

const readAdmin = (text: Read, report: Report): ServerConfig["admin"] => {
  const username = text("HOMEWARD_ADMIN_USERNAME");
  const password = text("HOMEWARD_ADMIN_PASSWORD");
  if (username === undefined && password === undefined) return null;
  if (username === undefined) report("HOMEWARD_ADMIN_USERNAME", "config_missing_secret", "is missing beside HOMEWARD_ADMIN_PASSWORD");
  if (password === undefined) report("HOMEWARD_ADMIN_PASSWORD", "config_missing_secret", "is missing beside HOMEWARD_ADMIN_USERNAME");
  else if (password.length < WEAKEST_PASSWORD)
    report("HOMEWARD_ADMIN_PASSWORD", "config_missing_secret", `is shorter than ${WEAKEST_PASSWORD} characters`);
  return username !== undefined && password !== undefined ? { username, password } : null;
};

const readMetricsToken = (text: Read, report: Report): string | null => {
  const token = text("HOMEWARD_METRICS_TOKEN") ?? null;
  if (token !== null && token.length < SHORTEST_TOKEN)
    report("HOMEWARD_METRICS_TOKEN", "config_weak_token", `is shorter than ${SHORTEST_TOKEN} characters`);
  return token;
};

const isHost = (text: string): boolean => isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);

const checkExposure = (config: ServerConfig, demo: boolean, insecure: boolean, report: Report): void => {
  for (const [name, host] of [
    ["HOMEWARD_HTTP_HOST", config.httpHost],
    ["HOMEWARD_MQTT_HOST", config.mqttHost],
  ] as const) {
    // What is no address at all has been said already.
    if (isLoopback(host) || !isHost(host)) continue;
    if (demo) report(name, "config_demo_off_loopback", `"${host}" can be reached from other machines`);
    else if (config.tls === null && !insecure) report(name, "config_insecure", `"${host}" can be reached from other machines without TLS`);
  }
};
