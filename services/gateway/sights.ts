/** Visibility bound to this server's registry, accounts and clinical clock: every handler looks things up here. */
import {
  seesInstitution,
  seesUnowned,
  sightOfAlert,
  sightOfPatient,
  visiblePatients,
  type Sight,
  type Viewer,
} from "#core/access/visibility.ts";
import type { Alert } from "#core/alerts/alert.ts";
import type { AlertId, DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { DeviceConfig, PatientConfig } from "#core/people.ts";
import type { GatewayDeps } from "#gateway/gateway-deps.ts";

export interface Seen<Thing> {
  readonly thing: Thing;
  readonly sight: Sight;
}

/** Null everywhere means: unknown or not visible, which nobody can tell apart. */
export interface Sights {
  patient(viewer: Viewer, id: string): Seen<PatientConfig> | null;
  patients(viewer: Viewer): Seen<PatientConfig>[];
  alert(viewer: Viewer, id: string): Seen<Alert> | null;
  /** Devices belong to an institution; revoked ones are gone. */
  device(viewer: Viewer, id: string): DeviceConfig | null;
  canSee(viewer: Viewer, what: { readonly patient: PatientId | null; readonly institution: InstitutionId | null }): boolean;
}

export const createSights = (
  { registry, accounts, ledger, clinicalClock }: GatewayDeps,
  /** Somebody asked for a thing that exists and is not theirs to see. */
  onForeign: (viewer: Viewer, owner: InstitutionId | null, thing: string) => void,
): Sights => {
  const world = { institution: (id: InstitutionId) => accounts.institution(id), grants: () => ledger.grants() };
  const patientSight = (viewer: Viewer, patient: PatientConfig | null): Seen<PatientConfig> | null => {
    if (patient === null || patient.status === "erased") return null;
    const sight = sightOfPatient(viewer, patient, world, clinicalClock.now());
    return sight === null ? null : { thing: patient, sight };
  };
  /** An erased patient is nobody's any more, alerts included. */
  const standing = (id: PatientId): PatientConfig | null => {
    const patient = registry.patient(id);
    return patient?.status === "erased" ? null : patient;
  };
  return {
    patient(viewer, id) {
      const patient = registry.patient(id as PatientId);
      const seen = patientSight(viewer, patient);
      if (seen === null && patient !== null) onForeign(viewer, patient.institution, `patient ${patient.id}`);
      return seen;
    },
    patients: (viewer) =>
      visiblePatients(viewer, registry.patients(), world, clinicalClock.now())
        .filter(({ patient }) => patient.status !== "erased")
        .map(({ patient, sight }) => ({ thing: patient, sight })),
    alert(viewer, id) {
      const alert = ledger.alert(id as AlertId);
      if (alert === null) return null;
      const sight = sightOfAlert(viewer, alert, standing, world, clinicalClock.now());
      if (sight === null) onForeign(viewer, alert.institution, `alert ${alert.id}`);
      return sight === null ? null : { thing: alert, sight };
    },
    device(viewer, id) {
      const device = registry.device(id as DeviceId);
      if (device === null || device.revoked) return null;
      if (seesInstitution(viewer, device.institution)) return device;
      onForeign(viewer, device.institution, `device ${device.id}`);
      return null;
    },
    canSee(viewer, { patient, institution }) {
      if (patient !== null) return patientSight(viewer, registry.patient(patient)) !== null;
      return institution === null ? seesUnowned(viewer) : seesInstitution(viewer, institution);
    },
  };
};
