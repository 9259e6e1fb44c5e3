/** What every handler works with: the ports, and the gateway's own services on top of them. */
import type { Viewer } from "#core/access/visibility.ts";
import type { InstitutionId } from "#core/ids.ts";
import { createAuditor, type Auditor } from "#gateway/auditor.ts";
import type { GatewayDeps } from "#gateway/gateway-deps.ts";
import type { LiveHub } from "#gateway/live/hub.ts";
import type { TicketOffice } from "#gateway/live/ticket-office.ts";
import { createOneAtATime, type OneAtATime } from "#gateway/one-at-a-time.ts";
import { createSessions, type Sessions, type SignedIn } from "#gateway/sign-in/sessions.ts";
import { createThrottle, type Throttle } from "#gateway/sign-in/throttle.ts";
import { createSights, type Sights } from "#gateway/sights.ts";

export interface House extends GatewayDeps {
  readonly sights: Sights;
  readonly auditor: Auditor;
  readonly sessions: Sessions;
  readonly throttle: Throttle;
  readonly oneAtATime: OneAtATime;
  readonly hub: LiveHub<SignedIn>;
  readonly tickets: TicketOffice<SignedIn>;
}

export type HouseServices = Pick<House, "sights" | "auditor" | "sessions" | "throttle" | "oneAtATime">;

export const createHouseServices = (deps: GatewayDeps): HouseServices => {
  const auditor = createAuditor(deps.accounts, deps.transportClock);
  /** Into the owner's trail: in the asker's own it would tell that the thing exists. Not waited for: the answer must take no longer than that for an unknown thing. */
  const onForeign = (viewer: Viewer, owner: InstitutionId | null, thing: string): void => {
    auditor
      .read({ user: viewer.user, institution: owner }, "access.refused", { target: thing })
      .catch((cause: unknown) => deps.diagnostics.warn("audit_failed", {}, cause));
  };
  return {
    sights: createSights(deps, onForeign),
    auditor,
    sessions: createSessions(deps.accounts, deps.transportClock),
    throttle: createThrottle(deps.transportClock),
    oneAtATime: createOneAtATime(),
  };
};
