/** The engine's state: rules, patients, devices, their alerts and deadlines. Deterministic, no clock, no I/O. */
import { AlertBook, type BookHost } from "#core/alerts/alert-book.ts";
import { type AlertOwner, type AlertRecord, isActive } from "#core/alerts/alert-record.ts";
import type { DeviceId, PatientId } from "#core/ids.ts";
import { DeviceState } from "#core/rules/device-state.ts";
import { DeviceWatch, type WatchHost } from "#core/rules/device-watch.ts";
import type { EngineEvent } from "#core/rules/engine-event.ts";
import { Intake } from "#core/rules/intake.ts";
import { Judgement, type JudgementHost, metricOf } from "#core/rules/judgement.ts";
import { ruleKind } from "#core/rules/kinds/registry.ts";
import { appliesTo } from "#core/rules/kinds/rule-kind.ts";
import { PatientState } from "#core/rules/patient-state.ts";
import { Receiving } from "#core/rules/receiving.ts";
import { RuleShelf } from "#core/rules/rule-shelf.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import { SystemState } from "#core/rules/system-state.ts";
import { WakeQueue } from "#core/rules/wake-queue.ts";
import type { EpochMs } from "#core/time.ts";

/** What a checkpoint that is being taken must hear of. */
export interface CheckpointCut {
  /** The owner is about to change. */
  keep(owner: AlertOwner): void;
  /** Whatever it still needs is taken now. */
  complete(): void;
}

const NO_EVENTS: readonly EngineEvent[] = [];

export class EngineCore implements BookHost, WatchHost, JudgementHost {
  now: EpochMs = Number.NEGATIVE_INFINITY;
  events: EngineEvent[] | null = null;
  readonly shelf: RuleShelf;
  readonly patients = new Map<PatientId, PatientState>();
  readonly devices = new Map<DeviceId, DeviceState>();
  readonly system = new SystemState();
  readonly receiving = new Receiving();
  readonly wakes = new WakeQueue<AlertOwner>((owner) => this.touch(owner));
  readonly book: AlertBook;
  readonly watch: DeviceWatch;
  readonly judgement: Judgement;
  readonly intake: Intake;
  /** Owners changed since the last checkpoint. */
  readonly dirty = new Set<AlertOwner>();
  /** Parts that are gone since the last checkpoint. */
  readonly removed = new Set<string>();
  /** The checkpoint that is being taken. */
  cut: CheckpointCut | null = null;
  readonly #worn = new Map<PatientId, readonly DeviceState[]>();

  constructor(rules: readonly RuleVersion[]) {
    this.shelf = new RuleShelf(rules);
    this.book = new AlertBook(this);
    this.watch = new DeviceWatch(this);
    this.judgement = new Judgement(this);
    this.intake = new Intake(this, this.judgement);
  }

  get rules(): ReadonlyMap<string, RuleVersion> {
    return this.shelf.rules;
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

  /** Before anything of the owner changes: a checkpoint that is being taken still needs it as it is. */
  touch(owner: AlertOwner): void {
    if (owner.dirty) return;
    this.cut?.keep(owner);
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
    patient.staleMetric = metricOf;
    this.patients.set(patient.config.id, patient);
  }

  setRule(rule: RuleVersion): void {
    if (!this.shelf.set(rule)) return;
    const patients = [...this.patients.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const patient of patients) this.revise(patient);
  }

  /** What the rules mean for this patient changed: streams take new plans; alerts whose rule no longer applies are over. */
  revise(patient: PatientState): void {
    this.touch(patient);
    patient.planRevision++;
    const subject = this.shelf.subjectOf(patient, "unknown");
    for (const slot of patient.slots.values()) {
      const rule = this.rules.get(slot.key);
      if (rule === undefined || ruleKind(rule.kind) === undefined || !isActive(slot.record)) continue;
      if (!appliesTo(rule, subject)) this.book.clear(patient, slot.key, slot.decidedT);
    }
  }

  /** Closing while the condition holds starts a new hold (semantics 5.5). */
  startAnew(owner: AlertOwner, record: AlertRecord): void {
    if (owner instanceof DeviceState) this.watch.startAnew(owner);
    else this.judgement.startAnew(owner, record);
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────

  wakeDue(): void {
    const due: AlertOwner[] = [];
    for (let owner = this.wakes.takeDue(this.now); owner !== null; owner = this.wakes.takeDue(this.now)) due.push(owner);
    // In an order that a restart cannot change.
    due.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const owner of due) {
      if (owner instanceof PatientState) this.intake.wake(owner);
      else if (owner instanceof DeviceState) this.wakeDevice(owner);
      this.book.wake(owner);
    }
  }

  wakeDevice(device: DeviceState): void {
    this.touch(device);
    this.placeDevice(device);
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
}
