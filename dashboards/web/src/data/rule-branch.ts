/** What a rule asks before it fires, read from its parameters: how long, in which context, with how much of the window valid. */
import type { WireAlert, PatientRule } from "./wire.ts";

export interface RuleAsks {
  /** Null: one measurement is enough, or the rule is no threshold. */
  readonly holdMs: number | null;
  /** How long it waits for a second measurement to confirm the first; null: it does not. */
  readonly confirmMs: number | null;
  /** Which way the value lies beyond the limit. */
  readonly sign: "≤" | "≥" | "<" | null;
  readonly atRest: boolean;
  /** Share of the window, 0 to 1. */
  readonly minValid: number | null;
  readonly clearForMs: number | null;
}

type Members = Readonly<Record<string, unknown>>;
const members = (value: unknown): Members => (typeof value === "object" && value !== null ? { ...value } : {});
const listOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value.map(members) : []);
const numberOr = (value: unknown): number | null => (typeof value === "number" ? value : null);
const SIGNS: Readonly<Record<string, RuleAsks["sign"]>> = { at_most: "≤", low_band: "≤", at_least: "≥", high_band: "≥", below: "<" };

/** The branch that fired: of the alert's severity, and with its threshold where several are. */
export const asksOf = (
  alert: Pick<WireAlert, "severity" | "threshold" | "value">,
  rule: Pick<PatientRule, "parameters" | "threshold">,
): RuleAsks => {
  const { parameters } = rule;
  const branches = [...listOf(parameters["branches"]), ...listOf(parameters["atOnce"]), ...listOf(parameters["ask"])];
  const limitOf = (branch: Members): number | null => numberOr(branch["limit"]) ?? rule.threshold;
  const fits = branches.filter(({ severity }) => severity === undefined || severity === alert.severity);
  const branch = fits.find((one) => limitOf(one) === alert.threshold) ?? fits[0] ?? {};
  const atOnce = listOf(parameters["atOnce"]).some((one) => limitOf(one) === alert.threshold);
  const within = numberOr(parameters["withinMs"]);
  const beyond = alert.value === null || alert.threshold === null ? null : alert.value <= alert.threshold ? "≤" : "≥";
  return {
    holdMs: numberOr(branch["holdMs"]) ?? numberOr(parameters["holdMs"]),
    confirmMs: atOnce || within === 0 ? null : within,
    sign: typeof branch["op"] === "string" ? (SIGNS[branch["op"]] ?? beyond) : beyond,
    atRest: parameters["context"] === "rest",
    minValid: numberOr(parameters["minValid"]),
    clearForMs: numberOr(parameters["clearForMs"]),
  };
};
