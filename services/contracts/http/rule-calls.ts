/** Calls about the rule catalogue and a patient's own limits. */
import { Nullable } from "#contracts/nullable.ts";
import { Type } from "typebox";
import { SEVERITIES, TIERS } from "./alert-schema.ts";
import { defineCall } from "./call.ts";
import { Bilingual, ById, Exact, Id, OneOf, Page, Reason, Time, paging } from "./common-schema.ts";

const ruleMembers = {
  id: Type.String(),
  version: Type.Integer(),
  family: Type.String({ description: "Rules of one family absorb one another." }),
  kind: Type.String(),
  enabled: Type.Boolean(),
  metric: Nullable(Type.String()),
  severity: OneOf(SEVERITIES),
  tier: OneOf(TIERS),
  threshold: Nullable(Type.Number({ description: "Null for coded rules." })),
  clear: Nullable(Type.Number({ description: "Moves with the threshold." })),
  profile: Nullable(OneOf(["standard", "hypercapnic_target", "custom_target"])),
  conditions: Type.Array(Type.String()),
  parameters: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: "object" }),
  summary: Bilingual,
  action: Bilingual,
  source: Type.String(),
  approvedBy: Nullable(Type.String()),
  approvedAt: Nullable(Type.Number()),
};
export const RuleSchema = Exact(ruleMembers);
/** Any object: these calls answer 501 whatever they are sent. */
const Anything = Type.Unsafe<unknown>({ description: "Not read yet." });

export const listRules = defineCall({
  id: "listRules",
  method: "GET",
  path: "/api/v1/rules",
  access: "rules.read",
  tag: "rules",
  summary: "The rules in force",
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(RuleSchema),
});

export const createRule = defineCall({
  id: "createRule",
  method: "POST",
  path: "/api/v1/rules",
  access: "rules.change",
  tag: "rules",
  summary: "Make a rule (not built yet: 501)",
  body: Anything,
  bodyOptional: true,
  status: 201,
  answer: RuleSchema,
  problems: ["not_implemented_yet"],
});

export const createRuleVersion = defineCall({
  id: "createRuleVersion",
  method: "POST",
  path: "/api/v1/rules/{id}/versions",
  access: "rules.change",
  tag: "rules",
  summary: "Make a new version of a rule (not built yet: 501)",
  params: ById,
  body: Anything,
  bodyOptional: true,
  status: 201,
  answer: RuleSchema,
  problems: ["not_implemented_yet"],
});

export const backtestRule = defineCall({
  id: "backtestRule",
  method: "POST",
  path: "/api/v1/rules/backtest",
  access: "rules.backtest",
  tag: "rules",
  summary: "Try a rule on stored readings (not built yet: 501)",
  body: Anything,
  bodyOptional: true,
  status: 200,
  answer: Exact({ episodes: Type.Array(Type.Unsafe<unknown>({ type: "object" })) }),
  problems: ["not_implemented_yet"],
});

export const PatientRuleSchema = Exact({
  ...ruleMembers,
  patient: Id,
  limits: Nullable(
    Exact({
      threshold: Type.Optional(Type.Number()),
      enabled: Type.Optional(Type.Boolean()),
      reason: Type.String(),
      since: Type.Optional(Time),
    }),
  ),
  bounds: Nullable(Exact({ from: Type.Number(), to: Type.Number() }, { description: "How far the threshold may be moved." })),
  loosened: Type.Boolean({ description: "The patient's limit makes the rule fire later than the catalogue's." }),
});

export const listPatientRules = defineCall({
  id: "listPatientRules",
  method: "GET",
  path: "/api/v1/patients/{id}/rules",
  access: "patients.read",
  tag: "rules",
  summary: "The rules with this patient's own limits; threshold and enabled are those in force",
  params: ById,
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(PatientRuleSchema),
});

export const setPatientLimits = defineCall({
  id: "setPatientLimits",
  method: "PUT",
  path: "/api/v1/patients/{id}/rules/{ruleId}",
  access: "limits.set",
  tag: "rules",
  summary: "Set this patient's own limit for a rule",
  description: "Within hard bounds: no setting puts an emergency rule or the low-SpO2 rules out of reach.",
  params: Exact({ id: Id, ruleId: Id }),
  body: Exact({ threshold: Type.Optional(Type.Number()), enabled: Type.Optional(Type.Boolean()), reason: Reason }),
  status: 200,
  answer: PatientRuleSchema,
  problems: ["not_yours_to_change", "limit_unsafe", "patient_not_active", "journal_unavailable"],
});

export const clearPatientLimits = defineCall({
  id: "clearPatientLimits",
  method: "DELETE",
  path: "/api/v1/patients/{id}/rules/{ruleId}",
  access: "limits.set",
  tag: "rules",
  summary: "Return to the rule's own limit",
  params: Exact({ id: Id, ruleId: Id }),
  status: 204,
  problems: ["not_yours_to_change", "journal_unavailable"],
});
