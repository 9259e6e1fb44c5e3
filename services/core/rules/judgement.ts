/** What findings become: alerts fired, corrected, absorbed, recovered, promoted; and patients who cannot be measured (semantics 3, 4.4, 5). */
import type { AlertBook } from "#core/alerts/alert-book.ts";
import { severityRank } from "#core/alerts/severity.ts";
import { type AlertOwner, type AlertRecord, isActive } from "#core/alerts/alert-record.ts";
import type { PatientId } from "#core/ids.ts";
import { metricByCode, metricByKey, metricCode } from "#core/metrics/catalogue.ts";
import type { DeviceState } from "#core/rules/device-state.ts";
import type { ThresholdHost } from "#core/rules/evaluate-thresholds.ts";
import { evidenceOf } from "#core/rules/evidence.ts";
import type { PlannedAggregate } from "#core/rules/metric-plan.ts";
import { PatientState } from "#core/rules/patient-state.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import { DISORDER, type Stream } from "#core/rules/stream.ts";
import type { Report, Visit } from "#core/rules/visit.ts";
import type { WakeQueue } from "#core/rules/wake-queue.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import { type EpochMs, MINUTE } from "#core/time.ts";

const RESP_RATE = metricCode("resp_rate");
/** With a respiratory rate this high a low SpO2 is an emergency (SPO2-A1). */
const RESP_HIGH = 25;

export interface JudgementHost {
  readonly now: EpochMs;
  readonly book: AlertBook;
  readonly wakes: WakeQueue<AlertOwner>;
  /** Newest version of each, the worse of a family before the milder. */
  readonly rules: ReadonlyMap<string, RuleVersion>;
  devicesOf(patient: PatientId): readonly DeviceState[];
}

/** Metric whose samples keep the alert current; null for one that no sample does. */
export const metricOf = (record: AlertRecord): MetricCode | null => {
  if (record.alert.rule.id === "MEAS-1") return null;
  const metric = record.alert.evidence.metric;
  return metric === null ? null : (metricByKey(metric)?.code ?? null);
};

export class Judgement implements ThresholdHost {
  readonly crossMetric = RESP_RATE;
  /** One for all samples. */
  readonly visit: Visit;
  readonly #host: JudgementHost;
  /** Rules whose hold is complete also when it is looked at once more. */
  readonly #confirmed = new Set<string>();

  constructor(host: JudgementHost) {
    this.#host = host;
    this.visit = {
      patient: undefined as unknown as PatientState,
      stream: undefined as unknown as Stream,
      now: 0,
      t: 0,
      value: 0,
      quality: 0,
      arrivedAt: 0,
      offset: 0,
      late: false,
      again: false,
      report: (report) => this.#report(report),
      recover: (rule) => this.#recover(rule),
      fulfilled: (rule) => this.#fulfilled(rule),
      evidence: (from, to, aggregate, metric) => evidenceOf(this.visit.stream.buffer, from, to, metric, aggregate),
    };
  }

  // ── Findings ──────────────────────────────────────────────────────────────────────────────────

