/** HttpSender on undici: the address that was checked is the address connected to; nothing is followed, nothing is trusted. */
import { lookup as systemLookup } from "node:dns";
import type { LookupAddress, LookupAllOptions } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { Agent, request } from "undici";
import { createAddressRules } from "#adapters/http-sender-undici/address-rules.ts";
import type { AddressRules } from "#adapters/http-sender-undici/address-rules.ts";
import { describeFailure, RefusedAddress } from "#adapters/http-sender-undici/describe-failure.ts";
import { readExcerpt } from "#adapters/http-sender-undici/read-excerpt.ts";
import { WEBHOOK_ERRORS } from "#contracts/errors/webhooks.ts";
import type { WebhookErrorCode } from "#contracts/errors/webhooks.ts";
import type { HttpPost, HttpSender, PostResult } from "#ports/http-sender.ts";

const MAX_URL_LENGTH = 2_048;

type Resolve = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface HttpSenderOptions {
  /** Hosts, addresses or CIDR ranges of HOMEWARD_WEBHOOK_ALLOW. */
  readonly allow: readonly string[];
  /** Certificates trusted beside the system's (PEM). */
  readonly ca?: string;
  /** Name resolution; the system's unless a test stands in for it. */
  readonly resolve?: Resolve;
  readonly connectionsPerHost?: number;
}

/** Every address of the answer is judged; one bad one among good ones refuses them all (reliability S48). */
const checkedLookup =
  (rules: AddressRules, resolve: Resolve, isReachable: (address: string) => boolean): LookupFunction =>
  (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error !== null) return done(error, "", 0);
      if (first === undefined) return done(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "", 0);
      if (!rules.allowsHost(host) && !addresses.every((entry) => isReachable(entry.address))) return done(new RefusedAddress(), "", 0);
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
  };

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");

/** Why the text itself may not be called, before any name is resolved. The URL parser has already undone decimal, hex, octal and short spellings. */
const refuseUrl = (text: string, rules: AddressRules): { readonly url: URL } | { readonly code: WebhookErrorCode } => {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text)) return { code: "webhook_url_invalid" };
  const url = new URL(text);
  const host = hostOf(url);
  if (url.protocol !== "https:" && url.protocol !== "http:") return { code: "webhook_url_invalid" };
  if (url.username !== "" || url.password !== "" || host === "") return { code: "webhook_url_invalid" };
  if (isIP(host) !== 0 && !rules.mayReach(host)) return { code: "webhook_not_public" };
  if (isIP(host) !== 0 && url.protocol === "http:" && !rules.allowsAddress(host)) return { code: "webhook_needs_https" };
  if (!rules.allowsHost(host) && url.port !== "" && rules.refusesPort(Number(url.port))) return { code: "webhook_port_refused" };
  return { url };
};

export const openHttpSender = (options: HttpSenderOptions): HttpSender => {
  const rules = createAddressRules(options.allow);
  const resolve = options.resolve ?? systemLookup;
  const agentFor = (isReachable: (address: string) => boolean): Agent =>
    new Agent({
      allowH2: false,
      connections: options.connectionsPerHost ?? 16,
      keepAliveTimeout: 60_000,
      maxHeaderSize: 16_384,
      connect: {
        lookup: checkedLookup(rules, resolve, isReachable),
        timeout: 10_000,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
    });
  const secure = agentFor((address) => rules.mayReach(address));
  // Plain http shows the body to the network in between: only to what the operator allowed.
  const plain = agentFor((address) => rules.allowsAddress(address));

  const post = async (message: HttpPost): Promise<PostResult> => {
    const began = performance.now();
    const took = (): number => Math.round(performance.now() - began);
    const checked = refuseUrl(message.url, rules);
    if ("code" in checked) return { kind: "failed", reason: "refused_address", detail: checked.code, tookMs: took() };
    // One budget for connecting, headers and body together: a slow body is a timeout like any other.
    const signal = AbortSignal.timeout(message.timeoutMs);
    try {
      const answer = await request(checked.url, {
        method: "POST",
        headers: message.headers,
        body: message.body,
        dispatcher: checked.url.protocol === "https:" ? secure : plain,
        signal,
        headersTimeout: message.timeoutMs,
        bodyTimeout: message.timeoutMs,
      });
      const excerpt = await readExcerpt(answer.body);
      return { kind: "answered", status: answer.statusCode, excerpt, tookMs: took() };
    } catch (error) {
      return { kind: "failed", ...describeFailure(error, signal.aborted), tookMs: took() };
    }
  };

  const refusalCode = (text: string): Promise<WebhookErrorCode | null> => {
    const checked = refuseUrl(text, rules);
    if ("code" in checked) return Promise.resolve(checked.code);
    const { url } = checked;
    const host = hostOf(url);
    if (isIP(host) !== 0 || rules.allowsHost(host)) return Promise.resolve(null);
    return new Promise((done) => {
      resolve(host, { all: true }, (error, addresses) => {
        const found = error === null ? addresses.map(({ address }) => address) : [];
        if (url.protocol === "http:" && !(found.length > 0 && found.every(rules.allowsAddress))) return done("webhook_needs_https");
        return done(found.length > 0 && found.every(rules.mayReach) ? null : "webhook_not_public");
      });
    });
  };
  const refusal = async (text: string): Promise<string | null> => {
    const code = await refusalCode(text);
    return code === null ? null : `${WEBHOOK_ERRORS[code].title} ${WEBHOOK_ERRORS[code].next}`;
  };

  return {
    post,
    refusal,
    async [Symbol.asyncDispose]() {
      await Promise.all([secure.destroy(), plain.destroy()]);
    },
  };
};
