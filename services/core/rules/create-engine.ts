/** Opens the engine's door: one journal entry in, events and the next wake out (design 3). */
import { applyAct } from "#core/alerts/apply-act.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import { applyChange } from "#core/rules/apply-change.ts";
import { applyCondition } from "#core/rules/apply-condition.ts";
import { restoreEngine, takeCheckpoint } from "#core/rules/codec/engine-codec.ts";
import type { Engine, EngineOptions } from "#core/rules/engine.ts";
import { EngineCore } from "#core/rules/engine-core.ts";

const timeOf = (entry: JournalEntry): number => ("arrivedAt" in entry ? entry.arrivedAt : entry.at);

const apply = (core: EngineCore, entry: JournalEntry): void => {
  switch (entry.kind) {
    case "message":
      core.intake.take(entry);
      return;
    case "status": {
      const device = core.devices.get(entry.device);
      if (device === undefined) return;
      core.touch(device);
      core.watch.status(device, entry);
      return;
    }
    case "condition":
      applyCondition(core, entry);
      return;
    case "act":
      applyAct(core.book, entry, core, (owner, record) => core.startAnew(owner, record));
      return;
    case "patient":
    case "device":
    case "assignment":
    case "limits":
    case "rule":
      applyChange(core, entry);
      return;
    case "receiving":
      for (const device of core.devices.values()) {
        core.touch(device);
        core.wakes.schedule(device, core.now);
      }
      return;
    case "past":
      // Over and done: it goes to the record and meets no state of the present.
      for (const event of entry.events) core.emit(event.kind === "alert" ? { ...event, past: true } : event);
      return;
    case "tick":
    case "data-gap":
      return;
  }
};

/** A fresh engine, or one that goes on from a checkpoint. Throws only on a checkpoint that is not its own. */
export const createEngine = (options: EngineOptions): Engine => {
  const core = new EngineCore(options.rules);
  if (options.restore !== undefined) restoreEngine(core, options.restore);
  return {
    step(entry) {
      const at = timeOf(entry);
      if (entry.kind === "receiving") {
        core.receiving.change(at, entry.receiving, core.now === Number.NEGATIVE_INFINITY ? at : core.now);
      } else core.receiving.begin(at);
      // Clinical time never goes back (semantics 3.2).
      if (at > core.now) core.now = at;
      if (core.wakes.nextAt <= core.now) core.wakeDue();
      apply(core, entry);
      return { events: core.takeEvents(), nextWakeAt: core.wakes.nextAt };
    },
    checkpoint: () => takeCheckpoint(core),
    alertsOf(patient) {
      const alerts = [];
      for (const slot of core.patients.get(patient)?.slots.values() ?? []) {
        const { record } = slot;
        if (record !== null && !record.ended) alerts.push(record.alert);
      }
      return alerts;
    },
    rules: () => [...core.rules.values()],
  };
};
