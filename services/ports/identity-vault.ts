/** Port: the only place that knows who a patient is. Its files are named `identity*` in the data directory. */
import type { PatientId } from "#core/ids.ts";

export interface Identity {
  readonly name?: string;
  readonly phone?: string;
  readonly nationalId?: string;
  readonly birthDate?: string;
  readonly address?: string;
}

/** Guarantee: callers audit every read before they answer; `erase` leaves nothing readable behind. */
export interface IdentityVault extends AsyncDisposable {
  put(patient: PatientId, identity: Identity): Promise<void>;
  get(patient: PatientId): Promise<Identity | null>;
  /** Display names and birth months for lists, in one read. */
  many(patients: readonly PatientId[]): Promise<ReadonlyMap<PatientId, Identity>>;
  erase(patient: PatientId): Promise<void>;
}
