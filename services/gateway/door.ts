/** The door of every route: who comes in, from where, how often, and whether the role may (deny by default). */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { maySignedIn, PERMISSIONS, type Access } from "#core/access/permissions.ts";
import type { Viewer } from "#core/access/visibility.ts";
import type { InstitutionId, UserId } from "#core/ids.ts";
import type { House } from "#gateway/house.ts";
import { problem, type Problem } from "#gateway/problem.ts";
import { createRateLimit } from "#gateway/rate-limit.ts";
import { readCredentials } from "#gateway/sign-in/credentials.ts";
import { originVerdict } from "#gateway/sign-in/same-origin.ts";
import type { SignedIn } from "#gateway/sign-in/sessions.ts";

export interface Visitor {
  readonly viewer: Viewer;
  readonly signedIn: SignedIn | null;
}

/** Sees nothing: for public calls and the operator's token. */
const NOBODY: Viewer = { user: "operator" as UserId, institution: "" as InstitutionId, roles: [] };

const OPERATOR_ACCESS: readonly Access[] = ["health.read", "metrics.read"];
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

export type Door = (request: FastifyRequest, access: Access, route: string) => Promise<Visitor | Problem>;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

export const createDoor = (house: House): Door => {
  const { config, sessions, auditor, diagnostics } = house;
  const limit = createRateLimit(house.transportClock, Math.max(600, config.callsPerMinute ?? 3_000));
  const operator = config.metricsToken === undefined ? null : digest(config.metricsToken);
  const tooMany = (retryAfterS: number): Problem => problem("too_many_requests", { retryAfterS });

  return async (request, access, route) => {
    const credentials = readCredentials(request.headers, config.cookieSecure);
    if (operator !== null && credentials?.by === "bearer" && OPERATOR_ACCESS.includes(access)) {
      if (timingSafeEqual(digest(credentials.token), operator)) return { viewer: NOBODY, signedIn: null };
    }
    const signedIn = credentials === null ? null : sessions.signedIn(credentials.token);
    // The socket's own address: a header can be written by anybody.
    const wait = limit(signedIn === null ? `address ${request.socket.remoteAddress ?? ""}` : `user ${signedIn.user.id}`);
    if (wait > 0) return tooMany(wait);

    const writes = !SAFE_METHODS.has(request.method);
    if (access === "public") {
      // Signing somebody in from a foreign page is an attack too (login CSRF).
      if (writes && originVerdict(request.headers, config.allowedOrigins, config.cookieSecure) === "foreign") return problem("cross_site");
      return { viewer: signedIn?.viewer ?? NOBODY, signedIn };
    }
    if (signedIn === null || credentials === null) return problem("not_signed_in");
    if (writes && credentials.by === "cookie" && originVerdict(request.headers, config.allowedOrigins, config.cookieSecure) !== "same") {
      await auditor.write(signedIn.viewer, "access.refused", { target: route, detail: "cross_site" });
      return problem("cross_site");
    }
    if (!maySignedIn(signedIn.user.roles, access)) {
      diagnostics.count("homeward_access_refused_total");
      await auditor.write(signedIn.viewer, "access.refused", { target: route, detail: access });
      return problem("not_allowed", access === "signed-in" ? {} : { detail: `It needs the permission ${access} (${PERMISSIONS[access]})` });
    }
    return { viewer: signedIn.viewer, signedIn };
  };
};

/** Keeps the visitor beside the request, without touching its shape. */
const visitors = new WeakMap<FastifyRequest, Visitor>();
export const remember = (request: FastifyRequest, visitor: Visitor): void => {
  visitors.set(request, visitor);
};
export const visitorOf = (request: FastifyRequest): Visitor => visitors.get(request) ?? { viewer: NOBODY, signedIn: null };
