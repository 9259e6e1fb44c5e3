/**
 * Who wears what when. Statements are kept as they were made, one per (device, from); what holds follows from all of them:
 * each ends where it says or where the next one on the device begins, so two patients never share a device; one that ends where
 * it begins was withdrawn. The order in which they were made does not matter.
 */
import type { Assignment } from "#core/people.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";

export interface Assignments {
  /** A statement; the same (device, from) replaces an earlier one. */
  readonly state: (assignment: Assignment) => void;
  readonly ofDevice: (device: DeviceId) => readonly Assignment[];
  readonly ofPatient: (patient: PatientId) => readonly Assignment[];
  readonly wearerAt: (device: DeviceId, t: EpochMs) => PatientId | null;
}

const NONE: readonly Assignment[] = [];

const isWithdrawn = ({ from, to }: Assignment): boolean => to !== null && to <= from;

/** What holds, from statements in order of `from`. */
const resolve = (stated: readonly Assignment[]): Assignment[] =>
  stated
    .filter((assignment) => !isWithdrawn(assignment))
    .map((assignment, index, standing) => {
      const next = standing[index + 1]?.from ?? Infinity;
      return next < (assignment.to ?? Infinity) ? { ...assignment, to: next } : assignment;
    });

/** Index of the last entry that begins at or before `t`; −1 when none does. */
const lastFrom = (sorted: readonly Assignment[], t: EpochMs): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.from ?? Infinity) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

export const createAssignments = (): Assignments => {
  const statedByDevice = new Map<DeviceId, Assignment[]>();
  const byDevice = new Map<DeviceId, readonly Assignment[]>();
  const devicesOf = new Map<PatientId, Set<DeviceId>>();
  const byPatient = new Map<PatientId, readonly Assignment[]>();

  const ofPatient = (patient: PatientId): readonly Assignment[] => {
    let known = byPatient.get(patient);
    if (known === undefined) {
      known = [...(devicesOf.get(patient) ?? [])]
        .flatMap((device) => byDevice.get(device) ?? NONE)
        .filter((assignment) => assignment.patient === patient)
        .sort((a, b) => a.from - b.from);
      byPatient.set(patient, known);
    }
    return known;
  };

  return {
    state: (assignment) => {
      const stated = statedByDevice.get(assignment.device) ?? [];
      statedByDevice.set(assignment.device, stated);
      const at = lastFrom(stated, assignment.from);
      if (stated[at]?.from === assignment.from) stated[at] = assignment;
      else stated.splice(at + 1, 0, assignment);
      byDevice.set(assignment.device, resolve(stated));
      const devices = devicesOf.get(assignment.patient) ?? new Set();
      devicesOf.set(assignment.patient, devices.add(assignment.device));
      // A replaced statement or a shortened one may be anybody's; they are listed anew when next asked for.
      byPatient.clear();
    },
    ofDevice: (device) => byDevice.get(device) ?? NONE,
    ofPatient,
    wearerAt: (device, t) => {
      const sorted = byDevice.get(device) ?? NONE;
      const candidate = sorted[lastFrom(sorted, t)];
      return candidate !== undefined && t < (candidate.to ?? Infinity) ? candidate.patient : null;
    },
  };
};
