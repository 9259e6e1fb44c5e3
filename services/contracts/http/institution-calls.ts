/** Calls about institutions: their alliance, tier, site and clock. */
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { Bilingual, ById, Exact, Id, OneOf, Page, TopicSafe, Version, paging } from "./common-schema.ts";

const TierOfInstitution = OneOf(["T1", "T2", "T3"]);
const TimeZone = Type.String({ minLength: 1, maxLength: 64, description: "IANA name." });
const Name = Exact({ en: Type.String({ minLength: 1, maxLength: 200 }), zh: Type.String({ minLength: 1, maxLength: 200 }) });

export const InstitutionSchema = Exact({
  id: Id,
  name: Bilingual,
  tier: TierOfInstitution,
  alliance: Type.String({ description: "Institutions of one alliance may refer to one another." }),
  site: Type.String({ description: "Default site of its devices and patients." }),
  timeZone: Type.String(),
  version: Type.Integer(),
});

export const listInstitutions = defineCall({
  id: "listInstitutions",
  method: "GET",
  path: "/api/v1/institutions",
  access: "institutions.read",
  tag: "administration",
  summary: "The institutions of my alliance",
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(InstitutionSchema),
});

export const createInstitution = defineCall({
  id: "createInstitution",
  method: "POST",
  path: "/api/v1/institutions",
  access: "institutions.manage",
  tag: "administration",
  summary: "Add an institution to my alliance, with its first administrator",
  body: Exact({
    name: Name,
    tier: TierOfInstitution,
    site: Type.Optional(TopicSafe),
    timeZone: Type.Optional(TimeZone),
    administrator: Type.Optional(
      Exact({ username: Type.String({ minLength: 1, maxLength: 128 }), password: Type.String({ minLength: 1, maxLength: 256 }) }),
    ),
  }),
  status: 201,
  answer: InstitutionSchema,
  problems: ["username_taken", "password_too_weak", "unknown_time_zone"],
});

export const changeInstitution = defineCall({
  id: "changeInstitution",
  method: "PATCH",
  path: "/api/v1/institutions/{id}",
  access: "institutions.manage",
  tag: "administration",
  summary: "Change my institution",
  params: ById,
  body: Exact({ version: Version, name: Type.Optional(Name), site: Type.Optional(TopicSafe), timeZone: Type.Optional(TimeZone) }),
  status: 200,
  answer: InstitutionSchema,
  problems: ["version_conflict", "unknown_time_zone"],
});
