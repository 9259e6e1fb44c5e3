/** The engine's state and its ways through it: samples to streams, streams to rules, findings to alerts. Deterministic, no clock, no I/O. */
import { AlertBook, type BookHost, severityRank } from "#core/alerts/alert-book.ts";
import { type AlertOwner, type AlertRecord, isActive } from "#core/alerts/alert-record.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import type { MessageEntry } from "#core/journal-entry.ts";
import { metricByCode, metricByKey } from "#core/metrics/catalogue.ts";
import { DeviceState } from "#core/rules/device-state.ts";
import { DeviceWatch, type WatchHost } from "#core/rules/device-watch.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import { evaluateThresholds, type ThresholdHost } from "#core/rules/evaluate-thresholds.ts";
import { evidenceOf } from "#core/rules/evidence.ts";
import { ruleKind } from "#core/rules/kinds/registry.ts";
import { appliesTo } from "#core/rules/kinds/rule-kind.ts";
import { type CadenceClass, type MetricPlan, PlanBuilder, type PlannedAggregate, type PlanSubject } from "#core/rules/metric-plan.ts";
import { PatientState } from "#core/rules/patient-state.ts";
import { paceLimitOf } from "#core/rules/rate-of-change.ts";
import { Receiving } from "#core/rules/receiving.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import { Spacing } from "#core/rules/spacing.ts";
import { DISORDER, Stream } from "#core/rules/stream.ts";
import { SystemState } from "#core/rules/system-state.ts";
import { readTags } from "#core/rules/tag-reading.ts";
import type { Report, Visit } from "#core/rules/visit.ts";
import { WakeQueue } from "#core/rules/wake-queue.ts";
import type { MetricCode, Sample } from "#core/samples/sample.ts";
import { type DurationMs, type EpochMs, MINUTE, SECOND } from "#core/time.ts";

/** A sample older than this when it arrives is late (semantics 3.5). */
const LATE_AFTER: DurationMs = 10 * MINUTE;
/** Compiled plans kept for sharing; a forgotten one is compiled again. */
const MOST_PLANS = 4_096;
const NO_EVENTS: readonly EngineEvent[] = [];
const EMPTY_PLAN = new PlanBuilder().build();
const OXYGEN_FLOW = metricByKey("oxygen_flow")?.code ?? -1;
const RESP_RATE = metricByKey("resp_rate")?.code ?? -1;
/** With a respiratory rate this high a low SpO2 is an emergency (SPO2-A1). */
const RESP_HIGH = 25;

export class EngineCore implements ThresholdHost, BookHost, WatchHost {
  now: EpochMs = Number.NEGATIVE_INFINITY;
  events: EngineEvent[] | null = null;
  readonly rules = new Map<string, RuleVersion>();
  readonly patients = new Map<PatientId, PatientState>();
  readonly devices = new Map<DeviceId, DeviceState>();
  readonly system = new SystemState();
  readonly receiving = new Receiving();
  readonly wakes = new WakeQueue<AlertOwner>();
  readonly book: AlertBook;
  readonly watch: DeviceWatch;
  readonly crossMetric = RESP_RATE;
  /** Owners changed since the last checkpoint. */
  readonly dirty = new Set<AlertOwner>();
  /** Parts that are gone since the last checkpoint. */
  readonly removed = new Set<string>();
  #plans = new Map<string, MetricPlan>();
  readonly #worn = new Map<PatientId, readonly DeviceState[]>();
  readonly #changed = new Map<string, RuleVersion>();
  #metrics = new Set<MetricCode>();
  #usesBaseline = new Set<MetricCode>();
  readonly #visit: Visit;
  /** Rules whose hold is complete also when it is looked at once more. */
  readonly #confirmed = new Set<string>();

  constructor(rules: readonly RuleVersion[]) {
    for (const rule of rules) this.rules.set(rule.id, rule);
    this.#indexMetrics();
    this.book = new AlertBook(this);
    this.watch = new DeviceWatch(this);
    this.#visit = {
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
      evidence: (from, to, aggregate, metric) => evidenceOf(this.#visit.stream.buffer, from, to, metric, aggregate),
    };
  }

  emit(event: EngineEvent): void {
    (this.events ??= []).push(event);
  }

  wake(owner: AlertOwner, at: EpochMs): void {
    this.wakes.schedule(owner, at);
  }

  rule(id: string): RuleVersion | null {
    return this.rules.get(id) ?? null;
  }

