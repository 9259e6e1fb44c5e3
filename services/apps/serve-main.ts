/** `npm run serve`: the same server without demo data and simulators, set up by the environment. */
import type { InstitutionId } from "#core/ids.ts";
import { createFirstAdministrator, needsFirstAdministrator } from "#gateway/first-administrator.ts";
import { isProblem } from "#gateway/problem.ts";
import { readOptions } from "#simulators/command-line.ts";
import { ConfigError } from "./config/config-error.ts";
import type { ServerConfig } from "./config/config.ts";
import { isLoopback } from "./config/is-loopback.ts";
import { DEMO_SETTING } from "./demo/seed-demo.ts";
import { runServer } from "./run-server.ts";
import type { InnerParts } from "./system.ts";

const HELP = `npm run serve -- [options]

The server, set up by its environment (see the README). Clinical time is real time.

  --json   one JSON line on standard output once everything answers
`;

const options = readOptions(HELP, [], ["json"]);

/** On an empty data directory the first institution, and the environment's administrator with every role of it (contract section 1). */
const firstStart = async ({ accounts, hasher }: InnerParts, admin: ServerConfig["admin"]): Promise<void> => {
  if (accounts.institutions().length === 0) {
    await accounts.putInstitution({
      id: "inst-first" as InstitutionId,
      name: { en: "First institution", zh: "首个机构" },
      tier: "T1",
      alliance: "alliance-first",
      site: "home",
      timeZone: "Asia/Shanghai",
      version: 1,
    });
  }
  if (admin === null || !needsFirstAdministrator(accounts)) return;
  const made = await createFirstAdministrator({ accounts, hasher }, admin);
  if (isProblem(made)) {
    throw new ConfigError({ name: "HOMEWARD_ADMIN_PASSWORD", code: "config_missing_secret", detail: made.detail ?? "was refused" });
  }
};

const checkData = ({ accounts }: InnerParts, config: ServerConfig): void => {
  const reachable = !isLoopback(config.httpHost) || !isLoopback(config.mqttHost);
  if (!reachable) return;
  if (accounts.setting(DEMO_SETTING) !== null)
    throw new ConfigError({ name: "HOMEWARD_DATA_DIR", code: "config_demo_data", detail: `"${config.dataDir}" holds a demo` });
  if (accounts.users(null).length === 0 && config.admin === null)
    throw new ConfigError({
      name: "HOMEWARD_ADMIN_PASSWORD",
      code: "config_missing_secret",
      detail: "is missing for the first start off loopback",
    });
};

await runServer({
  demo: false,
  speed: 1,
  json: options["json"] === true,
  async beforeListening(config, parts) {
    checkData(parts, config);
    await firstStart(parts, config.admin);
    return [];
  },
  async furnish(system) {
    const setup = system.setupToken === null ? null : `${system.http}/setup?token=${system.setupToken}`;
    return {
      json: setup === null ? {} : { setup },
      lines: [
        `Homeward is running: ${system.http}`,
        `MQTT broker:         ${system.mqtt}`,
        ...(setup === null ? [] : [`Make the first administrator (once): ${setup}`]),
        "Not a medical device. Stop with Ctrl-C.",
      ],
      close: async () => {},
    };
  },
});
