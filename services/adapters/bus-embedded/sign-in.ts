/** Decides who may sign in: the device itself with its secret, slowed down where secrets are guessed. */
import { isTopicSafe } from "#core/ids.ts";
import type { BusHandlers } from "#ports/telemetry-bus.ts";
import type { DeviceId } from "#core/ids.ts";
import type { DurationMs } from "#core/time.ts";
import type { SignInDamper } from "./sign-in-damper.ts";
import type { BusClock } from "./system-clock.ts";

/** CONNACK return codes of MQTT 3.1.1; aedes translates them for MQTT 5. */
export const REFUSAL = { unavailable: 3, badCredentials: 4, notAuthorized: 5 } as const;

export type SignInOutcome =
  | { readonly kind: "accepted"; readonly device: DeviceId; readonly site: string }
  | { readonly kind: "refused"; readonly returnCode: 3 | 4 | 5 };

export interface SignInRequest {
  readonly clientId: string;
  readonly username: string | null;
  readonly secret: Uint8Array | null;
  readonly remoteAddress: string;
}

const refused = (returnCode: 3 | 4 | 5): SignInOutcome => ({ kind: "refused", returnCode });

export const createSignIn = (handlers: BusHandlers, damper: SignInDamper, clock: BusClock) => {
  const pass = async (time: DurationMs): Promise<void> => {
    if (time === 0) return;
    await new Promise<void>((resolve) => {
      clock.after(time, resolve);
    });
  };

  const fail = async ({ clientId, remoteAddress }: SignInRequest, returnCode: 4 | 5, detail: string): Promise<SignInOutcome> => {
    // Named as it named itself: who looks after a device of that name must hear that somebody tries to be it (DEV-8).
    const device = isTopicSafe(clientId) ? (clientId as DeviceId) : null;
    handlers.onViolation({ device, kind: "bad_credentials", detail });
    await pass(damper.failed(remoteAddress, clock.monotonic()));
    return refused(returnCode);
  };

  const check = async (request: SignInRequest): Promise<SignInOutcome> => {
    const { clientId, username, secret, remoteAddress } = request;
    // Client id and user name are both the device id (contract section 2); nothing else ever becomes part of a topic.
    if (!isTopicSafe(clientId)) return fail(request, 5, "client id is not a device id");
    if (username !== clientId) return fail(request, 5, "client id and user name differ");
    if (secret === null) return fail(request, 4, "no secret");
    const device = await handlers.authenticate(clientId, username, secret, remoteAddress);
    if (device === null) return fail(request, 4, "unknown device or wrong secret");
    const site = handlers.siteOf(device);
    // A session is bound to the device that signed in: another's client id never stands for it.
    if (device !== clientId || site === null) return fail(request, 5, "device without a site");
    return { kind: "accepted", device, site };
  };

  return async (request: SignInRequest): Promise<SignInOutcome> => {
    const wait = damper.admit(request.remoteAddress, clock.monotonic());
    if (wait === undefined) return refused(REFUSAL.unavailable);
    await pass(wait);
    try {
      return await check(request);
    } catch {
      // Whoever checks secrets could not: nobody is let in, and the device tries again later.
      return refused(REFUSAL.unavailable);
    }
  };
};
