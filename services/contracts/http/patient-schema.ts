/** The patient as answers carry it: a pseudonym; who it is stands in `identity`, for those who may see it. */
import { Nullable } from "#contracts/nullable.ts";
import { CONDITIONS } from "#core/people.ts";
import { Type } from "typebox";
import { AlertHeadSchema } from "./alert-schema.ts";
import { Exact, Id, OneOf, Time } from "./common-schema.ts";

const PROFILES = ["standard", "hypercapnic_target", "custom_target"] as const;
export const PatientTier = OneOf(["T0", "T1", "T2", "T3"]);
export const Profile = OneOf(PROFILES);
export const Conditions = Type.Array(OneOf(CONDITIONS), { uniqueItems: true, maxItems: CONDITIONS.length });
export const Pseudonym = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[^\\u0000-\\u001f]*\\S[^\\u0000-\\u001f]*$",
  description: "Never a name.",
});
export const Baseline = Type.Record(Type.String(), Type.Number(), {
  description: "Metric key → the patient's own value in the catalogue's unit; pef (or pef_predicted) is the reference of pef_pct_best.",
});
export const SpO2LowerLimit = Type.Number({ description: "Only and always with custom_target; from 83 to 94." });
export const TimeZone = Type.String({ minLength: 1, maxLength: 64, description: "IANA name." });

const Text = Type.String({ minLength: 1, maxLength: 500 });
export const IdentitySchema = Exact(
  {
    name: Type.Optional(Text),
    phone: Type.Optional(Text),
    nationalId: Type.Optional(Text),
    birthDate: Type.Optional(Text),
    address: Type.Optional(Text),
  },
  { description: "Kept in the identity vault alone; every read is audited." },
);

const PatientDeviceSchema = Exact({
  id: Type.String(),
  kind: Type.String(),
  site: Type.String(),
  online: Nullable(Type.Boolean({ description: "Null: it never signed in." })),
  seenAt: Nullable(Time),
  battery: Nullable(Type.Number()),
  from: Time,
  to: Nullable(Time),
});

export const PatientSchema = Exact({
  id: Id,
  version: Type.Integer(),
  pseudonym: Type.String(),
  institution: Id,
  site: Type.String(),
  tier: PatientTier,
  profile: Profile,
  spo2LowerLimit: Nullable(Type.Number()),
  conditions: Type.Array(OneOf(CONDITIONS)),
  baseline: Type.Record(Type.String(), Type.Number()),
  timeZone: Type.String(),
  status: OneOf(["active", "discharged", "erased"]),
  pause: Nullable(Exact({ from: Time, untilAt: Time, reason: Type.String() })),
  devices: Type.Array(PatientDeviceSchema, { description: "Worn now." }),
  worstOpenAlert: Nullable(AlertHeadSchema),
  openAlerts: Type.Integer({ description: "Alerts that wait for somebody." }),
  createdAt: Time,
  ruleNotes: Type.Array(Exact({ rule: Type.String(), note: Type.String({ description: "Why this rule can never be defined here." }) })),
  access: Exact(
    {
      relation: OneOf(["own", "granted"]),
      ground: Nullable(OneOf(["urgent_care", "referral"])),
      untilAt: Nullable(Time),
    },
    { description: "Why I may see this patient." },
  ),
  identity: Type.Optional(Nullable(IdentitySchema)),
});
