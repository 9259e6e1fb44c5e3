/** Port: what an external broker must know of a device before it may sign in there. */
import type { DeviceId } from "#core/ids.ts";
import type { DeviceConfig } from "#core/people.ts";

/** `taken`: the broker knows a client of that name that is not ours to change. */
export type GrantOutcome = "granted" | "unreachable" | "taken" | "refused";

/**
 * Guarantees
 * - After `granted` the device signs in with this secret alone and uses its own topics alone; the session of an earlier secret has ended.
 * - Any other outcome leaves what the broker knew as it was, or ends in `granted` when it is asked again.
 * - What the registry says is brought about at every return of the broker and every few minutes, without being asked.
 */
export interface DeviceProvisioning extends AsyncDisposable {
  readonly grant: (device: Pick<DeviceConfig, "id" | "site">, secret: string) => Promise<GrantOutcome>;
  /** The session ends now, and no other begins; at the broker's return when it cannot be reached. */
  revoke(device: DeviceId): void;
  /** Resolves when the broker was first compared with the registry, or could not be reached. */
  readonly attempted: Promise<void>;
}
