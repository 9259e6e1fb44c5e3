/** Patients, devices and whose sample it is, as the engine and the stores need to know them: no names, no identity. */
import type { DeviceId, InstitutionId, PatientId, SiteId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";

export type Tier = "T0" | "T1" | "T2" | "T3" | "E";
export type SpO2Profile = "standard" | "hypercapnic_target" | "custom_target";
export const CONDITIONS = ["copd", "asthma", "oxygen", "pap", "tka", "stroke", "parkinson", "heart_failure", "frailty"] as const;
export type Condition = (typeof CONDITIONS)[number];

export interface PatientConfig {
  readonly id: PatientId;
  /** Rises by one with every change; `PATCH` must name the current one. */
  readonly version: number;
  readonly institution: InstitutionId;
  readonly site: SiteId;
  readonly pseudonym: string;
  readonly tier: Exclude<Tier, "E">;
  readonly profile: SpO2Profile;
  /** 83–94, only and always with `custom_target` (semantics 5.8). */
  readonly spo2LowerLimit?: number;
  readonly conditions: readonly Condition[];
  /** Metric key → value in the catalogue's unit; `pef` is the reference of `pef_pct_best` (semantics 5.10). */
  readonly baseline: Readonly<Record<string, number>>;
  /** IANA zone; a day is 06:00–22:00 in it. */
  readonly timeZone: string;
  readonly status: "active" | "discharged" | "erased";
  /** While `now` lies in it no silence is expected of this patient's devices. */
  readonly pause: { readonly from: EpochMs; readonly to: EpochMs; readonly reason: string } | null;
  readonly createdAt: EpochMs;
}

export interface DeviceConfig {
  readonly id: DeviceId;
  readonly site: SiteId;
  readonly institution: InstitutionId;
  /** Any label `[a-z0-9_-]{1,64}`. */
  readonly kind: string;
  /** What is expected of it, not what is allowed: metric key → spacing. */
  readonly metrics: Readonly<Record<string, { readonly everyS: number }>>;
  /** Metric key → values inside the hard limits that this kind declares to mean "no measurement" (semantics 1.4). */
  readonly sentinels?: Readonly<Record<string, readonly number[]>>;
  /** SHA-256 of the secret, hex: secrets are 256 random bits, so a slow hash adds nothing. */
  readonly secretHash: string;
  readonly revoked: boolean;
  readonly createdAt: EpochMs;
}

/** Device worn by a patient in `[from, to)`; `to` null: still. The same (device, from) replaces an earlier statement. */
export interface Assignment {
  readonly id: string;
  readonly device: DeviceId;
  readonly patient: PatientId;
  readonly from: EpochMs;
  readonly to: EpochMs | null;
  /** When it was made: silence counts from here at the earliest (semantics 3.6). */
  readonly madeAt: EpochMs;
}