  /** Who wears the device now. */
  patientOf(device: DeviceState): PatientState | null {
    return device.present === null ? null : (this.patients.get(device.present) ?? null);
  }

  takeEvents(): readonly EngineEvent[] {
    const { events } = this;
    if (events === null) return NO_EVENTS;
    this.events = null;
    return events;
  }

  touch(owner: AlertOwner): void {
    if (owner.dirty) return;
    owner.dirty = true;
    this.dirty.add(owner);
  }

  // ── Registry ──────────────────────────────────────────────────────────────────────────────────

  device(id: DeviceId): DeviceState {
    let device = this.devices.get(id);
    if (device === undefined) {
      device = new DeviceState(id);
      this.devices.set(id, device);
    }
    return device;
  }

  addPatient(patient: PatientState): void {
    patient.staleMetric = (record) => this.#metricOf(record);
    this.patients.set(patient.config.id, patient);
  }

  #metricOf(record: AlertRecord): MetricCode | null {
    if (record.alert.rule.id === "MEAS-1") return null;
    const metric = record.alert.evidence.metric;
    return metric === null ? null : (metricByKey(metric)?.code ?? null);
  }

  setRule(rule: RuleVersion): void {
    const held = this.rules.get(rule.id);
    if (held !== undefined && held.version >= rule.version) return;
    this.rules.set(rule.id, rule);
    this.#changed.set(rule.id, rule);
    this.#plans = new Map();
    this.#indexMetrics();
    const patients = [...this.patients.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const patient of patients) this.revise(patient);
  }

  /** Rules that are not the shipped ones: a checkpoint must carry them. */
  get changedRules(): Iterable<RuleVersion> {
    return this.#changed.values();
  }

  #indexMetrics(): void {
    this.#metrics = new Set();
    this.#usesBaseline = new Set();
    for (const rule of this.rules.values()) {
      for (const key of ruleKind(rule.kind)?.metrics(rule) ?? []) {
        const code = metricByKey(key)?.code;
        if (code === undefined) continue;
        this.#metrics.add(code);
        if ("baseline" in rule.parameters || "percentOf" in rule.parameters) this.#usesBaseline.add(code);
      }
    }
  }

  /** What the rules mean for this patient changed: streams take new plans; alerts whose rule no longer applies are over. */
  revise(patient: PatientState): void {
    patient.planRevision++;
    this.touch(patient);
    const subject = this.#subject(patient, "unknown");
    for (const slot of patient.slots.values()) {
      const rule = this.rules.get(slot.key);
      if (rule === undefined || ruleKind(rule.kind) === undefined || !isActive(slot.record)) continue;
      if (!appliesTo(rule, subject)) this.book.clear(patient, slot.key, slot.decidedT);
    }
  }

  #subject(patient: PatientState, cadence: CadenceClass): PlanSubject {
    return {
      patient: patient.config,
      cadence,
      limitsOf: (rule) => patient.limits.get(rule) ?? null,
      rule: (id) => this.rules.get(id) ?? null,
    };
  }

  /** The rules of a stream's metric, compiled for this patient's situation; shared with all in the same one. */
  planFor(patient: PatientState, stream: Stream): MetricPlan {
    const { config } = patient;
    const limits = patient.limits.size === 0 ? "" : JSON.stringify([...patient.limits]);
    // Only a rule that asks for a baseline makes a plan the patient's own.
    const baseline = this.#usesBaseline.has(stream.metric) ? JSON.stringify(config.baseline) : "";
    const situation = `${config.profile} ${config.spo2LowerLimit ?? ""} ${config.conditions.join()} ${baseline}`;
    const key = `${stream.metric} ${stream.cadence} ${situation} ${limits}`;
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      const metric = metricByCode(stream.metric)?.key ?? "";
      const subject = this.#subject(patient, stream.cadence);
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

  /** Takes the plan and interval that hold now. */
  replan(patient: PatientState, stream: Stream): void {
    const stated = this.devices.get(stream.device)?.config?.metrics[metricByCode(stream.metric)?.key ?? ""]?.everyS;
    if (stated !== undefined && stated > 0) {
      stream.spacing = null;
      stream.learnInterval(stated * SECOND);
    } else if (stream.spacing === null) {
      stream.spacing = new Spacing();
      stream.spacing.relearn(stream.buffer.times, stream.buffer.start, stream.buffer.end);
      stream.learnInterval(stream.spacing.interval);
    }
    stream.adopt(this.planFor(patient, stream), patient.planRevision);
  }

  // ── Samples ───────────────────────────────────────────────────────────────────────────────────

  takeMessage(entry: MessageEntry): void {
    const device = this.device(entry.device);
    this.touch(device);
    const { samples, arrivedAt } = entry;
    let newest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < samples.length; index++) {
      const { t } = samples[index] as Sample;
      if (t > newest) newest = t;
    }
    this.watch.heard(device, entry, newest);
    for (let index = 0; index < samples.length; index++) this.#takeSample(device, samples[index] as Sample, arrivedAt);
  }

  #takeSample(device: DeviceState, sample: Sample, arrivedAt: EpochMs): void {
    const flat = this.watch.concerns(device, sample) && this.watch.inspect(device, sample);
    const id = device.wearerAt(sample.t);
    if (id === null) return;
    const patient = this.patients.get(id);
    if (patient === undefined || patient.config.status !== "active") return;
    // Nothing is measured after it arrived, whatever a clock says that is not yet known to be ahead.
    const offset = Math.min(device.clock.offset, arrivedAt - sample.t);
    if (sample.tags !== "") this.#takeTags(patient, sample, offset);
    const { metric } = sample;
    if (metric === OXYGEN_FLOW && sample.value === sample.value) patient.noteOxygen(sample.value > 0 ? "o2" : "air", sample.t + offset);
    const stream = this.#streamFor(device, patient, sample);
    if (stream === null) return;
    this.touch(patient);
    const visit = this.#visit;
    visit.patient = patient;
    visit.stream = stream;
    visit.now = this.now;
    visit.arrivedAt = arrivedAt;
    visit.offset = offset;
    if (stream.planRevision !== patient.planRevision) this.replan(patient, stream);
    this.#admit(visit, sample, flat);
  }

  #takeTags(patient: PatientState, sample: Sample, offset: DurationMs): void {
    const { context, oxygen } = readTags(sample.tags);
    if (context !== null) patient.noteContext(context, sample.t + offset);
    if (oxygen !== null) patient.noteOxygen(oxygen, sample.t + offset);
  }

  #streamFor(device: DeviceState, patient: PatientState, sample: Sample): Stream | null {
    const { metric } = sample;
    const side = sample.identity === "" ? "" : readTags(sample.identity).side;
    if (side === "") {
      const near = device.routes[metric];
      if (near !== undefined) return near;
    }
    if (!this.#metrics.has(metric)) return null;
    let stream = patient.streams.find((held) => held.device === device.id && held.metric === metric && held.side === side);
    if (stream === undefined) {
      stream = new Stream(device.id, metric, side, paceLimitOf(metricByCode(metric)?.key ?? ""), EMPTY_PLAN);
      patient.streams.push(stream);
    }
    if (side === "") device.routes[metric] = stream;
    return stream;
  }

  #admit(visit: Visit, sample: Sample, flat: boolean): void {
    const { stream, patient } = visit;
    const { buffer, pace } = stream;
    const { t, value } = sample;
    const newest = buffer.newestT;
    const behind = t <= newest;
    let quality: number = value === value ? sample.quality : 2;
    if (flat && quality === 0) quality = 1;
    const identity = sample.identity === "" || stream.side !== "" ? "" : sample.identity;
    if (behind && (newest - t > DISORDER || buffer.has(t, buffer.markOf(quality, identity)))) return;
    if (pace !== null && value === value && pace.judge(buffer, t, value)) quality = 2;
    const mark = buffer.markOf(quality, identity);
    visit.t = t;
    visit.value = value;
    visit.quality = quality;
    visit.again = false;
    const at = t + visit.offset;
    visit.late = visit.arrivedAt - at > LATE_AFTER;
    if (behind) {
      this.#insert(visit, mark);
      return;
    }
    if (stream.spacing !== null && newest > Number.NEGATIVE_INFINITY) {
      stream.spacing.add(t - newest);
      this.#learn(patient, stream, stream.spacing.interval);
    }
    stream.snapshot(t);
    stream.append(t, value, mark);
    if (quality !== 2 && at > stream.newestGood) {
      stream.newestGood = at;
      if (patient.live > 0) this.#freshen(patient, stream);
    }
    this.#evaluate(visit);
    if (stream.plan.sampleRules.length > 0) this.#sleepUntilDue(visit);
  }

  #learn(patient: PatientState, stream: Stream, interval: DurationMs): void {
    stream.learnInterval(interval);
    if (stream.cadence !== stream.planCadence) stream.adopt(this.planFor(patient, stream), patient.planRevision);
  }

  #evaluate(visit: Visit): void {
    const { stream } = visit;
    const { plan } = stream;
    evaluateThresholds(visit, this);
    const { sampleRules } = plan;
    for (let index = 0; index < sampleRules.length; index++) {
      const rule = sampleRules[index];
      if (rule !== undefined) rule.onSample(visit, rule);
    }
  }

  #sleepUntilDue(visit: Visit): void {
    const { stream } = visit;
    for (const rule of stream.plan.sampleRules) {
      const due = rule.dueAt?.(stream.cells, rule.cell, visit.offset) ?? Number.POSITIVE_INFINITY;
      if (due !== Number.POSITIVE_INFINITY) this.wakes.schedule(visit.patient, due);
    }
  }

  /** A sample inside the disorder bound: everything since is judged again with it (semantics 3.3). */
  #insert(visit: Visit, mark: number): void {
    const { stream } = visit;
    const { buffer } = stream;
    buffer.insert(visit.t, visit.value, mark, stream.keepFrom(buffer.newestT));
    if (stream.spacing !== null) {
      stream.spacing.relearn(buffer.times, buffer.start, buffer.end);
      this.#learn(visit.patient, stream, stream.spacing.interval);
    }
    const from = stream.rewind(visit.t);
    let index = buffer.end;
    if (from !== null) {
      index = buffer.start;
      while (index < buffer.end && (buffer.times[index] as number) <= from) index++;
    }
    for (const window of stream.windows) window.rebuild(buffer, index - 1);
    const decided = visit.patient.live === 0 || from === null ? [] : this.#decidedSince(visit, from);
    this.#confirmed.clear();
    visit.again = true;
    stream.busy = true;
    for (; index < buffer.end; index++) {
      visit.t = buffer.times[index] as number;
      visit.value = buffer.values[index] as number;
      visit.quality = (buffer.marks[index] as number) & 3;
      visit.late = visit.arrivedAt - (visit.t + visit.offset) > LATE_AFTER;
      for (const window of stream.windows) window.advance(buffer, index);
      this.#evaluate(visit);
    }
    visit.again = false;
    for (const record of decided) {
      if (!this.#confirmed.has(record.slot) && record.alert.evidence.revised !== true) this.#revised(visit.patient, record, {});
    }
    if (stream.plan.sampleRules.length > 0) this.#sleepUntilDue(visit);
  }

  /** Open alerts of this stream whose hold was completed after `from`, and so is looked at once more. */
  #decidedSince({ patient, stream }: Visit, from: EpochMs): AlertRecord[] {
    const found: AlertRecord[] = [];
    for (const { key, record, decidedT } of patient.slots.values()) {
      if (!isActive(record) || decidedT <= from || record.alert.device !== stream.device) continue;
      if (this.rules.get(key)?.kind === "threshold" && this.#metricOf(record) === stream.metric) found.push(record);
    }
    return found;
  }

  /** A raised alert is never retracted: it says that what it rests on has changed (semantics 3.3). */
  #revised(patient: PatientState, record: AlertRecord, changes: { readonly onsetAt?: EpochMs }): void {
    this.book.move(patient, record, null, { ...changes, evidence: { ...record.alert.evidence, revised: true } });
  }

  /** Data of a stale alert's metric came back. */
  #freshen(patient: PatientState, stream: Stream): void {
    for (const slot of patient.slots.values()) {
      const { record } = slot;
      if (!isActive(record) || this.#metricOf(record) !== stream.metric) continue;
      if (record.alert.stale && patient.staleAt(record, Number.NEGATIVE_INFINITY) > this.now) this.book.setStale(patient, record, false);
    }
  }

  // ── What rules say ────────────────────────────────────────────────────────────────────────────

  #report(report: Report): void {
    const visit = this.#visit;
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
    const fired = this.book.fire(patient, rule.id, {
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
    if (fired && urgent) for (const device of this.devicesOf(patient.config.id)) if (device.silent) this.wakes.schedule(device, this.now);
    this.#absorb(patient, rule);
  }

  /** A past decision, looked at again: its onset may have been another moment. */
  #correct(report: Report): void {
    const { patient, stream } = this.#visit;
    const record = patient.current(report.rule.id);
    if (!isActive(record) || record.alert.device !== stream.device || record.alert.onsetAt === report.onsetAt) return;
    if (Math.abs(record.alert.onsetAt - report.onsetAt) > DISORDER + (stream.interval || 0)) return;
    this.#revised(patient, record, { onsetAt: report.onsetAt });
  }

  /** Whether a higher rule of the family has an alert whose condition holds (semantics 5.4). */
  #isCovered(patient: PatientState, rule: RuleVersion): boolean {
    for (const other of this.rules.values()) {
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
    for (const other of this.rules.values()) {
      if (other === rule) after = true;
      else if (after && this.#absorbs(rule, other)) {
        const record = patient.current(other.id);
        if (isActive(record)) this.book.supersede(patient, record, winner.alert.id);
      }
    }
  }

  /** Whether a hold of the rule is complete and unbroken on any stream. */
  #holds(patient: PatientState, rule: string): boolean {
    return patient.streams.some((stream) => this.#holdsOn(stream, rule));
  }

  #isFresh(stream: Stream): boolean {
    return this.now - stream.newestGood <= Math.max(2 * stream.interval, 5 * MINUTE);
  }

  #recover(rule: RuleVersion): void {
    const visit = this.#visit;
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
    this.book.clear(patient, rule.id, visit.t);
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
    const { patient, late } = this.#visit;
    if (late) return;
    const record = patient.current(rule.id);
    if (isActive(record) && record.alert.late) this.book.promote(patient, record);
  }

  // ── ThresholdHost ─────────────────────────────────────────────────────────────────────────────

  defined(visit: Visit, aggregate: PlannedAggregate, value: number): void {
    if (aggregate.name === "median_5min" && value >= RESP_HIGH) {
      visit.patient.respHighAt = Math.max(visit.patient.respHighAt, visit.t + visit.offset);
    }
  }

  unmeasurable(visit: Visit, aggregate: PlannedAggregate): void {
    const { patient, stream, t } = visit;
    stream.unmeasurable = true;
    const rule = this.rules.get("MEAS-1");
    if (rule === undefined || !rule.enabled || patient.current(rule.id) !== null) return;
    const since = stream.cells[aggregate.cell + 3] as number;
    const onsetAt = since === since ? since : t;
    this.book.fire(patient, rule.id, {
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
    this.book.clear(patient, "MEAS-1", visit.t);
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────

  wakeDue(): void {
    const due: AlertOwner[] = [];
    for (let owner = this.wakes.takeDue(this.now); owner !== null; owner = this.wakes.takeDue(this.now)) due.push(owner);
    // In an order that a restart cannot change.
    due.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const owner of due) {
      if (owner instanceof PatientState) this.#wakePatient(owner);
      else if (owner instanceof DeviceState) this.wakeDevice(owner);
      this.book.wake(owner);
    }
  }

  wakeDevice(device: DeviceState): void {
    this.placeDevice(device);
    this.touch(device);
    this.watch.wake(device);
  }

  /** Devices that were ever assigned to the patient, in the order of their ids. */
  devicesOf(patient: PatientId): readonly DeviceState[] {
    return this.#worn.get(patient) ?? [];
  }

  noteAssignment(device: DeviceState): void {
    for (const { patient } of device.assignments) {
      const held = this.#worn.get(patient) ?? [];
      if (!held.includes(device))
        this.#worn.set(
          patient,
          [...held, device].sort((a, b) => (a.id < b.id ? -1 : 1)),
        );
    }
  }

  /** Who wears it now: alerts about the device name that patient. */
  placeDevice(device: DeviceState): void {
    device.present = device.assignmentAt(this.now)?.patient ?? null;
    const patient = device.present === null ? undefined : this.patients.get(device.present);
    device.timeZone = patient?.timeZone ?? "UTC";
  }

  #wakePatient(patient: PatientState): void {
    const visit = this.#visit;
    this.touch(patient);
    if (!patient.watched) return;
    for (const stream of patient.streams) {
      if (stream.plan.sampleRules.length === 0) continue;
      visit.patient = patient;
      visit.stream = stream;
      visit.now = this.now;
      visit.t = stream.buffer.newestT;
      visit.offset = this.devices.get(stream.device)?.clock.offset ?? 0;
      visit.quality = 0;
      visit.again = false;
      visit.arrivedAt = this.now;
      for (const rule of stream.plan.sampleRules) rule.onTime?.(visit, rule);
      this.#sleepUntilDue(visit);
    }
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
