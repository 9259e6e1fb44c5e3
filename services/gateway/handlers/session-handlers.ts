/** Signing in and out, oneself, the live ticket, the time. */
import * as calls from "#contracts/http/session-calls.ts";
import { permissionsOf } from "#core/access/permissions.ts";
import { SECOND } from "#core/time.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import type { House } from "#gateway/house.ts";
import { problem, type Problem } from "#gateway/problem.ts";
import { sessionCookie } from "#gateway/sign-in/credentials.ts";
import { weakness } from "#gateway/sign-in/password-rule.ts";
import { ABSOLUTE_LIMIT } from "#gateway/sign-in/sessions.ts";
import { institutionView } from "#gateway/views/institution-view.ts";
import type { User } from "#ports/accounts.ts";

const BUSY: Problem = problem("too_busy", { retryAfterS: 2 });

export const sessionHandlers = (house: House): Handling[] => {
  const { accounts, hasher, throttle, sessions, auditor, config, clinicalClock, diagnostics } = house;

  const me = (user: User) => {
    const institution = accounts.institution(user.institution);
    if (institution === null) throw new Error("a user's institution is missing");
    return {
      id: user.id,
      username: user.username,
      displayName: user.displayName,
      roles: user.roles,
      permissions: permissionsOf(user.roles),
      institution: institutionView(institution),
    };
  };

  /** Compares with the throttle in between; null: it matched. The time taken does not tell whether the user exists. */
  const refusalOf = async (username: string, user: User | null, password: string, source: string): Promise<Problem | null> => {
    const wait = throttle.waitFor(username, source);
    if (wait > 0) {
      diagnostics.count("homeward_sign_ins_total", 1, { outcome: "throttled" });
      return problem("too_many_sign_ins", { retryAfterS: wait });
    }
    const outcome = user === null ? await hasher.pretend(password) : await hasher.verify(password, user.passwordHash);
    if (outcome === "busy") return BUSY;
    if (outcome === "match" && user !== null && !user.disabled) {
      throttle.succeeded(username, source);
      return null;
    }
    throttle.failed(username, source);
    diagnostics.count("homeward_sign_ins_total", 1, { outcome: "refused" });
    // What was typed is not written down: people type passwords into the wrong field.
    await auditor.write(user === null ? null : { user: user.id, institution: user.institution }, "session.refused", {});
    return problem("wrong_credentials");
  };

  return [
    handle(calls.createSession, async ({ body, request, reply }) => {
      const user = accounts.userByName(body.username);
      const refusal = await refusalOf(body.username, user, body.password, request.socket.remoteAddress ?? "");
      if (refusal !== null || user === null) return refusal ?? problem("wrong_credentials");
      const { token, expiresAt } = await sessions.start(user);
      await auditor.write({ user: user.id, institution: user.institution }, "session.start", {});
      diagnostics.count("homeward_sign_ins_total", 1, { outcome: "accepted" });
      reply.header("set-cookie", sessionCookie(token, ABSOLUTE_LIMIT / SECOND, config.cookieSecure));
      return { token, user: me(user), expiresAt };
    }),

    handle(calls.endSession, async ({ signedIn, viewer, reply }) => {
      if (signedIn !== null) {
        await sessions.end(signedIn.tokenHash);
        house.hub.endSession(signedIn.tokenHash);
        await auditor.write(viewer, "session.end", {});
      }
      reply.header("set-cookie", sessionCookie("", 0, config.cookieSecure));
      return undefined;
    }),

    handle(calls.getMe, ({ signedIn }) => (signedIn === null ? problem("not_signed_in") : me(signedIn.user))),

    handle(calls.changePassword, async ({ body, signedIn, viewer, request }) => {
      if (signedIn === null) return problem("not_signed_in");
      const { user } = signedIn;
      const refusal = await refusalOf(user.username, user, body.current, request.socket.remoteAddress ?? "");
      if (refusal !== null) return refusal;
      const weak = weakness(body.password, user.username);
      if (weak !== null) return problem("password_too_weak", { detail: weak });
      const passwordHash = await hasher.hash(body.password);
      if (passwordHash === null) return BUSY;
      return house.oneAtATime(`user ${user.id}`, async () => {
        const newest = accounts.user(user.id);
        if (newest === null) return problem("not_signed_in");
        await accounts.putUser({ ...newest, passwordHash, version: newest.version + 1 });
        await sessions.endOthers(newest, signedIn.tokenHash);
        house.hub.recheck();
        await auditor.write(viewer, "user.password", { target: user.id });
        return undefined;
      });
    }),

    handle(calls.createLiveTicket, ({ signedIn }) => {
      if (signedIn === null) return problem("not_signed_in");
      return house.tickets.issue(signedIn) ?? BUSY;
    }),

    handle(calls.getDemo, () => ({ demo: config.demo, users: config.demo ? (config.demoUsers ?? []) : [] })),

    handle(calls.getTime, () => ({ now: Math.round(clinicalClock.now()), speed: clinicalClock.speed })),
  ];
};
