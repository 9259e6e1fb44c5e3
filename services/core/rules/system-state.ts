/** Alerts about the system and about devices nobody registered: they belong to an institution, not to a patient. */
import { AlertOwner } from "#core/alerts/alert-record.ts";
import type { DeviceId, InstitutionId, PatientId } from "#core/ids.ts";

export class SystemState extends AlertOwner {
  readonly key = "engine";
  readonly patientId: PatientId | null = null;
  readonly deviceId: DeviceId | null = null;
  readonly timeZone = "UTC";
  readonly watched = true;
  /** Whom the condition being applied concerns. */
  institutionId: InstitutionId | null = null;

  get subject(): string {
    return this.institutionId ?? "system";
  }
  staleAt(): number {
    return Number.POSITIVE_INFINITY;
  }
}
