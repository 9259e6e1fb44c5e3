/** What the embedded broker allows one device, one address and everybody together. */
import type { DurationMs } from "#core/time.ts";

export interface BusLimits {
  /** Signed-in or not; further sockets are closed at once. */
  readonly maxConnections: number;
  /** A CONNECT must have arrived by then. */
  readonly connectTimeout: DurationMs;
  /** Largest PUBLISH that is still handed on, to be quarantined as too big (contract section 2: a message has at most 256 KiB). */
  readonly maxPublishBytes: number;
  /** Largest packet of any other kind, CONNECT included. */
  readonly maxControlBytes: number;
  /** Messages a second of one device, and the burst it may save up (contract section 2). */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** A connection with this much unacknowledged is not read further until half of it is acknowledged. */
  readonly unacknowledgedMessages: number;
  readonly unacknowledgedBytes: number;
  /** The same for all connections together. */
  readonly totalUnacknowledgedMessages: number;
  readonly totalUnacknowledgedBytes: number;
}

const KIB = 1_024;

export const DEFAULT_BUS_LIMITS: BusLimits = {
  maxConnections: 20_000,
  connectTimeout: 10_000,
  maxPublishBytes: 576 * KIB,
  maxControlBytes: 64 * KIB,
  messagesPerSecond: 500,
  messageBurst: 5_000,
  unacknowledgedMessages: 1_000,
  unacknowledgedBytes: 4 * KIB * KIB,
  totalUnacknowledgedMessages: 50_000,
  totalUnacknowledgedBytes: 64 * KIB * KIB,
};
