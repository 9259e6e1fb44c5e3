/** A small engine that can be foretold: a value below 90 raises the patient's alert, one above clears it; counts everything it was given. */
import type { Alert } from "#core/alerts/alert.ts";
import type { DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { Engine } from "#core/rules/engine.ts";
import { alert } from "../../contract/ledger-fixture.ts";

interface State {
  steps: number;
  /** Of every device: its alert as last sent. */
  alerts: Record<string, Alert>;
  /** Devices heard of, and when they count as silent. */
  silentAt: Record<string, number>;
  ticks: number;
  sum: number;
}

export const SILENT_AFTER = 30_000;

export interface ScriptedEngine extends Engine {
  readonly seen: JournalEntry[];
}

export const createScriptedEngine = (restore: Iterable<{ readonly key: string; readonly bytes: Uint8Array }>): ScriptedEngine => {
  let state: State = { steps: 0, alerts: {}, silentAt: {}, ticks: 0, sum: 0 };
  for (const { bytes } of restore) state = JSON.parse(new TextDecoder().decode(bytes)) as State;
  const seen: JournalEntry[] = [];

  const move = (
    id: string,
    at: number,
    type: "alert.raised" | "alert.cleared" | "alert.acknowledged",
    more: Partial<Alert>,
  ): EngineEvent => {
    const before = state.alerts[id] ?? alert(id, { version: 0, patient: id as PatientId, institution: "t1" as InstitutionId });
    const after = { ...before, ...more, version: before.version + 1, updatedAt: at };
    state.alerts[id] = after;
    return { kind: "alert", key: `${id}:${after.version}`, at, alert: after, type };
  };

  const apply = (entry: JournalEntry): EngineEvent[] => {
    if (entry.kind === "message") {
      state.silentAt[entry.device] = entry.arrivedAt + SILENT_AFTER;
      return entry.samples.flatMap(({ value }) => {
        if (value === 666) throw new Error("a bug");
        state.sum += value;
        const open = state.alerts[entry.device]?.status;
        if (value < 90 && open !== "open" && open !== "acknowledged")
          return [move(entry.device, entry.arrivedAt, "alert.raised", { status: "open" })];
        if (value >= 90 && (open === "open" || open === "acknowledged"))
          return [move(entry.device, entry.arrivedAt, "alert.cleared", { status: "cleared" })];
        return [];
      });
    }
    if (entry.kind === "tick") {
      state.ticks += 1;
      return Object.entries(state.silentAt).flatMap(([device, at]): EngineEvent[] => {
        if (at > entry.at) return [];
        delete state.silentAt[device];
        const key = `silent:${device}:${at}`;
        const institution = "t1" as InstitutionId;
        return [
          { kind: "device-presence", key, at: entry.at, type: "device.silent", device: device as DeviceId, patient: null, institution },
        ];
      });
    }
    if (entry.kind !== "act") return [];
    const known = state.alerts[entry.alert];
    const { request, at, actor, act } = entry;
    if (known === undefined) return [{ kind: "act-outcome", request, outcome: "unknown", alert: null }];
    if (act.kind === "snooze") return [{ kind: "act-outcome", request, outcome: "refused", code: "s1_no_snooze", alert: known }];
    if (entry.version !== known.version) return [{ kind: "act-outcome", request, outcome: "changed", alert: known }];
    const moved = move(entry.alert, at, "alert.acknowledged", { status: "acknowledged", acknowledgedBy: String(actor.user) });
    const after = state.alerts[entry.alert] ?? known;
    return [
      moved,
      { kind: "act-recorded", key: `act:${request}`, at, alert: entry.alert, actor, act },
      { kind: "act-outcome", request, outcome: "done", alert: after },
    ];
  };

  return {
    seen,
    step: (entry) => {
      seen.push(entry);
      state.steps += 1;
      return { events: apply(entry), nextWakeAt: Math.min(Infinity, ...Object.values(state.silentAt)) };
    },
    checkpoint: () => [{ key: "engine", bytes: new TextEncoder().encode(JSON.stringify(state)) }].values(),
    alertsOf: (patient) => Object.values(state.alerts).filter((alert) => alert.patient === patient),
    rules: () => [],
  };
};
