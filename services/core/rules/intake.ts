/** A sample's way to the rules: to its wearer, its stream, its place in time, and through the stream's plan (semantics 1.6, 3.3). */
import { metricByCode, metricCode } from "#core/metrics/catalogue.ts";
import type { MessageEntry } from "#core/journal-entry.ts";
import type { DeviceState } from "#core/rules/device-state.ts";
import type { EngineCore } from "#core/rules/engine-core.ts";
import { evaluateThresholds } from "#core/rules/evaluate-thresholds.ts";
import type { Judgement } from "#core/rules/judgement.ts";
import { PlanBuilder } from "#core/rules/metric-plan.ts";
import { LearnedBaseline, NOTHING_LEARNED } from "#core/rules/learned-baseline.ts";
import type { PatientState } from "#core/rules/patient-state.ts";
import { PulseAgreement } from "#core/rules/pulse-agreement.ts";
import { paceLimitOf } from "#core/rules/rate-of-change.ts";
import { noteRules } from "#core/rules/rule-notes.ts";
import { Spacing } from "#core/rules/spacing.ts";
import { DISORDER, Stream } from "#core/rules/stream.ts";
import { readTags } from "#core/rules/tag-reading.ts";
import type { Visit } from "#core/rules/visit.ts";
import type { MetricCode, Sample } from "#core/samples/sample.ts";
import { type DurationMs, type EpochMs, MINUTE, SECOND } from "#core/time.ts";

/** A sample older than this when it arrives is late (semantics 3.5). */
const LATE_AFTER: DurationMs = 10 * MINUTE;
const EMPTY_PLAN = new PlanBuilder().build();
const OXYGEN_FLOW = metricCode("oxygen_flow");
const HEART = metricCode("heart_rate");
const PULSE = metricCode("pulse_rate");
const SPO2 = metricCode("spo2");

export class Intake {
  readonly #core: EngineCore;
  readonly #judgement: Judgement;

  constructor(core: EngineCore, judgement: Judgement) {
    this.#core = core;
    this.#judgement = judgement;
  }

