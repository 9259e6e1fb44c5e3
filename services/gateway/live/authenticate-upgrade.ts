/** Who opens the live feed: bearer token, one-time ticket, or the cookie of an allowed page; never a token in the URL. */
import type { IncomingMessage } from "node:http";
import { LIVE_PATH, LIVE_SUBPROTOCOL, TICKET_SUBPROTOCOL_PREFIX } from "#contracts/live-protocol.ts";
import type { LIVE_ERRORS } from "#contracts/errors/live.ts";
import type { Outcome } from "#core/outcome.ts";
import { fail, succeed } from "#core/outcome.ts";
import type { TicketOffice } from "#gateway/live/ticket-office.ts";

export interface UpgradeSignIn<Viewer> {
  /** The viewer of a session token, or null when there is none. */
  readonly bearer: (token: string) => Viewer | null;
  /** The viewer of a whole Cookie header, or null. */
  readonly cookie: (header: string) => Viewer | null;
  readonly tickets: Pick<TicketOffice<Viewer>, "redeem">;
  /** Whether a page of this origin may open the feed; `host` is the Host header. Never asked for an absent origin. */
  readonly isAllowedOrigin: (origin: string, host: string | undefined) => boolean;
}

const SECRET_PARAMETERS = ["token", "access_token", "ticket", "authorization", "session"];

const offeredProtocols = (request: IncomingMessage): string[] =>
  (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== "");

export const authenticateUpgrade = <Viewer>(
  request: IncomingMessage,
  signIn: UpgradeSignIn<Viewer>,
): Outcome<Viewer, keyof typeof LIVE_ERRORS> => {
  const [path, query = ""] = (request.url ?? "").split("?");
  if (path !== LIVE_PATH) return fail("live_not_found");
  const parameters = new URLSearchParams(query);
  if (SECRET_PARAMETERS.some((name) => parameters.has(name))) return fail("live_token_in_url");

  // A foreign page is refused whatever it brings (cross-site hijacking, reliability S21); "null" is an origin like any other.
  const { origin, authorization, cookie, host } = request.headers;
  if (origin !== undefined && !signIn.isAllowedOrigin(origin, host)) return fail("live_origin_refused");

  if (authorization !== undefined) {
    const token = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    const viewer = token === undefined ? null : signIn.bearer(token);
    return viewer === null ? fail("live_sign_in_required") : succeed(viewer);
  }
  const protocols = offeredProtocols(request);
  const ticket = protocols.find((protocol) => protocol.startsWith(TICKET_SUBPROTOCOL_PREFIX));
  if (ticket !== undefined) {
    const viewer = protocols.includes(LIVE_SUBPROTOCOL) ? signIn.tickets.redeem(ticket.slice(TICKET_SUBPROTOCOL_PREFIX.length)) : null;
    return viewer === null ? fail("live_ticket_invalid") : succeed(viewer);
  }
  if (cookie === undefined) return fail("live_sign_in_required");
  // Browsers always say where a page comes from; a cookie without that is not from the dashboard.
  if (origin === undefined) return fail("live_origin_refused");
  const viewer = signIn.cookie(cookie);
  return viewer === null ? fail("live_sign_in_required") : succeed(viewer);
};
