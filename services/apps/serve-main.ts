/** `npm run serve`: the same server without demo data and simulators, set up by the environment. */
import { randomUUID } from "node:crypto";
import type { InstitutionId, UserId } from "#core/ids.ts";
import { readOptions } from "#simulators/command-line.ts";
import { ROLES } from "#core/access/roles.ts";
import { ConfigError } from "./config/config-error.ts";
import type { ServerConfig } from "./config/config.ts";
import { isLoopback } from "./config/read-config.ts";
import { DEMO_SETTING } from "./demo/seed-demo.ts";
import { runServer } from "./run-server.ts";
import type { SystemOptions } from "./system.ts";

const HELP = `npm run serve -- [options]

The server, set up by its environment (see the README). Clinical time is real time.

  --json   one JSON line on standard output once everything answers
`;

const options = readOptions(HELP, [], ["json"]);

type Parts = Parameters<NonNullable<SystemOptions["beforeListening"]>>[0];

/** On an empty data directory the environment's administrator, with every role of the first institution (contract section 1). */
const firstAdministrator = async ({ accounts, hasher }: Parts, admin: NonNullable<ServerConfig["admin"]>): Promise<void> => {
  if (accounts.users(null).length > 0) return;
  const institution = "inst-first" as InstitutionId;
  if (accounts.institution(institution) === null) {
    await accounts.putInstitution({
      id: institution,
      name: { en: "First institution", zh: "首个机构" },
      tier: "T1",
      alliance: "alliance-first",
      site: "home",
      timeZone: "Asia/Shanghai",
      version: 1,
    });
  }
  const passwordHash = await hasher.hash(admin.password);
  if (passwordHash === null) throw new Error("too many password hashes at once");
  await accounts.putUser({
    id: `u_${randomUUID()}` as UserId,
    username: admin.username,
    displayName: admin.username,
    institution,
    roles: [...ROLES],
    passwordHash,
    disabled: false,
    version: 1,
  });
};

const checkData = ({ accounts }: Parts, config: ServerConfig): void => {
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
    if (config.admin !== null) await firstAdministrator(parts, config.admin);
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
