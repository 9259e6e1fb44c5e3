/** What a clinician can do to an alert (contract section 3, domain 4.1): each act is recorded, none deletes. */
import type { EpochMs } from "#core/time.ts";

export const CONTACT_OUTCOMES = ["reached", "no_answer", "carer_reached", "visit_arranged", "emergency_called", "other"] as const;
export const DISPOSITIONS = [
  "called",
  "advice",
  "medicine_change",
  "visit",
  "referral",
  "emergency",
  "true_deterioration",
  "true_no_action",
  "artefact",
  "wrong_context",
  "duplicate",
  "resolved",
  "other",
] as const;

export type Act =
  | { readonly kind: "acknowledge"; readonly note?: string }
  | { readonly kind: "contact"; readonly outcome: string; readonly note?: string }
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "snooze"; readonly untilAt: EpochMs; readonly reason: string }
  | { readonly kind: "close"; readonly disposition: string; readonly note?: string }
  | { readonly kind: "feedback"; readonly useful: "useful" | "not_useful" | "technical"; readonly note?: string };
