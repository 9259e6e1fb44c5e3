/** Port: the two clocks of the product (semantics 3.2). */
import type { DurationMs, EpochMs } from "#core/time.ts";

export interface Timer {
  cancel(): void;
}

/** Rules, alerts, escalation and silence run on it. Never goes back, also across restarts; runs `speed` times real time. */
export interface ClinicalClock {
  now(): EpochMs;
  readonly speed: number;
  /** Calls once, when clinical time has reached `at`. */
  wakeAt(at: EpochMs, call: () => void): Timer;
}

/** Sign-ins, throttles, heartbeats, keepalive and webhook retries run on it. Always real. */
export interface TransportClock {
  now(): EpochMs;
  /** Monotonic, for durations. */
  monotonic(): DurationMs;
  after(delay: DurationMs, call: () => void): Timer;
  every(period: DurationMs, call: () => void): Timer;
}
