/** Turns what the permissions forbade, and message numbers that two sources use, into DEV-8 conditions: one per source and kind in ten minutes, never one per attempt. */
import type { DeviceId } from "#core/ids.ts";
import { MINUTE } from "#core/time.ts";
import type { ClinicalClock, TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Journal } from "#ports/journal.ts";
import type { Registry } from "#ports/registry.ts";
import type { BusHandlers } from "#ports/telemetry-bus.ts";

const REPEAT_AFTER = 10 * MINUTE;
const SOURCES_KEPT = 1_000;

export interface SecurityEventsOptions {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly clinicalClock: ClinicalClock;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
}

export class SecurityEvents {
  readonly #options: SecurityEventsOptions;
  readonly #raisedAt = new Map<string, number>();

  constructor(options: SecurityEventsOptions) {
    this.#options = options;
  }

  violation(violation: Parameters<BusHandlers["onViolation"]>[0]): void {
    this.#options.diagnostics.count("homeward_violations_total", 1, { kind: violation.kind });
    if (violation.kind === "bad_credentials") this.#raise("unknown_device", violation.device, violation.detail);
    else this.#raise("wrong_binding", violation.device, violation.detail);
  }

  wrongBinding(device: DeviceId | null, topic: string): void {
    this.#options.diagnostics.count("homeward_violations_total", 1, { kind: "foreign_topic" });
    this.#raise("wrong_binding", device, topic);
  }

  /** Two sources speak in this device's name. */
  replayedSequence(device: DeviceId, seq: number): void {
    this.#options.diagnostics.count("homeward_violations_total", 1, { kind: "replayed_sequence" });
    this.#raise("replayed_sequence", device, `seq ${String(seq)}`);
  }

  #raise(condition: string, device: DeviceId | null, detail: string): void {
    const key = `${condition} ${device ?? ""}`;
    const now = this.#options.transportClock.monotonic();
    const last = this.#raisedAt.get(key);
    if (last !== undefined && now - last < REPEAT_AFTER) return;
    if (this.#raisedAt.size >= SOURCES_KEPT) this.#forgetOld(now);
    // A flood of invented names must not become a flood of alerts: past the bound only the counter tells.
    if (this.#raisedAt.size >= SOURCES_KEPT) return;
    this.#raisedAt.set(key, now);
    const known = device === null ? null : this.#options.registry.device(device);
    this.#options.journal.append(
      {
        kind: "condition",
        at: this.#options.clinicalClock.now(),
        condition,
        active: true,
        detail: detail.slice(0, 200),
        ...(device === null ? {} : { device }),
        ...(known === null ? {} : { institution: known.institution }),
      },
      (outcome) => {
        if (!outcome.ok) this.#options.diagnostics.warn("security_event_not_journaled", { condition, reason: outcome.reason });
      },
    );
  }

  #forgetOld(now: number): void {
    for (const [key, at] of this.#raisedAt) if (now - at >= REPEAT_AFTER) this.#raisedAt.delete(key);
  }
}
