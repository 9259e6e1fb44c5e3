/** `npm run restore`: puts a backup into HOMEWARD_DATA_DIR. */
import { resolve } from "node:path";
import { optional, readOptions, required } from "#simulators/command-line.ts";
import { reportFailure } from "./backup/report-failure.ts";
import { restoreBackup } from "./backup/restore-backup.ts";
import { readDataDir } from "./config/read-data-dir.ts";

const HELP = `npm run restore -- --from FOLDER [--key FILE] [--set-aside]

Checks every file of a backup and puts them into HOMEWARD_DATA_DIR, which must be empty and used by no server.

  --from FOLDER   a backup
  --key FILE      the key of the identities, when it was kept apart
  --set-aside     moves what is in the data directory to a folder beside it instead of refusing
`;

const options = readOptions(HELP, ["from", "key"], ["set-aside"]);
const source = resolve(required(options, "from"));
const key = optional(options, "key");

try {
  const dataDir = readDataDir();
  const { manifest, asideIn } = await restoreBackup({
    source,
    dataDir,
    key: key === undefined ? null : resolve(key),
    setAside: options["set-aside"] === true,
    now: Date.now,
  });
  process.stdout.write(`restored ${manifest.files.length} files of ${manifest.finishedAt} (version ${manifest.version}) into ${dataDir}\n`);
  if (asideIn !== null) process.stdout.write(`what was there is in ${asideIn}\n`);
} catch (cause) {
  reportFailure(cause);
}
