/** One InfluxDB over HTTP: each call is one request, sent once; who may wait and try again is decided by the caller. */
import { setMaxListeners } from "node:events";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Pool } from "undici";
import { InfluxError } from "#contracts/errors/influx.ts";
import type { EpochMs } from "#core/time.ts";
import { parseRetryAfter } from "./retry-after.ts";

export interface InfluxHttpOptions {
  readonly url: string;
  readonly org: string;
  readonly token: string;
  /** For queries; the same as `token` when there is only one. */
  readonly readToken: string;
  readonly now: () => EpochMs;
  /** Requests still under way when it aborts are given up. */
  readonly giveUp: AbortSignal;
  /** A write that takes longer is given up; it may have been stored all the same. */
  readonly writeTimeoutMs?: number;
}

/** `rejected`: the lines themselves were refused (400, 413, 422); trying them again as they are cannot help. */
export type WriteAnswer = { readonly kind: "stored" } | { readonly kind: "rejected"; readonly status: number; readonly reason: string };

export interface InfluxHttp {
  write(bucket: string, lines: readonly string[]): Promise<WriteAnswer>;
  /** Answers of an InfluxQL statement as CSV, times in milliseconds. A bucket that cannot be read answers nothing: ask `isReadable` first. */
  query(bucket: string, statement: string): Promise<string>;
  /** InfluxDB answers queries to a bucket that does not exist, or that the token may not read, as if it were empty. */
  isReadable(bucket: string): Promise<boolean>;
  /** Deletes points in `[from, to)` that fulfil the predicate. */
  delete(bucket: string, from: EpochMs, to: EpochMs, predicate: string): Promise<void>;
  /** True when it exists or was made; false when the token may neither see nor make it. */
  ensureBucket(bucket: string, retentionMs: number): Promise<boolean>;
  /** A call of the administration interface, answered as JSON. */
  administer(method: "GET" | "POST" | "PATCH", path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): Promise<void>;
}

/** Charts must not wait behind a batch, nor batches behind charts. */
const WRITING_CONNECTIONS = 2;
const READING_CONNECTIONS = 6;
const CONNECT_TIMEOUT_MS = 5_000;
const WRITE_TIMEOUT_MS = 60_000;
const QUERY_TIMEOUT_MS = 20_000;
/** A delete walks through every shard it touches. */
const DELETE_TIMEOUT_MS = 120_000;
/** Smaller bodies cost more to pack than to send. */
const LEAST_TO_PACK = 1_000;
/** Far beyond any sample, inside what InfluxDB can name. */
const LAST_TIME = 9_200_000_000_000;

const pack = promisify(gzip);

const timeLiteral = (t: EpochMs): string => new Date(Math.min(Math.max(Math.round(t), 0), LAST_TIME)).toISOString();

