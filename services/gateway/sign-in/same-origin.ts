/** Whether a writing request comes from this server's own page (reliability S40): asked of cookies and of signing in. */
import type { IncomingHttpHeaders } from "node:http";

export type OriginVerdict = "same" | "foreign" | "unsaid";

export const originVerdict = (headers: IncomingHttpHeaders, allowedOrigins: readonly string[], secure: boolean): OriginVerdict => {
  const { origin } = headers;
  const site = headers["sec-fetch-site"];
  if (typeof origin === "string") {
    if (allowedOrigins.includes(origin)) return "same";
    const own = headers.host === undefined ? null : `${secure ? "https" : "http"}://${headers.host}`;
    if (origin !== own) return "foreign";
    return site === undefined || site === "same-origin" ? "same" : "foreign";
  }
  if (site === undefined) return "unsaid";
  return site === "same-origin" ? "same" : "foreign";
};
