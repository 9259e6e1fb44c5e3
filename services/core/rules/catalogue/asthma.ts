/** Asthma zones of the peak flow against the personal best, else the predicted value (domain 2.3, semantics 5.10). */
import type { RuleVersion } from "#core/rules/rule.ts";
import { defineRule, hours, min } from "./define.ts";

const percentOf = { metric: "pef_pct_best", of: "pef", references: ["pef", "pef_predicted"] } as const;

export const asthma: readonly RuleVersion[] = [
  defineRule({
    id: "ASTH-1",
    family: "ASTH",
    kind: "spot",
    metric: "pef_pct_best",
    severity: "S1",
    tier: "E",
    threshold: 50,
    clear: 60,
    parameters: {
      context: "any",
      cadence: "any",
      step: 1,
      percentOf,
      ask: [{ op: "below" }],
      afterMs: 0,
      withinMs: min(10),
      confirmed: { severity: "S1", tier: "E" },
      alone: { severity: "S2", tier: "E" },
      clearForMs: hours(4),
    },
    summary: { zh: "呼气峰流量低于个人最佳值50%（红区）", en: "Peak flow below 50 % of personal best (red zone)" },
    action: { zh: "红区：立即用缓解药，呼叫120或急诊", en: "Red zone: reliever now, emergency care" },
    source: "Action-plan zones",
  }),
  defineRule({
    id: "ASTH-2",
    family: "ASTH",
    kind: "spot",
    metric: "pef_pct_best",
    severity: "S3",
    tier: "T1",
    threshold: 79,
    clear: 80,
    parameters: {
      context: "any",
      cadence: "any",
      step: 1,
      percentOf,
      ask: [{ op: "low_band", inside: "ASTH-1" }],
      afterMs: 0,
      withinMs: hours(24),
      confirmed: { severity: "S3", tier: "T1" },
      alone: { severity: "S3", tier: "T1" },
      worse: [{ op: "below", limit: 60, severity: "S2", tier: "T1" }],
      clearForMs: hours(24),
    },
    summary: { zh: "呼气峰流量为个人最佳值50–79%（黄区）", en: "Peak flow 50–79 % of personal best (yellow zone)" },
    action: { zh: "黄区：按行动计划加用药物，当日联系", en: "Yellow zone: follow plan, contact today" },
    source: "Action-plan zones; GINA acts below 60 %",
  }),
];