export const createInfluxHttp = (options: InfluxHttpOptions): InfluxHttp => {
  const base = new URL(options.url);
  const prefix = base.pathname.replace(/\/+$/, "");
  const openPool = (connections: number): Pool =>
    new Pool(base.origin, { connections, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS } });
  const writing = openPool(WRITING_CONNECTIONS);
  const reading = openPool(READING_CONNECTIONS);
  setMaxListeners(0, options.giveUp);

  const send = async (request: {
    readonly pool?: Pool;
    readonly method: "GET" | "POST" | "PATCH";
    readonly path: string;
    readonly token: string;
    readonly body?: string | Buffer;
    readonly headers?: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  }): Promise<{ readonly status: number; readonly text: string; readonly retryAfter: string | undefined }> => {
    try {
      const { statusCode, headers, body } = await (request.pool ?? reading).request({
        method: request.method,
        path: prefix + request.path,
        headers: { ...request.headers, ...(request.token === "" ? {} : { authorization: `Token ${request.token}` }) },
        body: request.body ?? null,
        headersTimeout: request.timeoutMs,
        bodyTimeout: request.timeoutMs,
        signal: options.giveUp,
      });
      const retryAfter = headers["retry-after"];
      return { status: statusCode, text: await body.text(), retryAfter: typeof retryAfter === "string" ? retryAfter : undefined };
    } catch (cause) {
      if (options.giveUp.aborted) throw new InfluxError("influx_closed", undefined, { cause });
      throw new InfluxError("influx_unreachable", describeCause(cause), { cause });
    }
  };

  const failure = ({ status, text, retryAfter }: { status: number; text: string; retryAfter: string | undefined }): InfluxError => {
    const reason = reasonOf(text);
    const retryAfterMs = parseRetryAfter(retryAfter, options.now()) ?? undefined;
    if (status === 429 || status === 503) return new InfluxError("influx_busy", `${status} ${reason}`, { retryAfterMs });
    if (status === 401 || status === 403) return new InfluxError("influx_token_refused", `${status} ${reason}`);
    if (status === 404) return new InfluxError("influx_bucket_missing", reason);
    return new InfluxError(status >= 500 ? "influx_failing" : "influx_query_failed", `${status} ${reason}`, { retryAfterMs });
  };

  const inOrg = (path: string): string => `${path}${path.includes("?") ? "&" : "?"}org=${encodeURIComponent(options.org)}`;

  const administer: InfluxHttp["administer"] = async (method, path, body) => {
    const answer = await send({
      method,
      path,
      token: options.token,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { "content-type": "application/json" },
      timeoutMs: QUERY_TIMEOUT_MS,
    });
    return { status: answer.status, body: parseJson(answer.text) };
  };

  return {
    async write(bucket, lines) {
      const text = lines.join("\n");
      const packed = text.length >= LEAST_TO_PACK;
      const answer = await send({
        pool: writing,
        method: "POST",
        path: inOrg(`/api/v2/write?bucket=${encodeURIComponent(bucket)}&precision=ms`),
        token: options.token,
        body: packed ? await pack(text, { level: 1 }) : text,
        headers: { "content-type": "text/plain; charset=utf-8", ...(packed ? { "content-encoding": "gzip" } : {}) },
        timeoutMs: options.writeTimeoutMs ?? WRITE_TIMEOUT_MS,
      });
      // Only 204 says that the lines are stored; any other success is somebody else's answer (a proxy, a captive portal).
      if (answer.status === 204) return { kind: "stored" };
      if (answer.status === 400 || answer.status === 413 || answer.status === 422)
        return { kind: "rejected", status: answer.status, reason: reasonOf(answer.text) };
      throw failure(answer);
    },
    async query(bucket, statement) {
      const answer = await send({
        method: "POST",
        path: `/query?db=${encodeURIComponent(bucket)}&epoch=ms`,
        token: options.readToken,
        body: `q=${encodeURIComponent(statement)}`,
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/csv" },
        timeoutMs: QUERY_TIMEOUT_MS,
      });
      if (answer.status === 200) return answer.text;
      throw failure(answer);
    },
    async isReadable(bucket) {
      const answer = await send({
        method: "GET",
        path: inOrg(`/api/v2/buckets?name=${encodeURIComponent(bucket)}`),
        token: options.readToken,
        timeoutMs: QUERY_TIMEOUT_MS,
      });
      if (answer.status === 200) return idIn(parseJson(answer.text), "buckets") !== null;
      if (answer.status === 404) return false;
      throw failure(answer);
    },
    async delete(bucket, from, to, predicate) {
      if (to <= from) return;
      const answer = await send({
        method: "POST",
        path: inOrg(`/api/v2/delete?bucket=${encodeURIComponent(bucket)}`),
        token: options.token,
        // Both ends belong to what InfluxDB deletes.
        body: JSON.stringify({ start: timeLiteral(from), stop: timeLiteral(to - 1), predicate }),
        headers: { "content-type": "application/json" },
        timeoutMs: DELETE_TIMEOUT_MS,
      });
      if (answer.status !== 204) throw failure(answer);
    },
    async ensureBucket(bucket, retentionMs) {
      const known = await administer("GET", inOrg(`/api/v2/buckets?name=${encodeURIComponent(bucket)}`));
      if (known.status === 200 && idIn(known.body, "buckets") !== null) return true;
      const orgs = await administer("GET", `/api/v2/orgs?org=${encodeURIComponent(options.org)}`);
      const orgID = orgs.status === 200 ? idIn(orgs.body, "orgs") : null;
      if (orgID === null) return false;
      const made = await administer("POST", "/api/v2/buckets", {
        orgID,
        name: bucket,
        retentionRules: retentionMs === 0 ? [] : [{ type: "expire", everySeconds: Math.round(retentionMs / 1_000) }],
      });
      return made.status === 201 || made.status === 422;
    },
    administer,
    async close() {
      await Promise.all([writing.destroy(), reading.destroy()]);
    },
  };
};

/** The id of the first of a list in an answer of the administration interface. */
export const idIn = (body: unknown, list: string): string | null => {
  const items = (body as Readonly<Record<string, unknown>> | null)?.[list];
  const first: unknown = Array.isArray(items) ? items[0] : undefined;
  const id = (first as { readonly id?: unknown } | undefined)?.id;
  return typeof id === "string" ? id : null;
};

/** What the answer says of itself, short enough for a log line. */
export const reasonOf = (text: string): string => {
  const { message } = (parseJson(text) ?? {}) as { readonly message?: unknown };
  return (typeof message === "string" ? message : text).replaceAll(/\s+/g, " ").slice(0, 300);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

const describeCause = (cause: unknown): string => {
  const { code, name, message } = cause as { readonly code?: unknown; readonly name?: unknown; readonly message?: unknown };
  return [code, name, message].find((part): part is string => typeof part === "string" && part !== "") ?? "";
};