  take(entry: MessageEntry): void {
    const device = this.#core.device(entry.device);
    this.#core.touch(device);
    const { samples, arrivedAt } = entry;
    let newest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < samples.length; index++) {
      const { t } = samples[index] as Sample;
      if (t > newest) newest = t;
    }
    // What a device says of long ago, after it has told of later, says nothing of how it is now (semantics 3.4).
    const isPast = newest + device.clock.offset < device.newestAt - DISORDER;
    this.#core.watch.heard(device, entry, newest);
    for (let index = 0; index < samples.length; index++) this.#takeSample(device, samples[index] as Sample, arrivedAt, isPast);
  }

  #takeSample(device: DeviceState, sample: Sample, arrivedAt: EpochMs, isPast: boolean): void {
    const flat = !isPast && this.#core.watch.concerns(device, sample) && this.#core.watch.inspect(device, sample);
    const id = device.wearerAt(sample.t);
    if (id === null) return;
    const patient = this.#core.patients.get(id);
    if (patient === undefined || patient.config.status !== "active") return;
    this.#core.touch(patient);
    // Nothing is measured after it arrived, whatever a clock says that is not yet known to be ahead.
    const offset = Math.min(device.clock.offset, arrivedAt - sample.t);
    if (sample.tags !== "") this.#takeTags(patient, sample, offset);
    const { metric } = sample;
    if (metric === OXYGEN_FLOW && sample.value === sample.value) patient.noteOxygen(sample.value > 0 ? "o2" : "air", sample.t + offset);
    if (metric === HEART || (metric === PULSE && patient.agreement !== null)) this.#compareRates(device, patient, sample, offset);
    let stream = this.#streamFor(device, patient, sample);
    if (stream === null) return;
    const { newestT } = stream.buffer;
    if (sample.t < newestT - DISORDER && newestT + device.clock.offset > arrivedAt + DISORDER)
      stream = this.#startAnew(device, patient, stream);
    const visit = this.#judgement.visit;
    visit.patient = patient;
    visit.stream = stream;
    visit.now = this.#core.now;
    visit.arrivedAt = arrivedAt;
    visit.offset = offset;
    if (stream.planRevision !== patient.planRevision) this.#replan(patient, stream);
    this.#admit(visit, sample, flat);
  }

  #takeTags(patient: PatientState, sample: Sample, offset: DurationMs): void {
    const { context, oxygen } = readTags(sample.tags);
    if (context !== null) patient.noteContext(context, sample.t + offset);
    if (oxygen !== null) patient.noteOxygen(oxygen, sample.t + offset);
  }

  #compareRates(device: DeviceState, patient: PatientState, { metric, t, value, quality }: Sample, offset: DurationMs): void {
    if (quality === 2 || value !== value) return;
    const at = t + offset;
    if (metric === PULSE) patient.agreement?.notePulse(device.id, value, at);
    else if (patient.agreement === null) patient.agreement = new PulseAgreement({ heart: value, heartAt: at, pulses: [] });
    else patient.agreement.noteHeart(value, at);
  }

  #streamFor(device: DeviceState, patient: PatientState, sample: Sample): Stream | null {
    const { metric } = sample;
    const side = sample.identity === "" ? "" : readTags(sample.identity).side;
    if (side === "") {
      const near = device.routes[metric];
      if (near !== undefined) return near;
    }
    if (!this.#core.shelf.metrics.has(metric)) return null;
    let stream = patient.streams.find((held) => held.device === device.id && held.metric === metric && held.side === side);
    if (stream === undefined) {
      stream = new Stream(device.id, metric, side, paceLimitOf(metricByCode(metric)?.key ?? ""), EMPTY_PLAN);
      patient.streams.push(stream);
    }
    if (side === "") device.routes[metric] = stream;
    return stream;
  }

  /**
   * The clock was set back: what the device called later lies ahead of now, and until then nothing it says would be new.
   * Windows and holds begin again; single measurements that wait for a repeat go on waiting.
   */
  #startAnew(device: DeviceState, patient: PatientState, old: Stream): Stream {
    const stream = new Stream(old.device, old.metric, old.side, paceLimitOf(metricByCode(old.metric)?.key ?? ""), EMPTY_PLAN);
    stream.newestGood = old.newestGood;
    stream.unmeasurable = old.unmeasurable;
    stream.day = old.day;
    stream.spacing = old.spacing;
    stream.learnInterval(old.interval);
    patient.streams[patient.streams.indexOf(old)] = stream;
    if (device.routes[old.metric] === old) device.routes[old.metric] = stream;
    stream.adopt(old.plan, old.planRevision);
    for (const { cell, cells } of old.plan.sampleRules) stream.cells.set(old.cells.subarray(cell, cell + cells), cell);
    return stream;
  }

  #admit(visit: Visit, sample: Sample, flat: boolean): void {
    const { stream, patient } = visit;
    const { buffer, pace } = stream;
    const { t, value } = sample;
    const newest = buffer.newestT;
    const behind = t <= newest;
    let quality: number = value === value ? sample.quality : 2;
    const at = t + visit.offset;
    if (quality === 0 && (flat || (patient.agreement !== null && stream.metric === SPO2 && patient.agreement.doubts(stream.device, at))))
      quality = 1;
    const identity = sample.identity === "" || stream.side !== "" ? "" : sample.identity;
    if (behind && (newest - t > DISORDER || buffer.has(t, buffer.markOf(quality, identity)))) return;
    if (pace !== null && value === value && pace.judge(buffer, t, value)) quality = 2;
    const mark = buffer.markOf(quality, identity);
    visit.t = t;
    visit.value = value;
    visit.quality = quality;
    visit.again = false;
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
      if (patient.live > 0) this.#judgement.freshen(patient, stream);
    }
    if (quality === 0 && this.#core.shelf.baselines.has(stream.metric)) this.#learnBaseline(patient, stream.metric, at, value);
    this.#evaluate(visit);
    if (stream.plan.sampleRules.length > 0) this.#sleepUntilDue(visit);
  }

  /** Not while the patient is unwell: what is compared with must not follow what it is to reveal (domain 2.1). */
  #learnBaseline(patient: PatientState, metric: MetricCode, at: EpochMs, value: number): void {
    if (!patient.isExplicitlyAtRest(at) || patient.isUnwell) return;
    let level = patient.learned.get(metric);
    if (level === undefined) {
      level = new LearnedBaseline(NOTHING_LEARNED);
      patient.learned.set(metric, level);
    }
    if (!level.add(at, value, patient.timeZone)) return;
    this.#core.revise(patient);
    noteRules(this.#core, patient);
  }

  #learn(patient: PatientState, stream: Stream, interval: DurationMs): void {
    stream.learnInterval(interval);
    if (stream.cadence !== stream.planCadence) stream.adopt(this.#core.shelf.planFor(patient, stream), patient.planRevision);
  }

  #evaluate(visit: Visit): void {
    const { stream } = visit;
    const { plan } = stream;
    evaluateThresholds(visit, this.#judgement);
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
      if (due !== Number.POSITIVE_INFINITY) this.#core.wakes.schedule(visit.patient, due);
    }
  }

  /** A sample inside the disorder bound: everything since is judged again with it (semantics 3.3). */
  #insert(visit: Visit, mark: number): void {
    const { stream } = visit;
    const { buffer } = stream;
    buffer.insert(visit.t, visit.value, mark, stream.keepFrom(buffer.newestT));
    if (stream.spacing !== null) {
      stream.spacing.relearn(buffer);
      this.#learn(visit.patient, stream, stream.spacing.interval);
    }
    const from = stream.rewind(visit.t);
    let index = buffer.end;
    if (from !== null) {
      index = buffer.start;
      while (index < buffer.end && buffer.times.at(index) <= from) index++;
    }
    for (const window of stream.windows) window.rebuild(buffer, index - 1);
    const decided = this.#judgement.beginAgain(visit, from);
    stream.busy = true;
    for (; index < buffer.end; index++) {
      visit.t = buffer.times.at(index);
      visit.value = buffer.values.at(index);
      visit.quality = buffer.qualityAt(index);
      visit.late = visit.arrivedAt - (visit.t + visit.offset) > LATE_AFTER;
      for (const window of stream.windows) window.advance(buffer, index);
      this.#evaluate(visit);
    }
    this.#judgement.endAgain(visit, decided);
    if (stream.plan.sampleRules.length > 0) this.#sleepUntilDue(visit);
  }

  /** Takes the plan and interval that hold now. */
  #replan(patient: PatientState, stream: Stream): void {
    const stated = this.#core.devices.get(stream.device)?.config?.metrics[metricByCode(stream.metric)?.key ?? ""]?.everyS;
    if (stated !== undefined && stated > 0) {
      stream.spacing = null;
      stream.learnInterval(stated * SECOND);
    } else if (stream.spacing === null) {
      stream.spacing = new Spacing();
      stream.spacing.relearn(stream.buffer);
      stream.learnInterval(stream.spacing.interval);
    }
    stream.adopt(this.#core.shelf.planFor(patient, stream), patient.planRevision);
  }

  /** Does for the patient's streams what time alone brings. */
  wake(patient: PatientState): void {
    const visit = this.#judgement.visit;
    this.#core.touch(patient);
    if (!patient.watched) return;
    for (const stream of patient.streams) {
      if (stream.plan.sampleRules.length === 0) continue;
      visit.patient = patient;
      visit.stream = stream;
      visit.now = this.#core.now;
      visit.t = stream.buffer.newestT;
      visit.offset = this.#core.devices.get(stream.device)?.clock.offset ?? 0;
      visit.quality = 0;
      visit.again = false;
      visit.arrivedAt = this.#core.now;
      for (const rule of stream.plan.sampleRules) rule.onTime?.(visit, rule);
      this.#sleepUntilDue(visit);
    }
  }
}
