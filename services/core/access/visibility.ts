/** The one place that decides whom a viewer may see (semantics 6.4): the own institution's patients, and those a grant opens for a while. */
import type { AlertId, InstitutionId, PatientId, UserId } from "#core/ids.ts";
import type { Tier } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";
import { isClinical } from "#core/access/permissions.ts";

export interface Viewer {
  readonly user: UserId;
  readonly institution: InstitutionId;
  readonly roles: readonly string[];
}

/** A reason, with an end, why an alliance's staff of a tier, outside the patient's institution, may see them (semantics 6.4). */
export interface Grant {
  readonly patient: PatientId;
  readonly tier: Tier;
  readonly alert: AlertId | null;
  readonly ground: "urgent_care" | "referral";
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** What visibility needs to know of the world. */
export interface VisibilityWorld {
  institution(id: InstitutionId): { readonly tier: Tier; readonly alliance: string } | null;
  grants(): readonly Grant[];
}

/** Why the viewer sees it: it is the institution's own, or a grant opened it. Only what is one's own may be changed. */
export type Sight =
  | { readonly relation: "own" }
  | { readonly relation: "granted"; readonly ground: Grant["ground"]; readonly alert: AlertId | null; readonly until: EpochMs | null };

const OWN: Sight = { relation: "own" };

const isOpen = (grant: Grant, now: EpochMs): boolean => grant.from <= now && (grant.to === null || now < grant.to);

const isForViewer = (grant: Grant, viewer: Viewer, home: InstitutionId, world: VisibilityWorld): boolean => {
  const theirs = world.institution(viewer.institution);
  const ours = world.institution(home);
  return theirs !== null && ours !== null && theirs.alliance === ours.alliance && theirs.tier === grant.tier && isClinical(viewer.roles);
};

/** How the viewer sees a patient of institution `home`; null: not at all. */
export const sightOfPatient = (
  viewer: Viewer,
  patient: { readonly id: PatientId; readonly institution: InstitutionId },
  world: VisibilityWorld,
  now: EpochMs,
): Sight | null => {
  if (patient.institution === viewer.institution) return OWN;
  for (const grant of world.grants()) {
    if (grant.patient === patient.id && isOpen(grant, now) && isForViewer(grant, viewer, patient.institution, world)) {
      return { relation: "granted", ground: grant.ground, alert: grant.alert, until: grant.to };
    }
  }
  return null;
};

/** Whatever belongs to an institution and to no patient (devices, quarantine, conditions, webhooks, users) stays inside it. */
export const seesInstitution = (viewer: Viewer, institution: InstitutionId | null): boolean => institution === viewer.institution;

/** A device that nobody has registered belongs to no institution: whoever administers one may have lost it. */
export const seesUnowned = (viewer: Viewer): boolean => viewer.roles.includes("administrator");

/** How the viewer sees an alert: as its patient, or as its institution when it belongs to no patient. */
export const sightOfAlert = (
  viewer: Viewer,
  alert: { readonly patient: PatientId | null; readonly institution: InstitutionId | null },
  patientOf: (id: PatientId) => { readonly id: PatientId; readonly institution: InstitutionId } | null,
  world: VisibilityWorld,
  now: EpochMs,
): Sight | null => {
  if (alert.patient === null) {
    const seen = alert.institution === null ? seesUnowned(viewer) : seesInstitution(viewer, alert.institution);
    return seen ? OWN : null;
  }
  const patient = patientOf(alert.patient);
  return patient === null ? null : sightOfPatient(viewer, patient, world, now);
};

/** The patients a viewer may see, of all there are. */
export const visiblePatients = <P extends { readonly id: PatientId; readonly institution: InstitutionId }>(
  viewer: Viewer,
  patients: Iterable<P>,
  world: VisibilityWorld,
  now: EpochMs,
): { readonly patient: P; readonly sight: Sight }[] => {
  const granted = new Map<PatientId, Grant[]>();
  for (const grant of world.grants()) if (isOpen(grant, now)) granted.set(grant.patient, [...(granted.get(grant.patient) ?? []), grant]);
  const seen: { readonly patient: P; readonly sight: Sight }[] = [];
  for (const patient of patients) {
    if (patient.institution === viewer.institution) {
      seen.push({ patient, sight: OWN });
      continue;
    }
    const grant = granted.get(patient.id)?.find((candidate) => isForViewer(candidate, viewer, patient.institution, world));
    if (grant !== undefined)
      seen.push({ patient, sight: { relation: "granted", ground: grant.ground, alert: grant.alert, until: grant.to } });
  }
  return seen;
};
