/** Clinical commands over a real ledger, with the few rules of acts that doors are tested with; the engine has tests of its own. */
import type { Act } from "#core/alerts/act.ts";
import type { Alert } from "#core/alerts/alert.ts";
import { HOUR, type EpochMs } from "#core/time.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import type { ActAnswer, ClinicalCommands } from "#ports/clinical-commands.ts";
import type { Ledger } from "#ports/ledger.ts";

export interface TestCommands extends ClinicalCommands {
  /** False: the journal is full and nothing is accepted. */
  accepting: boolean;
  raise(alert: Alert): Promise<void>;
  commit(events: readonly EngineEvent[]): Promise<void>;
}

const afterAct = (alert: Alert, act: Act, by: string, at: EpochMs): Alert => {
  const next = { ...alert, version: alert.version + 1, updatedAt: at };
  switch (act.kind) {
    case "acknowledge":
      return { ...next, status: "acknowledged", acknowledgedBy: by, acknowledgedAt: at };
    case "contact":
      return { ...next, contactedAt: at };
    case "snooze":
      return { ...next, status: "snoozed", snoozedUntilAt: act.untilAt };
    case "close":
      return { ...next, status: "closed", disposition: act.disposition };
    default:
      return next;
  }
};

export const createTestCommands = (ledger: Ledger, now: () => EpochMs): TestCommands => {
  let position = 0;
  const commit = async (events: readonly EngineEvent[], changes: Parameters<Ledger["commit"]>[0]["changes"] = []): Promise<void> => {
    position += 1;
    await ledger.commit({ position, events, changes, adopt: false });
  };
  const transition = (alert: Alert, type: "alert.raised" | "alert.acknowledged" | null): EngineEvent => ({
    kind: "alert",
    key: `${alert.id}/${String(alert.version)}`,
    at: now(),
    alert,
    type,
  });
  return {
    accepting: true,
    raise: (alert) => commit([transition(alert, "alert.raised")]),
    commit: (events) => commit(events),
    async act({ actor, alert: id, version, act }): Promise<ActAnswer> {
      if (!this.accepting) return { outcome: "unavailable", reason: "full" };
      const alert = ledger.alert(id);
      if (alert === null) return { outcome: "unknown" };
      if (version !== alert.version) return { outcome: "changed", alert };
      if (act.kind === "snooze" && alert.severity === "S1") return { outcome: "refused", code: "snooze_refused_s1", alert };
      if (act.kind === "snooze" && act.untilAt <= now()) return { outcome: "refused", code: "snooze_in_past", alert };
      if (act.kind === "snooze" && act.untilAt > now() + HOUR) return { outcome: "refused", code: "snooze_too_long", alert };
      const after = afterAct(alert, act, actor.user, now());
      await commit([
        transition(after, act.kind === "acknowledge" ? "alert.acknowledged" : null),
        { kind: "act-recorded", key: `${id}/act/${String(version)}`, at: now(), alert: id, actor, act },
      ]);
      return { outcome: "done", alert: after };
    },
    async change(entry) {
      if (!this.accepting) return false;
      await commit([], [entry]);
      return true;
    },
    condition: () => Promise.resolve(true),
  };
};
