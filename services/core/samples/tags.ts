/** Tags in their one canonical form, checked against what the metric allows (semantics 1.1). */
import { metrics } from "#core/metrics/catalogue.ts";
import type { Metric } from "#core/metrics/metric.ts";
import { type TagRule, UNIVERSAL_TAGS } from "#core/metrics/tag-rule.ts";
import type { MetricCode } from "#core/samples/sample.ts";

export interface CanonicalTags {
  /** All tags: `key=value` joined by `;`, keys sorted; "" for none. */
  readonly tags: string;
  /** The identity tags alone, likewise. */
  readonly identity: string;
}

const NO_TAGS: CanonicalTags = { tags: "", identity: "" };

const rulesByCode: readonly (ReadonlyMap<string, TagRule> | undefined)[] = (() => {
  const table: (ReadonlyMap<string, TagRule> | undefined)[] = [];
  for (const metric of metrics) table[metric.code] = new Map(Object.entries({ ...UNIVERSAL_TAGS, ...metric.tags }));
  return table;
})();

/** Which tags a metric may carry, the universal ones included. */
export const allowedTags = (code: MetricCode): ReadonlyMap<string, TagRule> => rulesByCode[code] ?? new Map();

/** Combinations seen, so that a stream of equal tags shares one object; what devices invent cannot grow it. */
const CACHED = 4_096;
const cache = new Map<string, CanonicalTags>();

/** Canonical tags of a sample as the device wrote them; null when a key or a value is not allowed. */
export const canonicalTags = (metric: Metric, tags: unknown): CanonicalTags | null => {
  if (tags === undefined || tags === null) return NO_TAGS;
  if (typeof tags !== "object" || Array.isArray(tags)) return null;
  const keys = Object.keys(tags);
  if (keys.length === 0) return NO_TAGS;
  const rules = rulesByCode[metric.code];
  if (rules === undefined || keys.length > rules.size) return null;
  if (keys.length > 1) keys.sort();
  let all = "";
  let identity = "";
  for (const key of keys) {
    const rule = rules.get(key);
    const text = tagText((tags as Record<string, unknown>)[key]);
    if (rule === undefined || text === null || !isAllowed(rule, text)) return null;
    const pair = `${key}=${text}`;
    all = all === "" ? pair : `${all};${pair}`;
    if (rule.identity) identity = identity === "" ? pair : `${identity};${pair}`;
  }
  const known = cache.get(all);
  if (known !== undefined) return known;
  if (cache.size >= CACHED) cache.clear();
  const fresh = { tags: all, identity };
  cache.set(all, fresh);
  return fresh;
};

/** The tags of a stored sample as a record. */
export const parseTags = (canonical: string): Readonly<Record<string, string>> =>
  canonical === ""
    ? {}
    : Object.fromEntries(
        canonical.split(";").map((pair) => {
          const at = pair.indexOf("=");
          return [pair.slice(0, at), pair.slice(at + 1)];
        }),
      );

/** One tag of a stored sample; undefined when it does not carry it. */
export const tagValue = (canonical: string, key: string): string | undefined => {
  if (canonical === "") return undefined;
  const start = canonical.startsWith(`${key}=`) ? 0 : canonical.indexOf(`;${key}=`) + 1;
  if (start === 0 && !canonical.startsWith(`${key}=`)) return undefined;
  const from = start + key.length + 1;
  const end = canonical.indexOf(";", from);
  return canonical.slice(from, end === -1 ? undefined : end);
};

/** Devices write `n: 2` and `confirmed: true` as they come; in the canonical form everything is text. */
const tagText = (value: unknown): string | null => {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
};

const isAllowed = (rule: TagRule, text: string): boolean =>
  rule.values === undefined ? rule.pattern !== undefined && rule.pattern.test(text) : rule.values.includes(text);
