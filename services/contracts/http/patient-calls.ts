/** Calls about patients: enrolment, changes, pause, discharge, erasure. */
import { Nullable } from "#contracts/nullable.ts";
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { ById, Exact, OneOf, Page, Reason, Several, Time, TopicSafe, Version, paging } from "./common-schema.ts";
import {
  Baseline,
  Conditions,
  IdentitySchema,
  PatientSchema,
  PatientTier,
  Profile,
  Pseudonym,
  SpO2LowerLimit,
  TimeZone,
} from "./patient-schema.ts";

const IdentityWanted = Type.Optional(Type.Boolean({ description: "Adds identity for those who may see it; each such read is audited." }));

export const listPatients = defineCall({
  id: "listPatients",
  method: "GET",
  path: "/api/v1/patients",
  access: "patients.read",
  tag: "patients",
  summary: "The patients I may see",
  query: Exact({
    status: Several(OneOf(["active", "discharged"])),
    tier: Several(PatientTier),
    identity: IdentityWanted,
    ...paging,
  }),
  status: 200,
  answer: Page(PatientSchema),
});

export const getPatient = defineCall({
  id: "getPatient",
  method: "GET",
  path: "/api/v1/patients/{id}",
  access: "patients.read",
  tag: "patients",
  summary: "One patient",
  params: ById,
  query: Exact({
    identity: Type.Optional(Type.Boolean({ description: "False leaves identity out; without it, those who may see it do." })),
  }),
  status: 200,
  answer: PatientSchema,
});

export const enrolPatient = defineCall({
  id: "enrolPatient",
  method: "POST",
  path: "/api/v1/patients",
  access: "patients.enrol",
  tag: "patients",
  summary: "Enrol a patient in my institution",
  body: Exact({
    pseudonym: Type.Optional(Pseudonym),
    site: Type.Optional(TopicSafe),
    tier: PatientTier,
    profile: Profile,
    spo2LowerLimit: Type.Optional(SpO2LowerLimit),
    conditions: Conditions,
    baseline: Type.Optional(Baseline),
    timeZone: Type.Optional(TimeZone),
    identity: Type.Optional(IdentitySchema),
  }),
  status: 201,
  answer: PatientSchema,
  problems: [
    "limit_required",
    "limit_not_expected",
    "metric_not_in_catalogue",
    "value_out_of_range",
    "unknown_time_zone",
    "journal_unavailable",
  ],
});

export const changePatient = defineCall({
  id: "changePatient",
  method: "PATCH",
  path: "/api/v1/patients/{id}",
  access: "patients.change",
  tag: "patients",
  summary: "Change a patient",
  description:
    "409 version_conflict carries the patient as it is in the member patient. baseline replaces the whole; null removes a limit.",
  params: ById,
  body: Exact({
    version: Version,
    pseudonym: Type.Optional(Pseudonym),
    site: Type.Optional(TopicSafe),
    tier: Type.Optional(PatientTier),
    profile: Type.Optional(Profile),
    spo2LowerLimit: Type.Optional(Nullable(SpO2LowerLimit)),
    conditions: Type.Optional(Conditions),
    baseline: Type.Optional(Baseline),
    timeZone: Type.Optional(TimeZone),
    identity: Type.Optional(IdentitySchema),
  }),
  status: 200,
  answer: PatientSchema,
  problems: [
    "not_yours_to_change",
    "patient_not_active",
    "version_conflict",
    "limit_required",
    "limit_not_expected",
    "metric_not_in_catalogue",
    "value_out_of_range",
    "unknown_time_zone",
    "journal_unavailable",
  ],
});

export const pausePatient = defineCall({
  id: "pausePatient",
  method: "POST",
  path: "/api/v1/patients/{id}/pause",
  access: "patients.change",
  tag: "patients",
  summary: "Expect no data for a while; ends by itself",
  description: "At most 30 days. Send untilAt now or earlier to end a pause. Measurements that come all the same are judged as ever.",
  params: ById,
  body: Exact({ from: Type.Optional(Time), untilAt: Time, reason: Reason }),
  status: 200,
  answer: PatientSchema,
  problems: ["not_yours_to_change", "patient_not_active", "bad_time_range", "journal_unavailable"],
});

export const dischargePatient = defineCall({
  id: "dischargePatient",
  method: "POST",
  path: "/api/v1/patients/{id}/discharge",
  access: "patients.change",
  tag: "patients",
  summary: "End the care; devices become free",
  params: ById,
  body: Exact({ reason: Reason }),
  status: 200,
  answer: PatientSchema,
  problems: ["not_yours_to_change", "patient_not_active", "journal_unavailable"],
});

export const erasePatient = defineCall({
  id: "erasePatient",
  method: "POST",
  path: "/api/v1/patients/{id}/erase",
  access: "patients.erase",
  tag: "patients",
  summary: "Erase identity and readings; cannot be undone",
  description: "The audit trail keeps that it happened, by whom and why.",
  params: ById,
  body: Exact({ reason: Reason }),
  status: 200,
  answer: PatientSchema,
  problems: ["not_yours_to_change", "journal_unavailable", "store_unavailable"],
});
