/** The rules in force and the plans they make: one compiled plan for all streams in the same situation (semantics 5). */
import { metricByCode, metricByKey, metricCode } from "#core/metrics/catalogue.ts";
import { ruleKind } from "#core/rules/kinds/registry.ts";
import { type CadenceClass, type MetricPlan, PlanBuilder, type PlanSubject } from "#core/rules/metric-plan.ts";
import type { PatientState } from "#core/rules/patient-state.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import type { Stream } from "#core/rules/stream.ts";
import type { MetricCode } from "#core/samples/sample.ts";

/** Compiled plans kept for sharing; a forgotten one is compiled again. */
const MOST_PLANS = 4_096;

export class RuleShelf {
  /** Newest version of each, in the order of the catalogue. */
  readonly rules = new Map<string, RuleVersion>();
  /** Metrics that some rule looks at. */
  metrics = new Set<MetricCode>();
  /** Metrics of which some rule compares with the patient's own level. */
  baselines = new Set<MetricCode>();
  readonly #changed = new Map<string, RuleVersion>();
  #plans = new Map<string, MetricPlan>();
  #usesBaseline = new Set<MetricCode>();

  constructor(rules: readonly RuleVersion[]) {
    for (const rule of rules) this.rules.set(rule.id, rule);
    this.#indexMetrics();
  }

  /** False: a version as new is held already. */
  set(rule: RuleVersion): boolean {
    const held = this.rules.get(rule.id);
    if (held !== undefined && held.version >= rule.version) return false;
    this.rules.set(rule.id, rule);
    this.#changed.set(rule.id, rule);
    this.#plans = new Map();
    this.#indexMetrics();
    return true;
  }

  /** Rules that are not the shipped ones: a checkpoint must carry them. */
  get changed(): Iterable<RuleVersion> {
    return this.#changed.values();
  }

  #indexMetrics(): void {
    this.metrics = new Set();
    this.baselines = new Set();
    this.#usesBaseline = new Set();
    for (const rule of this.rules.values()) {
      const { baseline } = rule.parameters as { readonly baseline?: { readonly metric: string } };
      const compared = baseline === undefined ? undefined : metricByKey(baseline.metric)?.code;
      if (compared !== undefined) this.baselines.add(compared);
      for (const key of ruleKind(rule.kind)?.metrics(rule) ?? []) {
        const code = metricByKey(key)?.code;
        if (code === undefined) continue;
        this.metrics.add(code);
        if ("baseline" in rule.parameters || "percentOf" in rule.parameters) this.#usesBaseline.add(code);
      }
    }
  }

  #learnedBy(patient: PatientState): string {
    return [...patient.learned].map(([metric, { value }]) => `${metric}=${value ?? ""}`).join();
  }

  subjectOf(patient: PatientState, cadence: CadenceClass): PlanSubject {
    return {
      patient: patient.config,
      cadence,
      baselineOf: (metric) => patient.baselineOf(metricCode(metric), metric),
      limitsOf: (rule) => patient.limits.get(rule) ?? null,
      rule: (id) => this.rules.get(id) ?? null,
    };
  }

  /** The rules of a stream's metric, compiled for this patient's situation; shared with all in the same one. */
  planFor(patient: PatientState, stream: Stream): MetricPlan {
    const { config } = patient;
    const limits = patient.limits.size === 0 ? "" : JSON.stringify([...patient.limits]);
    // Only a rule that asks for a baseline makes a plan the patient's own.
    const baseline = this.#usesBaseline.has(stream.metric) ? `${JSON.stringify(config.baseline)} ${this.#learnedBy(patient)}` : "";
    const situation = `${config.profile} ${config.spo2LowerLimit ?? ""} ${config.conditions.join()} ${baseline}`;
    const key = `${stream.metric} ${stream.cadence} ${situation} ${limits}`;
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      const metric = metricByCode(stream.metric)?.key ?? "";
      const subject = this.subjectOf(patient, stream.cadence);
      const builder = new PlanBuilder();
      for (const rule of this.rules.values()) {
        const kind = ruleKind(rule.kind);
        if (kind?.metrics(rule).includes(metric) === true) kind.plan(rule, subject, metric, builder);
      }
      plan = builder.build();
      if (this.#plans.size >= MOST_PLANS) this.#plans.clear();
      this.#plans.set(key, plan);
    }
    return plan;
  }
}
