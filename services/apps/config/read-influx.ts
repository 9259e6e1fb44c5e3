/** The part of the environment that names an InfluxDB 2 for the readings (contract section 1). */
import { type Outcome, fail, succeed } from "#core/outcome.ts";
import type { ConfigProblem, InfluxConfig } from "./config.ts";
import { isLoopback } from "./is-loopback.ts";
import type { Read, Report } from "./read-config.ts";

interface InfluxReading {
  readonly demo: boolean;
  /** Somebody took it upon himself that the way there is safe without TLS. */
  readonly insecure: boolean;
  readonly text: Read;
  readonly report: Report;
}

const BESIDE = ["TOKEN", "ORG", "BUCKET", "ROLLUP_BUCKET", "READ_TOKEN"].map((name) => `HOMEWARD_INFLUX_${name}`);

/** Null: the embedded store. */
export const readInflux = ({ demo, insecure, text, report }: InfluxReading): InfluxConfig | null => {
  const url = text("HOMEWARD_INFLUX_URL");
  if (url === undefined) {
    const stray = BESIDE.find((name) => text(name) !== undefined);
    if (stray !== undefined) report(stray, "config_influx_half", "is set without HOMEWARD_INFLUX_URL");
    return null;
  }
  if (demo) {
    report("HOMEWARD_INFLUX_URL", "config_demo_influx", "the demo keeps its simulated readings in its own store");
    return null;
  }
  checkUrl(url, insecure, report);
  const needed = (name: string): string => {
    const value = text(name);
    if (value === undefined) report(name, "config_influx_half", "is missing beside HOMEWARD_INFLUX_URL");
    return value ?? "";
  };
  const token = needed("HOMEWARD_INFLUX_TOKEN");
  const org = needed("HOMEWARD_INFLUX_ORG");
  const bucket = needed("HOMEWARD_INFLUX_BUCKET");
  const rollupBucket = text("HOMEWARD_INFLUX_ROLLUP_BUCKET") ?? `${bucket}_1m`;
  if (rollupBucket === bucket)
    report("HOMEWARD_INFLUX_ROLLUP_BUCKET", "config_bad_choice", "is the bucket of the readings: it needs one of its own");
  return { url, token, org, bucket, rollupBucket, readToken: text("HOMEWARD_INFLUX_READ_TOKEN") ?? null };
};

const checkUrl = (given: string, insecure: boolean, report: Report): void => {
  const url = URL.parse(given);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "")
    return report("HOMEWARD_INFLUX_URL", "config_bad_influx", "is not http://host:port or https://host:port");
  // Not repeated in the message: it may hold a password.
  if (url.username !== "" || url.password !== "") return report("HOMEWARD_INFLUX_URL", "config_bad_influx", "holds credentials");
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname.replaceAll(/[[\]]/g, "")))
    report("HOMEWARD_INFLUX_URL", "config_insecure", `"${url.hostname}" is another machine, reached without TLS`);
};

/** Where `npm run setup:influx` works; `token` null: the database is new. */
export interface InfluxSetup extends Omit<InfluxConfig, "token" | "readToken"> {
  readonly token: string | null;
}

/** Options of the command come before the environment. */
export const readInfluxSetup = (
  named: { readonly org?: string | boolean | undefined; readonly bucket?: string | boolean | undefined },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Outcome<InfluxSetup, readonly ConfigProblem[]> => {
  const problems: ConfigProblem[] = [];
  const text = (name: string): string | undefined => environment[`HOMEWARD_INFLUX_${name}`]?.trim() || undefined;
  const url = text("URL") ?? "http://127.0.0.1:8086";
  checkUrl(url, environment["HOMEWARD_INSECURE"] === "1", (name, code, detail) => void problems.push({ name, code, detail }));
  const org = typeof named.org === "string" ? named.org : (text("ORG") ?? "homeward");
  const bucket = typeof named.bucket === "string" ? named.bucket : (text("BUCKET") ?? "readings");
  const rollupBucket = text("ROLLUP_BUCKET") ?? `${bucket}_1m`;
  return problems.length > 0 ? fail(problems) : succeed({ url, org, bucket, rollupBucket, token: text("TOKEN") ?? null });
};
