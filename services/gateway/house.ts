/** What every handler works with: the ports, and the gateway's own services on top of them. */
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

export const createHouseServices = (deps: GatewayDeps): HouseServices => ({
  sights: createSights(deps),
  auditor: createAuditor(deps.accounts, deps.transportClock),
  sessions: createSessions(deps.accounts, deps.transportClock),
  throttle: createThrottle(deps.transportClock),
  oneAtATime: createOneAtATime(),
});
