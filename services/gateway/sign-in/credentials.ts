/** Where a request says who it is: the bearer header, else the session cookie. */
import type { IncomingHttpHeaders } from "node:http";

export interface Credentials {
  readonly token: string;
  readonly by: "bearer" | "cookie";
}

/** The `__Host-` prefix makes browsers insist on Secure, Path=/ and no Domain; it needs HTTPS. */
const cookieNameFor = (secure: boolean): string => (secure ? "__Host-homeward_session" : "homeward_session");

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i;

const cookieValue = (header: string, name: string): string | null => {
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
};

/** A request with both counts by its header, so that a stray cookie never decides. */
export const readCredentials = (headers: IncomingHttpHeaders, secure: boolean): Credentials | null => {
  if (headers.authorization !== undefined) {
    const token = BEARER.exec(headers.authorization)?.[1];
    return token === undefined ? null : { token, by: "bearer" };
  }
  const token = headers.cookie === undefined ? null : cookieValue(headers.cookie, cookieNameFor(secure));
  return token === null || token === "" ? null : { token, by: "cookie" };
};

/** The Set-Cookie value that starts (or, with an empty token, ends) the browser's session. */
export const sessionCookie = (token: string, maxAgeS: number, secure: boolean): string =>
  [
    `${cookieNameFor(secure)}=${token}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    `Max-Age=${String(maxAgeS)}`,
    ...(secure ? ["Secure"] : []),
  ].join("; ");
