/** What `npm start` and `npm run serve` share: read the settings, open the system, say that it is ready, stop it cleanly. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openDiagnosticsPino } from "#adapters/diagnostics-pino/open-diagnostics-pino.ts";
import { JournalError } from "#adapters/journal-segments/journal-error.ts";
import { IdentityError } from "#contracts/errors/identity.ts";
import { LedgerError } from "#contracts/errors/ledger.ts";
import { buildDashboard } from "./build-dashboard.ts";
import { ConfigError } from "./config/config-error.ts";
import type { ServerConfig } from "./config/config.ts";
import { readConfig } from "./config/read-config.ts";
import { EXIT_CONFIG, reportProblems } from "./config/report-problems.ts";
import { openSystem, type System, type InnerParts, type SystemOptions } from "./system.ts";

export const root = resolve(import.meta.dirname, "../..");
/** Contract section 1: signals stop it cleanly within 10 s; past this it ends all the same. */
const STOP_WITHIN_MS = 9_000;

export interface RunOptions {
  readonly demo: boolean;
  readonly speed: number;
  readonly json: boolean;
  readonly beforeListening: (config: ServerConfig, parts: InnerParts) => ReturnType<SystemOptions["beforeListening"]>;
  /** What stands beside the server in this command: people, sign-ins, simulators. Returns what to print. */
  readonly furnish: (system: System, config: ServerConfig) => Promise<Furnished>;
}

export interface Furnished {
  /** Members of the `--json` line beside the addresses. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Lines for a person. */
  readonly lines: readonly string[];
  readonly close: () => Promise<void>;
}

export const runServer = async ({ demo, speed, json, beforeListening, furnish }: RunOptions): Promise<void> => {
  const config = readConfig(demo);
  if (!config.ok) {
    reportProblems(config.problem);
    process.exit(EXIT_CONFIG);
  }
  const stopping = awaitSignal();
  try {
    const diagnostics = openDiagnosticsPino(config.value.logLevel);
    const dashboardFolder = await buildDashboard(root, diagnostics);
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    const system = await openSystem({
      config: config.value,
      demo,
      speed,
      version,
      dashboardFolder,
      diagnostics,
      onFatal: (error) => {
        process.stderr.write(`homeward: ${error.message}\n`);
        process.exit(1);
      },
      beforeListening: (parts) => beforeListening(config.value, parts),
    });
    const furnished = await furnish(system, config.value);
    if (json)
      process.stdout.write(
        `${JSON.stringify({ ready: true, http: system.http, mqtt: system.mqtt, dataDir: config.value.dataDir, ...furnished.json })}\n`,
      );
    else for (const line of furnished.lines) process.stdout.write(`${line}\n`);
    await stopping;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    await furnished.close();
    await system[Symbol.asyncDispose]();
    process.exit(0);
  } catch (cause) {
    if (cause instanceof ConfigError) reportProblems([cause.problem]);
    else if (cause instanceof LedgerError || cause instanceof IdentityError)
      process.stderr.write(`homeward: HOMEWARD_DATA_DIR: ${cause.message} (${cause.code})\n`);
    else if (cause instanceof JournalError) process.stderr.write(`homeward: HOMEWARD_DATA_DIR: ${cause.message} (${cause.code})\n`);
    else throw cause;
    process.exit(EXIT_CONFIG);
  }
};

const awaitSignal = (): Promise<void> =>
  new Promise((stop) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop());
  });
