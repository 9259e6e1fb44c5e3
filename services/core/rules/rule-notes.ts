/** Rules that can never speak for a patient are listed on the patient, so that nobody counts on them (semantics 4.2, 5.10). */
import type { BilingualText } from "#core/alerts/alert.ts";
import { metricCode } from "#core/metrics/catalogue.ts";
import type { EngineCore } from "#core/rules/engine-core.ts";
import type { RuleNote } from "#core/rules/engine-event.ts";
import type { PatientState } from "#core/rules/patient-state.ts";
import type { RuleVersion } from "#core/rules/rule.ts";

const TEXTS: Readonly<Record<RuleNote["note"], BilingualText>> = {
  no_baseline: { zh: "缺少个人基线，该规则不会触发", en: "No personal baseline: this rule cannot fire" },
  cadence_too_slow: { zh: "测量间隔过长，该规则不会触发", en: "Measured too rarely: this rule cannot fire" },
  no_oxygen_state: { zh: "未知是否吸氧，该规则不会触发", en: "Whether oxygen is on is unknown: this rule cannot fire" },
};

const SPOT_FROM_S = 600;

interface Needs {
  readonly baseline?: { readonly metric: string };
  readonly percentOf?: { readonly references: readonly string[] };
  readonly onOxygen?: boolean;
  readonly cadence?: string;
}

const noteOf = (rule: RuleVersion, patient: PatientState, slowest: ReadonlyMap<string, number>): RuleNote["note"] | null => {
  const { config } = patient;
  if (!rule.enabled || (rule.profile !== null && rule.profile !== config.profile)) return null;
  const needs: Needs = rule.parameters;
  if (needs.baseline !== undefined) {
    const { metric } = needs.baseline;
    if (patient.baselineOf(metricCode(metric), metric) === undefined) return "no_baseline";
  }
  if (needs.percentOf !== undefined && config.conditions.includes("asthma")) {
    if (needs.percentOf.references.every((key) => config.baseline[key] === undefined)) return "no_baseline";
  }
  const interval = rule.metric === null ? undefined : slowest.get(rule.metric);
  if (needs.cadence === "continuous" && interval !== undefined && interval > SPOT_FROM_S) return "cadence_too_slow";
  return needs.onOxygen === true && patient.oxygen === null && config.conditions.includes("oxygen") ? "no_oxygen_state" : null;
};

/** Emits what changed since the last time. */
export const noteRules = (core: EngineCore, patient: PatientState): void => {
  if (patient.config.status !== "active") return;
  const fastest = new Map<string, number>();
  for (const device of core.devicesOf(patient.config.id)) {
    if (device.assignmentAt(core.now)?.patient !== patient.config.id) continue;
    for (const [metric, { everyS }] of Object.entries(device.config?.metrics ?? {}))
      fastest.set(metric, Math.min(fastest.get(metric) ?? Number.POSITIVE_INFINITY, everyS));
  }
  for (const rule of core.rules.values()) {
    const note = noteOf(rule, patient, fastest);
    const held = patient.notes.get(rule.id) ?? null;
    if (note === held) continue;
    core.touch(patient);
    if (held !== null) emit(core, patient, rule.id, held as RuleNote["note"], false);
    if (note === null) patient.notes.delete(rule.id);
    else {
      patient.notes.set(rule.id, note);
      emit(core, patient, rule.id, note, true);
    }
  }
};

const emit = (core: EngineCore, patient: PatientState, rule: string, note: RuleNote["note"], active: boolean): void => {
  const key = `note:${patient.config.id}:${rule}:${note}:${active ? "on" : "off"}:${core.now}`;
  core.emit({ kind: "rule-note", key, at: core.now, patient: patient.config.id, rule, note, active, text: TEXTS[note] });
};
