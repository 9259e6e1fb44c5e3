/** Who works here: the roles of domain 3.2 and the administrator of an institution. */
import type { Tier } from "#core/people.ts";

export const ROLES = [
  "patient",
  "carer",
  "family_doctor",
  "community_nurse",
  "public_health",
  "therapist_t1",
  "physician_t2",
  "therapist_t2",
  "referral_office",
  "specialist_t3",
  "emergency",
  "coordinator",
  "administrator",
] as const;
export type Role = (typeof ROLES)[number];

const BY_TIER: Readonly<Record<"T1" | "T2" | "T3", readonly Role[]>> = {
  T1: ["family_doctor", "community_nurse", "public_health", "therapist_t1", "coordinator", "administrator"],
  T2: ["physician_t2", "therapist_t2", "referral_office", "coordinator", "administrator"],
  T3: ["specialist_t3", "referral_office", "coordinator", "administrator"],
};

/** Every role that staff of an institution of this tier may hold; the first administrator holds them all (contract section 1). */
export const rolesOfTier = (tier: Exclude<Tier, "T0" | "E">): readonly Role[] => BY_TIER[tier];

/** True for a role this version knows; a role from a newer version grants nothing. */
export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
