/** The HTTP side of the contract: every answer is a value, also when the network or the server says no. */
import type { Severity, WireAlert } from "./wire.ts";

export interface Problem {
  /** 0: no answer came. */
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** With `alert_changed`: the alert as it is now. */
  readonly alert?: WireAlert;
}

export type Answer<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Problem };
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface Api {
  get<Value>(path: string, query?: Query): Promise<Answer<Value>>;
  post<Value>(path: string, body: unknown): Promise<Answer<Value>>;
  remove(path: string): Promise<Answer<undefined>>;
  /** Follows `next` to the end, at most `most` items. */
  all<Item>(path: string, query?: Query, most?: number): Promise<Answer<readonly Item[]>>;
}

export interface ApiOptions {
  readonly fetch: typeof fetch;
  readonly base?: string;
  readonly timeoutMs?: number;
  /** Called when the session is over. */
  readonly onSignedOut?: () => void;
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === "string" && value !== "" ? value : otherwise);

const problemOf = (status: number, body: unknown): Problem => {
  const fields: Readonly<Record<string, unknown>> = typeof body === "object" && body !== null ? { ...body } : {};
  const title = textOf(fields["title"], `HTTP ${status}`);
  return {
    status,
    code: textOf(fields["code"], `http_${status}`),
    title,
    detail: textOf(fields["detail"], title),
    ...(typeof fields["alert"] === "object" && fields["alert"] !== null ? { alert: fields["alert"] as WireAlert } : {}),
  };
};

export const encodeQuery = (query: Query = {}): string => {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(key)}=${encodeURIComponent(Array.isArray(value) ? value.join(",") : String(value))}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
};

export const createApi = ({ fetch, base = "/api/v1", timeoutMs = 15_000, onSignedOut }: ApiOptions): Api => {
  const ask = async <Value>(method: string, path: string, body?: unknown): Promise<Answer<Value>> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(base + path, {
        method,
        credentials: "same-origin",
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      return { ok: false, problem: { status: 0, code: "no_answer", title: "No answer", detail } };
    }
    let parsed: unknown;
    try {
      parsed = text === "" ? undefined : JSON.parse(text);
    } catch {
      return { ok: false, problem: problemOf(response.status, { title: "Not JSON" }) };
    }
    if (response.ok) return { ok: true, value: parsed as Value };
    if (response.status === 401 && !(method === "POST" && path === "/sessions")) onSignedOut?.();
    return { ok: false, problem: problemOf(response.status, parsed) };
  };
  const get = <Value>(path: string, query?: Query) => ask<Value>("GET", path + encodeQuery(query));
  return {
    get,
    post: (path, body) => ask("POST", path, body),
    remove: (path) => ask("DELETE", path),
    async all<Item>(path: string, query: Query = {}, most = 5_000): Promise<Answer<readonly Item[]>> {
      const items: Item[] = [];
      let cursor: string | undefined;
      do {
        const page = await get<Page<Item>>(path, { limit: 500, ...query, cursor });
        if (!page.ok) return page;
        items.push(...page.value.items);
        cursor = page.value.next ?? undefined;
      } while (cursor !== undefined && items.length < most);
      return { ok: true, value: items };
    },
  };
};

/** Which severities wait for a person at once. */
export const isUrgent = (severity: Severity): boolean => severity === "S1" || severity === "S2";
