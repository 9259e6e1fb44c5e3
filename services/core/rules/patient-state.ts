/** What the engine knows of one patient: configuration, limits, streams, context, and the alerts about them. */
import { AlertOwner, type AlertRecord, isActive } from "#core/alerts/alert-record.ts";
import type { DeviceId, InstitutionId, PatientId } from "#core/ids.ts";
import type { PatientConfig } from "#core/people.ts";
import type { LearnedBaseline } from "#core/rules/learned-baseline.ts";
import type { PulseAgreement } from "#core/rules/pulse-agreement.ts";
import type { RuleLimits } from "#core/rules/rule.ts";
import type { Stream } from "#core/rules/stream.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import { DAY, type DurationMs, type EpochMs, MINUTE } from "#core/time.ts";

const AFTER_EXERCISE: DurationMs = 10 * MINUTE;
const CONTEXT_LAPSES: DurationMs = 30 * MINUTE;
const STALE_AT_LEAST: DurationMs = 5 * MINUTE;
const SPOT_FROM: DurationMs = 10 * MINUTE;

export class PatientState extends AlertOwner {
  config: PatientConfig;
  readonly limits = new Map<string, RuleLimits>();
  readonly streams: Stream[] = [];
  /** Rises when profile, limits, baseline or conditions change: streams then take a new plan. */
  planRevision = 0;
  /** Newest tagged context of any device, in our time. */
  context: "rest" | "sleep" | "exercise" | "recovery" | "unknown" = "unknown";
  contextAt: EpochMs = Number.NEGATIVE_INFINITY;
  exerciseAt: EpochMs = Number.NEGATIVE_INFINITY;
  oxygen: "air" | "o2" | null = null;
  oxygenAt: EpochMs = Number.NEGATIVE_INFINITY;
  /** Newest evaluation at which the respiratory rate was high enough to make a low SpO2 an emergency. */
  respHighAt: EpochMs = Number.NEGATIVE_INFINITY;
  /** Null until somebody counts the heart itself. */
  agreement: PulseAgreement | null = null;
  /** Own levels, of metrics that a rule compares with one. */
  readonly learned = new Map<MetricCode, LearnedBaseline>();
  readonly notes = new Map<string, string>();

  constructor(config: PatientConfig) {
    super();
    this.config = config;
  }

  get key(): string {
    return `patient:${this.config.id}`;
  }
  get subject(): string {
    return this.config.id;
  }
  get patientId(): PatientId {
    return this.config.id;
  }
  get institutionId(): InstitutionId {
    return this.config.institution;
  }
  get deviceId(): DeviceId | null {
    return null;
  }
  get timeZone(): string {
    return this.config.timeZone;
  }
  get watched(): boolean {
    return this.config.status === "active";
  }

  isActive(rule: string): boolean {
    return isActive(this.slots.get(rule)?.record ?? null);
  }

  noteContext(context: PatientState["context"], at: EpochMs): void {
    if (context === "exercise" && at > this.exerciseAt) this.exerciseAt = at;
    if (at < this.contextAt) return;
    this.context = context;
    this.contextAt = at;
  }

  noteOxygen(oxygen: "air" | "o2", at: EpochMs): void {
    if (at < this.oxygenAt) return;
    this.oxygen = oxygen;
    this.oxygenAt = at;
  }

  /** At rest unless the newest context says otherwise or exercise ended less than 10 min ago (semantics 4.5). */
  isAtRest(at: EpochMs): boolean {
    const active = (this.context === "exercise" || this.context === "recovery") && at - this.contextAt <= CONTEXT_LAPSES;
    return !active && !(at - this.exerciseAt < AFTER_EXERCISE && at >= this.exerciseAt);
  }

  /** Said to be at rest or asleep, lately and in so many words: only that teaches a baseline (semantics 4.5). */
  isExplicitlyAtRest(at: EpochMs): boolean {
    const said = this.context === "rest" || this.context === "sleep";
    return said && at >= this.contextAt && at - this.contextAt <= CONTEXT_LAPSES && this.isAtRest(at);
  }

  /** Whether anything about the body, not the device, is alerted now: days like this are not stable. */
  get isUnwell(): boolean {
    if (this.live === 0) return false;
    for (const { record } of this.slots.values()) if (isActive(record) && record.alert.severity !== "T") return true;
    return false;
  }

  /** The level rules compare with: the patient's own days, else what was enrolled with (semantics 5.10). */
  baselineOf(metric: MetricCode, key: string): number | undefined {
    return this.learned.get(metric)?.value ?? this.config.baseline[key];
  }

  /** Newest good sample of a metric over all devices, and when an alert on it turns stale. */
  staleAt(record: AlertRecord, now: EpochMs): EpochMs {
    const metric = this.staleMetric(record);
    if (metric === null) return Number.POSITIVE_INFINITY;
    let newest = Number.NEGATIVE_INFINITY;
    let interval = Number.POSITIVE_INFINITY;
    for (const stream of this.streams) {
      if (stream.metric !== metric) continue;
      newest = Math.max(newest, stream.newestGood);
      if (stream.interval > 0) interval = Math.min(interval, stream.interval);
    }
    const limit = interval > SPOT_FROM ? DAY : Math.max(2 * interval, STALE_AT_LEAST);
    // A burst of old samples that is still arriving proves no absence yet (semantics 3.3).
    return Math.max(newest + limit, Math.min(record.alert.updatedAt, now) + MINUTE);
  }

  /** Metric whose samples keep the alert current; set by the engine, which knows the catalogue. */
  staleMetric: (record: AlertRecord) => MetricCode | null = () => null;
}
