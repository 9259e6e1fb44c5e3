/** Prepares an InfluxDB 2: buckets with their retention, and tokens that may do no more than they must. */
import { InfluxError } from "#contracts/errors/influx.ts";
import { DAY, SECOND, type DurationMs } from "#core/time.ts";
import { createInfluxHttp, idIn, type InfluxHttp } from "./influx-http.ts";
import { ROLLUP_RETENTION } from "./retention.ts";

export interface SetUpInfluxOptions {
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly rollupBucket: string;
  /** May make buckets and tokens; null: the database is new. */
  readonly token: string | null;
  /** Makes a password. */
  readonly secret: () => string;
}

export interface InfluxTokens {
  readonly writeToken: string;
  readonly readToken: string;
  /** What a person must know besides. */
  readonly notes: readonly string[];
}

/** Readings are kept for 90 days; a day more, so that nothing is refused on its last. */
const RAW_RETENTION = 91 * DAY;
const USER = "homeward-operator";

export const setUpInflux = async (options: SetUpInfluxOptions): Promise<InfluxTokens> => {
  const { url, org } = options;
  const open = (token: string): InfluxHttp =>
    createInfluxHttp({ url, org, token, readToken: token, now: () => Date.now(), giveUp: new AbortController().signal });
  const notes: string[] = [];
  const anonymous = open("");
  let operator = options.token;
  try {
    const state = await anonymous.administer("GET", "/api/v2/setup");
    if (isNew(state.body)) {
      const password = options.secret();
      const token = operator ?? options.secret();
      await must(
        anonymous,
        "POST",
        "/api/v2/setup",
        { username: USER, password, org, bucket: options.bucket, token, retentionPeriodSeconds: RAW_RETENTION / SECOND },
        201,
      );
      notes.push(`InfluxDB was new. Its first user is ${USER}, password ${password}: keep it, it is not shown again.`);
      operator = token;
    }
  } finally {
    await anonymous.close();
  }
  if (operator === null) throw new InfluxError("influx_setup_refused", "HOMEWARD_INFLUX_TOKEN is missing");
  const http = open(operator);
  try {
    const orgID = await findOrMakeOrg(http, org);
    const raw = await findOrMakeBucket(http, orgID, options.bucket, RAW_RETENTION, notes);
    const rollups = await findOrMakeBucket(http, orgID, options.rollupBucket, ROLLUP_RETENTION, notes);
    const tokenTo = async (action: "read" | "write"): Promise<string> => {
      const permissions = [raw, rollups].map((id) => ({ action, resource: { type: "buckets", id, orgID } }));
      const made = await must(
        http,
        "POST",
        "/api/v2/authorizations",
        { orgID, description: `Homeward: ${action} readings`, permissions },
        201,
      );
      const { token } = made as { readonly token?: unknown };
      if (typeof token !== "string") throw new InfluxError("influx_setup_refused", "no token was answered");
      return token;
    };
    return { writeToken: await tokenTo("write"), readToken: await tokenTo("read"), notes };
  } finally {
    await http.close();
  }
};

const isNew = (body: unknown): boolean => (body as { readonly allowed?: unknown } | null)?.allowed === true;

const must = async (http: InfluxHttp, method: "GET" | "POST", path: string, body: unknown, expected: number): Promise<unknown> => {
  const answer = await http.administer(method, path, body);
  if (answer.status === expected) return answer.body;
  if (answer.status === 401 || answer.status === 403) throw new InfluxError("influx_token_refused", `${answer.status}`);
  const { message } = (answer.body ?? {}) as { readonly message?: unknown };
  throw new InfluxError("influx_setup_refused", `${method} ${path}: ${answer.status} ${typeof message === "string" ? message : ""}`);
};

const findOrMakeOrg = async (http: InfluxHttp, org: string): Promise<string> => {
  const known = await http.administer("GET", `/api/v2/orgs?org=${encodeURIComponent(org)}`);
  if (known.status === 401) throw new InfluxError("influx_token_refused", "401");
  const id = known.status === 200 ? idIn(known.body, "orgs") : null;
  if (id !== null) return id;
  return idOf(await must(http, "POST", "/api/v2/orgs", { name: org }, 201));
};

const findOrMakeBucket = async (http: InfluxHttp, orgID: string, name: string, retention: DurationMs, notes: string[]): Promise<string> => {
  const known = await http.administer("GET", `/api/v2/buckets?orgID=${orgID}&name=${encodeURIComponent(name)}`);
  const id = known.status === 200 ? idIn(known.body, "buckets") : null;
  const everySeconds = retention / SECOND;
  if (id === null)
    return idOf(await must(http, "POST", "/api/v2/buckets", { orgID, name, retentionRules: [{ type: "expire", everySeconds }] }, 201));
  const kept = keptFor(known.body);
  if (kept !== 0 && kept < everySeconds)
    notes.push(
      `Bucket ${name} keeps ${Math.floor(kept / 86_400)} days, less than the ${Math.floor(everySeconds / 86_400)} that Homeward counts on.`,
    );
  return id;
};

/** Seconds; 0: for ever. */
const keptFor = (body: unknown): number => {
  const { buckets } = body as { readonly buckets: readonly { readonly retentionRules?: readonly { readonly everySeconds?: number }[] }[] };
  return buckets[0]?.retentionRules?.[0]?.everySeconds ?? 0;
};

const idOf = (body: unknown): string => {
  const { id } = (body ?? {}) as { readonly id?: unknown };
  if (typeof id !== "string") throw new InfluxError("influx_setup_refused", "no id was answered");
  return id;
};
