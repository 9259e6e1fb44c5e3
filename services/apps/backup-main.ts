/** `npm run backup`: a consistent copy of the data directory, also while the server runs. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readOptions, required } from "#simulators/command-line.ts";
import { reportFailure } from "./backup/report-failure.ts";
import { takeBackup } from "./backup/take-backup.ts";
import { readDataDir } from "./config/read-data-dir.ts";

const HELP = `npm run backup -- --to FOLDER [--without-key]

Copies what is in HOMEWARD_DATA_DIR to a new folder, while the server runs or not. Alerts, users, readings, identities and the journal
agree with each other as after a power cut. Readings in an external InfluxDB are not in it: back that up with its own tools, afterwards.

  --to FOLDER     does not exist yet
  --without-key   leaves out the key that opens the identities; keep it apart, nobody can read them without it
`;

const options = readOptions(HELP, ["to"], ["without-key"]);
const target = resolve(required(options, "to"));
const root = resolve(import.meta.dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

try {
  const withKey = options["without-key"] !== true;
  const { files } = await takeBackup({ dataDir: readDataDir(), target, withKey, version, now: Date.now });
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  process.stdout.write(`backup: ${files.length} files, ${bytes} bytes in ${target}\n`);
  if (withKey) process.stdout.write("It can open the identities: keep it as you keep the patients' records.\n");
} catch (cause) {
  reportFailure(cause);
}
