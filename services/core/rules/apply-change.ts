/** Changes of who is watched, with what and by which limits: inputs like any other (semantics 1.6, 6.2). */
import type { ChangeEntry } from "#core/journal-entry.ts";
import type { EngineCore } from "#core/rules/engine-core.ts";
import { PatientState } from "#core/rules/patient-state.ts";
import { noteRules } from "#core/rules/rule-notes.ts";

export const applyChange = (core: EngineCore, entry: ChangeEntry): void => {
  switch (entry.kind) {
    case "patient":
      changePatient(core, entry);
      return;
    case "device": {
      const device = core.device(entry.device.id);
      core.touch(device);
      device.config = entry.device;
      const wearers = new Set(device.assignments.map(({ patient }) => patient));
      for (const id of wearers) {
        const patient = core.patients.get(id);
        for (const stream of patient?.streams ?? []) if (stream.device === device.id) stream.planRevision = -1;
        if (patient !== undefined) noteRules(core, patient);
      }
      core.wakeDevice(device);
      return;
    }
    case "assignment": {
      const device = core.device(entry.assignment.device);
      const before = new Set(device.assignments.map(({ patient }) => patient));
      core.touch(device);
      device.assign(entry.assignment);
      device.backSince = Number.NaN;
      core.noteAssignment(device);
      core.wakeDevice(device);
      before.add(entry.assignment.patient);
      for (const id of before) {
        const patient = core.patients.get(id);
        if (patient !== undefined) noteRules(core, patient);
      }
      return;
    }
    case "limits": {
      const patient = core.patients.get(entry.patient);
      if (patient === undefined) return;
      core.touch(patient);
      if (entry.limits === null) patient.limits.delete(entry.rule);
      else patient.limits.set(entry.rule, entry.limits);
      core.revise(patient);
      noteRules(core, patient);
      return;
    }
    case "rule":
      core.setRule(entry.rule);
      return;
  }
};

const changePatient = (core: EngineCore, { patient: config }: Extract<ChangeEntry, { kind: "patient" }>): void => {
  const held = core.patients.get(config.id);
  if (config.status === "erased") {
    if (held !== undefined) forget(core, held);
    return;
  }
  if (held === undefined) {
    const patient = new PatientState(config);
    core.addPatient(patient);
    core.touch(patient);
    noteRules(core, patient);
  } else {
    core.touch(held);
    held.config = config;
    core.revise(held);
    noteRules(core, held);
    core.book.wake(held);
  }
  for (const device of core.devicesOf(config.id)) {
    core.touch(device);
    core.placeDevice(device);
    core.wakes.schedule(device, core.now);
  }
};

/** Nothing of an erased patient stays in the engine's state. */
const forget = (core: EngineCore, patient: PatientState): void => {
  core.touch(patient);
  core.book.disown(patient);
  core.patients.delete(patient.config.id);
  core.dirty.delete(patient);
  core.removed.add(patient.key);
  patient.slots.clear();
  for (const device of core.devicesOf(patient.config.id)) {
    core.touch(device);
    device.routes.length = 0;
    core.placeDevice(device);
  }
};
