/** `npm run setup:influx`: makes the two buckets and the two tokens that `npm run serve` needs in an InfluxDB 2, and prints its settings. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { InfluxError } from "#contracts/errors/influx.ts";
import { setUpInflux } from "#adapters/readings-influx/set-up-influx.ts";
import { readOptions } from "#simulators/command-line.ts";
import { readInfluxSetup } from "./config/read-influx.ts";
import { EXIT_CONFIG, reportProblems } from "./config/report-problems.ts";

const HELP = `npm run setup:influx -- [options]

Makes in the InfluxDB 2 of HOMEWARD_INFLUX_URL (http://127.0.0.1:8086) a bucket for readings, one for
roll-ups, a token that may only write them and one that may only read them, and prints the settings for
\`npm run serve\`. A new InfluxDB gets its first user too; for one in use HOMEWARD_INFLUX_TOKEN must be a
token that may make buckets and tokens. Running it again makes new tokens and changes nothing else.

  --org O        organisation   (HOMEWARD_INFLUX_ORG, else homeward)
  --bucket B     readings       (HOMEWARD_INFLUX_BUCKET, else readings)
  --out F        writes the settings to F, readable by its owner alone, instead of printing them
`;

const options = readOptions(HELP, ["org", "bucket", "out"], []);
const given = readInfluxSetup({ org: options["org"], bucket: options["bucket"] });
if (!given.ok) {
  reportProblems(given.problem);
  process.exit(EXIT_CONFIG);
}
const { url, org, bucket, rollupBucket, token } = given.value;
try {
  const made = await setUpInflux({ url, org, bucket, rollupBucket, token, secret: () => randomBytes(24).toString("base64url") });
  const settings = Object.entries({
    HOMEWARD_INFLUX_URL: url,
    HOMEWARD_INFLUX_ORG: org,
    HOMEWARD_INFLUX_BUCKET: bucket,
    HOMEWARD_INFLUX_ROLLUP_BUCKET: rollupBucket,
    HOMEWARD_INFLUX_TOKEN: made.writeToken,
    HOMEWARD_INFLUX_READ_TOKEN: made.readToken,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
  const file = options["out"];
  if (typeof file !== "string") process.stdout.write(settings);
  else writeFileSync(file, settings, { mode: 0o600 });
  for (const line of made.notes) process.stderr.write(`homeward: ${line}\n`);
} catch (cause) {
  if (!(cause instanceof InfluxError)) throw cause;
  process.stderr.write(`homeward: ${cause.message} (${cause.code})\n`);
  process.exit(1);
}
