/** Port: where devices publish. The embedded broker or an external one stands behind it. */
import type { DeviceId } from "#core/ids.ts";
import type { DurationMs } from "#core/time.ts";

export interface BusMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The authenticated identity of the connection; the topic is not identity. Null behind an external broker. */
  readonly sender: DeviceId | null;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** True for a last will published by the broker on the device's behalf. */
  readonly will: boolean;
}

/**
 * Guarantees
 * - `onMessage` is called in the order of each device's packets.
 * - No PUBACK leaves before `acknowledge` of that message was called; acknowledgements called in one turn of the event loop leave in one write per connection.
 * - A message that is never acknowledged is never confirmed to the device; the device sends it again after it reconnects.
 * - Back-pressure: a connection with too many unacknowledged messages is not read further; no other connection is affected.
 *
 * Behind an external broker there is one connection, ours: the PUBACK a device sees is the broker's own word (semantics 2.3), signing in,
 * permissions and presence are the broker's too (`authenticate`, `siteOf`, `onConnection` and `onViolation` are never called, `sender` is null),
 * and what the handlers promise above holds between the broker and us.
 */
export interface BusHandlers {
  /** Whether this client may sign in. `username` and `clientId` must both be the device id. */
  authenticate(
    clientId: string,
    username: string | null,
    secret: Uint8Array | null,
    remoteAddress: string,
  ): Promise<DeviceId | null> | DeviceId | null;
  /** `{site}` of the device: it may publish below `homeward/v1/{site}/{device}` and subscribe to its receipt and command alone. */
  siteOf(device: DeviceId): string | null;
  onMessage(message: BusMessage, acknowledge: () => void): void;
  onConnection(device: DeviceId, connected: boolean): void;
  /** A publish, subscribe or sign-in that the permissions forbid (DEV-8). */
  onViolation(violation: {
    readonly device: DeviceId | null;
    readonly kind: "foreign_topic" | "foreign_subscription" | "bad_credentials" | "bad_will";
    readonly detail: string;
  }): void;
  /** Whether we can hear devices at all, at every change; `silentFor`: how long nothing had come before that. Never called by the embedded broker. */
  onReceiving?(receiving: boolean, silentFor: DurationMs, detail: string): void;
}

export interface TelemetryBus extends AsyncDisposable {
  /** The address devices use, e.g. `mqtt://127.0.0.1:1883`. */
  readonly url: string;
  /** Delivers at QoS 1 to the device's own subscription (receipts, commands); lost when it is not subscribed. */
  publish(topic: string, payload: string): void;
  /** Ends the device's session now (revoked credential); an external broker's are ended by who provisions it. */
  disconnect(device: DeviceId): void;
  /** Devices connected here; 0 behind an external broker, which does not say. */
  readonly connections: number;
}
