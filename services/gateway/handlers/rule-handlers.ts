/** The rule catalogue, and a patient's own limits within their hard bounds. */
import * as calls from "#contracts/http/rule-calls.ts";
import type { AnswerOf } from "#contracts/http/call.ts";
import { boundsOf, isLoosened, judgeLimits, type LimitRefusal } from "#core/access/limit-bounds.ts";
import type { PatientId } from "#core/ids.ts";
import type { RuleLimits, RuleVersion } from "#core/rules/rule.ts";
import { groundOf } from "#gateway/auditor.ts";
import { handle, type Handling } from "#gateway/handling.ts";
import { actorOf, ownPatient } from "#gateway/handlers/patient-handlers.ts";
import type { House } from "#gateway/house.ts";
import { sortedPageOf } from "#gateway/page.ts";
import { isProblem, problem, type Problem } from "#gateway/problem.ts";

type PatientRule = AnswerOf<typeof calls.setPatientLimits>;

/** Exactly the members the contract names, whatever else a stored version carries. */
const ruleView = (rule: RuleVersion): AnswerOf<typeof calls.listRules>["items"][number] => ({
  id: rule.id,
  version: rule.version,
  family: rule.family,
  kind: rule.kind,
  enabled: rule.enabled,
  metric: rule.metric,
  severity: rule.severity,
  tier: rule.tier,
  threshold: rule.threshold,
  clear: rule.clear,
  profile: rule.profile,
  conditions: rule.conditions,
  parameters: rule.parameters,
  summary: rule.summary,
  action: rule.action,
  source: rule.source,
  approvedBy: rule.approvedBy,
  approvedAt: rule.approvedAt,
});

const patientRuleView = (patient: PatientId, rule: RuleVersion, limits: RuleLimits | null): PatientRule => {
  const threshold = limits?.threshold ?? rule.threshold;
  const moved = rule.threshold === null || threshold === null ? 0 : threshold - rule.threshold;
  return {
    ...ruleView(rule),
    patient,
    enabled: limits?.enabled ?? rule.enabled,
    threshold,
    clear: rule.clear === null ? null : rule.clear + moved,
    limits,
    bounds: boundsOf(rule),
    loosened: limits !== null && isLoosened(rule, limits),
  };
};

const unsafe = (rule: RuleVersion, refusal: LimitRefusal): Problem => {
  switch (refusal.kind) {
    case "cannot_disable":
      return problem("limit_unsafe", {
        detail: `${rule.id} cannot be switched off: it may be the last that sees danger.`,
        errors: [{ in: "body", member: "/enabled", detail: "Must not be false for this rule." }],
      });
    case "no_threshold":
      return problem("limit_unsafe", {
        detail: `${rule.id} has no threshold to move.`,
        errors: [{ in: "body", member: "/threshold", detail: "Leave it out." }],
      });
    case "out_of_bounds": {
      const detail = `Must lie from ${String(refusal.from)} to ${String(refusal.to)}.`;
      return problem("limit_unsafe", { detail: `${rule.id} threshold: ${detail}`, errors: [{ in: "body", member: "/threshold", detail }] });
    }
    default:
      return problem("limit_unsafe");
  }
};

export const ruleHandlers = (house: House): Handling[] => {
  const { ledger, commands, auditor, sights, clinicalClock, oneAtATime } = house;

  /** Newest version of each. */
  const inForce = (): RuleVersion[] => {
    const newest = new Map<string, RuleVersion>();
    for (const rule of ledger.rules()) if ((newest.get(rule.id)?.version ?? 0) < rule.version) newest.set(rule.id, rule);
    return [...newest.values()];
  };
  const put = (viewer: Parameters<typeof actorOf>[0], patient: PatientId, rule: string, limits: RuleLimits | null): Promise<boolean> =>
    commands.change({ kind: "limits", at: Math.round(clinicalClock.now()), actor: actorOf(viewer), patient, rule, limits });

  const notBuilt = (): Problem => problem("not_implemented_yet");

  return [
    handle(calls.listRules, ({ query }) => {
      const page = sortedPageOf(inForce(), ({ id }) => id, { limit: query.limit ?? 500, cursor: query.cursor });
      return { items: page.items.map(ruleView), next: page.next };
    }),
    handle(calls.createRule, notBuilt),
    handle(calls.createRuleVersion, notBuilt),
    handle(calls.backtestRule, notBuilt),

    handle(calls.listPatientRules, async ({ params, query, viewer }) => {
      const seen = sights.patient(viewer, params.id);
      if (seen === null) return problem("not_found");
      await auditor.read(viewer, "patient.rules", { patient: seen.thing.id, ground: groundOf(seen.sight) });
      const limits = ledger.limitsOf(seen.thing.id);
      const page = sortedPageOf(inForce(), ({ id }) => id, { limit: query.limit ?? 500, cursor: query.cursor });
      return { items: page.items.map((rule) => patientRuleView(seen.thing.id, rule, limits.get(rule.id) ?? null)), next: page.next };
    }),

    handle(calls.setPatientLimits, ({ params, body, viewer }) =>
      oneAtATime(`patient ${params.id}`, async () => {
        const patient = ownPatient(house, viewer, params.id);
        if (isProblem(patient)) return patient;
        const rule = inForce().find(({ id }) => id === params.ruleId);
        if (rule === undefined) return problem("not_found");
        if (patient.status !== "active") return problem("patient_not_active");
        if (body.threshold === undefined && body.enabled === undefined)
          return problem("invalid_request", {
            detail: "Neither threshold nor enabled was sent.",
            errors: [{ in: "body", member: "", detail: "Send threshold, enabled or both." }],
          });
        const limits: RuleLimits = {
          ...(body.threshold === undefined ? {} : { threshold: body.threshold }),
          ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
          reason: body.reason,
          since: Math.round(clinicalClock.now()),
        };
        const judged = judgeLimits(rule, limits);
        if (!judged.ok) return unsafe(rule, judged.problem);
        if (!(await put(viewer, patient.id, rule.id, limits))) return problem("journal_unavailable");
        await auditor.write(viewer, isLoosened(rule, limits) ? "limits.loosen" : "limits.set", {
          patient: patient.id,
          target: rule.id,
          ground: "own_institution",
          detail: `threshold ${String(limits.threshold ?? "as it was")}, enabled ${String(limits.enabled ?? true)}: ${body.reason}`,
        });
        return patientRuleView(patient.id, rule, limits);
      }),
    ),

    handle(calls.clearPatientLimits, ({ params, viewer }) =>
      oneAtATime(`patient ${params.id}`, async () => {
        const patient = ownPatient(house, viewer, params.id);
        if (isProblem(patient)) return patient;
        if (!ledger.limitsOf(patient.id).has(params.ruleId)) return problem("not_found");
        if (!(await put(viewer, patient.id, params.ruleId, null))) return problem("journal_unavailable");
        await auditor.write(viewer, "limits.clear", { patient: patient.id, target: params.ruleId, ground: "own_institution" });
        return undefined;
      }),
    ),
  ];
};
