/** Port: patients, devices and assignments, in memory on this process, durable in the ledger. Changed only through the journal. */
import type { DeviceConfig, Assignment, PatientConfig } from "#core/people.ts";
import type { DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { DeviceSpan } from "#ports/reading-store.ts";
import type { EpochMs } from "#core/time.ts";

export interface Registry {
  patient(id: PatientId): PatientConfig | null;
  patients(): Iterable<PatientConfig>;
  device(id: DeviceId): DeviceConfig | null;
  devices(): Iterable<DeviceConfig>;
  assignmentsOfDevice(device: DeviceId): readonly Assignment[];
  assignmentsOfPatient(patient: PatientId): readonly Assignment[];
  /** Who wore the device at `t`; null when nobody. */
  wearerAt(device: DeviceId, t: EpochMs): PatientId | null;
  /** What to read for a patient between two times. */
  spansOf(patient: PatientId, from: EpochMs, to: EpochMs): DeviceSpan[];
  institutionOfDevice(device: DeviceId): InstitutionId | null;
  /** Online as the broker or the last status saw it, when, and the newest status fields. */
  presence(device: DeviceId): {
    readonly online: boolean;
    readonly at: EpochMs;
    readonly battery?: number;
    readonly rssi?: number;
    readonly firmware?: string;
  } | null;
}