  #report(report: Report): void {
    const visit = this.visit;
    const { patient, stream, t } = visit;
    const { rule } = report;
    const slot = patient.slot(rule.id);
    const held = slot.record;
    if (visit.again) this.#confirmed.add(rule.id);
    if (visit.again && t <= slot.decidedT) {
      this.#correct(report);
      return;
    }
    if (!isActive(held) && this.#isCovered(patient, rule)) return;
    const urgent = report.severity === "S1" || report.severity === "S2";
    const unit = report.unit === undefined ? (metricByCode(stream.metric)?.unit ?? null) : report.unit;
    const metric = metricByCode(stream.metric)?.key ?? "";
    const fired = this.#host.book.fire(patient, rule.id, {
      rule,
      severity: report.severity,
      tier: report.tier,
      device: stream.device,
      onsetAt: report.onsetAt,
      decidedT: t,
      value: report.value,
      unit,
      threshold: report.threshold,
      late: visit.late,
      lowConfidence: report.lowConfidence,
      evidence: () => visit.evidence(report.from, t, report.aggregate, metric),
    });
    if (!fired && visit.again) this.#correct(report);
    // What a silence means follows from the patient's alerts (DEV-2).
    if (fired && urgent)
      for (const device of this.#host.devicesOf(patient.config.id)) if (device.silent) this.#host.wakes.schedule(device, this.#host.now);
    this.#absorb(patient, rule);
  }

  /** A past decision, looked at again: its onset may have been another moment. */
  #correct(report: Report): void {
    const { patient, stream } = this.visit;
    const record = patient.current(report.rule.id);
    if (!isActive(record) || record.alert.device !== stream.device || record.alert.onsetAt === report.onsetAt) return;
    if (Math.abs(record.alert.onsetAt - report.onsetAt) > DISORDER + (stream.interval || 0)) return;
    this.#revised(patient, record, { onsetAt: report.onsetAt });
  }

  /** Whether a higher rule of the family has an alert whose condition holds (semantics 5.4). */
  #isCovered(patient: PatientState, rule: RuleVersion): boolean {
    for (const other of this.#host.rules.values()) {
      if (other === rule) return false;
      if (this.#absorbs(other, rule) && patient.isActive(other.id) && this.#holds(patient, other.id)) return true;
    }
    return false;
  }

  #absorbs(higher: RuleVersion, lower: RuleVersion): boolean {
    return higher.family === lower.family && severityRank(higher.severity) >= severityRank(lower.severity);
  }

  #absorb(patient: PatientState, rule: RuleVersion): void {
    const winner = patient.current(rule.id);
    if (!isActive(winner)) return;
    let after = false;
    for (const other of this.#host.rules.values()) {
      if (other === rule) after = true;
      else if (after && this.#absorbs(rule, other)) {
        const record = patient.current(other.id);
        if (isActive(record)) this.#host.book.supersede(patient, record, winner.alert.id);
      }
    }
  }

  /** Whether a hold of the rule is complete and unbroken on any stream. */
  #holds(patient: PatientState, rule: string): boolean {
    return patient.streams.some((stream) => this.#holdsOn(stream, rule));
  }

  #isFresh(stream: Stream): boolean {
    return this.#host.now - stream.newestGood <= Math.max(2 * stream.interval, 5 * MINUTE);
  }

  #recover(rule: RuleVersion): void {
    const visit = this.visit;
    const { patient, stream } = visit;
    const record = patient.current(rule.id);
    if (!isActive(record)) return;
    const slot = patient.slot(rule.id);
    if (visit.again && visit.t <= slot.decidedT) return;
    // Another oximeter may clear it, but only with the present, and not while one that is fresh still fulfils (semantics 4.4).
    if (record.alert.device !== stream.device && visit.late) return;
    for (const other of patient.streams) {
      if (other !== stream && this.#isFresh(other) && this.#holdsOn(other, rule.id)) return;
    }
    this.#host.book.clear(patient, rule.id, visit.t);
  }

  #holdsOn(stream: Stream, rule: string): boolean {
    const { cells, plan } = stream;
    return (
      plan.aggregates.some((aggregate) =>
        aggregate.rules.some((planned) => planned.rule.id === rule && planned.branches.some(({ cell }) => cells[cell + 2] === 1)),
      ) || plan.sampleRules.some((planned) => planned.rule.id === rule && planned.holds(cells, planned.cell))
    );
  }

  #fulfilled(rule: RuleVersion): void {
    const { patient, late } = this.visit;
    if (late) return;
    const record = patient.current(rule.id);
    if (isActive(record) && record.alert.late) this.#host.book.promote(patient, record);
  }

  // ── Looked at once more ───────────────────────────────────────────────────────────────────────

  /** Before the past is judged again from `from` on: the alerts that were decided since. */
  beginAgain(visit: Visit, from: EpochMs | null): readonly AlertRecord[] {
    this.#confirmed.clear();
    visit.again = true;
    return visit.patient.live === 0 || from === null ? [] : this.#decidedSince(visit, from);
  }

  /** Afterwards: what would not have been raised stands, and says that what it rests on has changed. */
  endAgain(visit: Visit, decided: readonly AlertRecord[]): void {
    visit.again = false;
    for (const record of decided) {
      if (!this.#confirmed.has(record.slot) && record.alert.evidence.revised !== true) this.#revised(visit.patient, record, {});
    }
  }

  /** Open alerts of this stream whose hold was completed after `from`, and so is looked at once more. */
  #decidedSince({ patient, stream }: Visit, from: EpochMs): AlertRecord[] {
    const found: AlertRecord[] = [];
    for (const { key, record, decidedT } of patient.slots.values()) {
      if (!isActive(record) || decidedT <= from || record.alert.device !== stream.device) continue;
      if (this.#host.rules.get(key)?.kind === "threshold" && metricOf(record) === stream.metric) found.push(record);
    }
    return found;
  }

  /** A raised alert is never retracted: it says that what it rests on has changed (semantics 3.3). */
  #revised(patient: PatientState, record: AlertRecord, changes: { readonly onsetAt?: EpochMs }): void {
    this.#host.book.move(patient, record, null, { ...changes, evidence: { ...record.alert.evidence, revised: true } });
  }

  // ── Presence and quality of data ──────────────────────────────────────────────────────────────

  /** Data of a stale alert's metric came back. */
  freshen(patient: PatientState, stream: Stream): void {
    for (const slot of patient.slots.values()) {
      const { record } = slot;
      if (!isActive(record) || metricOf(record) !== stream.metric) continue;
      if (record.alert.stale && patient.staleAt(record, Number.NEGATIVE_INFINITY) > this.#host.now)
        this.#host.book.setStale(patient, record, false);
    }
  }

  defined(visit: Visit, aggregate: PlannedAggregate, value: number): void {
    if (aggregate.name === "median_5min" && value >= RESP_HIGH) {
      visit.patient.respHighAt = Math.max(visit.patient.respHighAt, visit.t + visit.offset);
    }
  }

  unmeasurable(visit: Visit, aggregate: PlannedAggregate): void {
    const { patient, stream, t } = visit;
    stream.unmeasurable = true;
    const rule = this.#host.rules.get("MEAS-1");
    if (rule === undefined || !rule.enabled || patient.current(rule.id) !== null) return;
    const since = stream.cells[aggregate.cell + 3] as number;
    const onsetAt = since === since ? since : t;
    this.#host.book.fire(patient, rule.id, {
      rule,
      severity: rule.severity,
      tier: rule.tier,
      device: stream.device,
      onsetAt,
      decidedT: t,
      value: null,
      unit: null,
      threshold: null,
      late: visit.late,
      lowConfidence: false,
      evidence: () => visit.evidence(onsetAt, t, aggregate.name, metricByCode(stream.metric)?.key ?? ""),
    });
  }

  measurable(visit: Visit): void {
    const { patient, stream } = visit;
    stream.unmeasurable = false;
    if (patient.current("MEAS-1") === null || patient.streams.some((other) => other.unmeasurable)) return;
    this.#host.book.clear(patient, "MEAS-1", visit.t);
  }

  /** Closing while the condition holds starts a new hold (semantics 5.5). */
  startAnew(owner: AlertOwner, record: AlertRecord): void {
    if (!(owner instanceof PatientState)) return;
    for (const stream of owner.streams) {
      const { cells, plan } = stream;
      if (record.slot === "MEAS-1") {
        stream.unmeasurable = false;
        for (const aggregate of plan.aggregates) cells[aggregate.cell + 3] = Number.NaN;
      }
      for (const aggregate of plan.aggregates) {
        for (const planned of aggregate.rules) {
          if (planned.rule.id !== record.slot) continue;
          for (const { cell } of planned.branches) {
            cells[cell] = Number.NaN;
            cells[cell + 2] = 0;
          }
        }
      }
      for (const planned of plan.sampleRules) if (planned.rule.id === record.slot) planned.forget(cells, planned.cell);
      stream.snapshots = [];
    }
  }
}
