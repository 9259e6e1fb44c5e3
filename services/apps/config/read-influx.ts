/** The part of the environment that names an InfluxDB 2 for the readings (contract section 1). */
import type { InfluxConfig } from "./config.ts";
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
  if (demo) report("HOMEWARD_INFLUX_URL", "config_demo_influx", "the demo keeps its simulated readings in its own store");
  checkInfluxUrl(url, insecure, report);
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

export const checkInfluxUrl = (given: string, insecure: boolean, report: Report): void => {
  const url = URL.parse(given);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "")
    return report("HOMEWARD_INFLUX_URL", "config_bad_influx", "is not http://host:port or https://host:port");
  // Not repeated in the message: it may hold a password.
  if (url.username !== "" || url.password !== "") return report("HOMEWARD_INFLUX_URL", "config_bad_influx", "holds credentials");
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname.replaceAll(/[[\]]/g, "")))
    report("HOMEWARD_INFLUX_URL", "config_insecure", `"${url.hostname}" is another machine, reached without TLS`);
};
