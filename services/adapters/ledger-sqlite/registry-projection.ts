/** Registry in memory: loaded once, then changed as commits resolve. */
import type { ChangeEntry, DataGapEntry, StatusEntry } from "#core/journal-entry.ts";
import type { Assignment, DeviceConfig, PatientConfig } from "#core/people.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import type { DeviceSpan } from "#ports/reading-store.ts";
import type { Registry } from "#ports/registry.ts";
import { createAssignments } from "./assignments.ts";
import { mergePresence, type Presence } from "./presence.ts";
import { READS } from "./sql-reads.ts";
import { readJson, type Statements } from "./statements.ts";

export interface RegistryProjection {
  readonly registry: Registry;
  readonly apply: (change: ChangeEntry | StatusEntry | DataGapEntry) => void;
}

export const createRegistryProjection = (db: Statements): RegistryProjection => {
  const patients = new Map<PatientId, PatientConfig>();
  const devices = new Map<DeviceId, DeviceConfig>();
  const presences = new Map<DeviceId, Presence>();
  const assignments = createAssignments();

  for (const row of db.iterate(READS.patients)) {
    const patient = readJson(row) as PatientConfig;
    patients.set(patient.id, patient);
  }
  for (const row of db.iterate(READS.devices)) {
    const device = readJson(row) as DeviceConfig;
    devices.set(device.id, device);
  }
  for (const row of db.iterate(READS.assignments)) assignments.state(readJson(row) as Assignment);
  for (const row of db.iterate(READS.presences)) presences.set(String(row["device"]) as DeviceId, readJson(row) as Presence);

  const spansOf: Registry["spansOf"] = (patient, from, to) => {
    const spans: DeviceSpan[] = [];
    for (const assignment of assignments.ofPatient(patient)) {
      const start = Math.max(from, assignment.from);
      const end = Math.min(to, assignment.to ?? Infinity);
      if (start < end) spans.push({ device: assignment.device, from: start, to: end });
    }
    return spans;
  };

  const registry: Registry = {
    patient: (id) => patients.get(id) ?? null,
    patients: () => patients.values(),
    device: (id) => devices.get(id) ?? null,
    devices: () => devices.values(),
    assignmentsOfDevice: assignments.ofDevice,
    assignmentsOfPatient: assignments.ofPatient,
    wearerAt: assignments.wearerAt,
    spansOf,
    institutionOfDevice: (device) => devices.get(device)?.institution ?? null,
    presence: (device) => presences.get(device) ?? null,
  };
  return {
    registry,
    apply: (change) => {
      if (change.kind === "patient") patients.set(change.patient.id, change.patient);
      else if (change.kind === "device") devices.set(change.device.id, change.device);
      else if (change.kind === "assignment") assignments.state(change.assignment);
      else if (change.kind === "status") presences.set(change.device, mergePresence(presences.get(change.device) ?? null, change));
    },
  };
};
