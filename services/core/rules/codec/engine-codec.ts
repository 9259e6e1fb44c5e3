/** The engine's state as parts of a checkpoint: one per patient, one per device, one for the rest; only what changed is written. */
import type { AlertOwner } from "#core/alerts/alert-record.ts";
import type { DeviceId } from "#core/ids.ts";
import type { Assignment, DeviceConfig, PatientConfig } from "#core/people.ts";
import { DeviceState, type FlatRun } from "#core/rules/device-state.ts";
import type { EngineCheckpoint } from "#core/rules/engine.ts";
import type { CheckpointCut, EngineCore } from "#core/rules/engine-core.ts";
import { PlanBuilder } from "#core/rules/metric-plan.ts";
import { PatientState } from "#core/rules/patient-state.ts";
import { LearnedBaseline, type LearnedState } from "#core/rules/learned-baseline.ts";
import { type AgreementState, PulseAgreement } from "#core/rules/pulse-agreement.ts";
import type { RuleLimits, RuleVersion } from "#core/rules/rule.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { readOwner, writeOwner } from "./owner-codec.ts";
import { readStream, writeStream } from "./stream-codec.ts";

const FORMAT = 2;
const EMPTY_PLAN = new PlanBuilder().build();

/**
 * The state of this moment, however long its parts are asked for: an owner is encoded when its turn comes, or just before it changes.
 * A part that cannot be encoded is thrown to whoever asks for the parts, not into the step that happened to come upon it.
 */
export const takeCheckpoint = (core: EngineCore): Generator<EngineCheckpoint, void> => {
  core.cut?.complete();
  const parts: EngineCheckpoint[] = [...core.removed].map((key) => ({ key, bytes: null }));
  core.removed.clear();
  // The clock moves with every entry: the part that holds it is always written.
  parts.push({ key: "engine", bytes: encodeEngine(core) });
  const waiting = new Set(core.dirty);
  for (const owner of core.dirty) owner.dirty = false;
  core.dirty.clear();

  const failures: unknown[] = [];
  const encode = (owner: AlertOwner): void => {
    try {
      if (owner instanceof PatientState) parts.push({ key: owner.key, bytes: encodePatient(owner) });
      else if (owner instanceof DeviceState) parts.push({ key: owner.key, bytes: encodeDevice(owner) });
    } catch (cause) {
      failures.push(cause);
      waiting.clear();
    }
  };
  const cut: CheckpointCut = {
    keep: (owner) => {
      if (waiting.delete(owner)) encode(owner);
    },
    complete: () => {
      for (const owner of waiting) cut.keep(owner);
    },
  };
  core.cut = cut;

  return (function* () {
    for (;;) {
      const [owner] = waiting;
      if (parts.length === 0 && owner !== undefined) cut.keep(owner);
      if (failures.length > 0) throw failures[0];
      const part = parts.shift();
      if (part !== undefined) yield part;
      else if (waiting.size === 0) break;
    }
    if (core.cut === cut) core.cut = null;
  })();
};

const begin = (): ByteWriter => {
  const writer = new ByteWriter();
  writer.u8(FORMAT);
  return writer;
};

const open = (key: string, bytes: Uint8Array): ByteReader => {
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  if (format !== FORMAT) throw new Error(`Checkpoint part ${key} has format ${format}; this version reads ${FORMAT}.`);
  return reader;
};

const encodeEngine = (core: EngineCore): Uint8Array => {
  const writer = begin();
  writer.f64(core.now);
  writer.json(core.receiving.state());
  writer.json([...core.shelf.changed]);
  writeOwner(writer, core.system);
  return writer.finish();
};

const encodePatient = (patient: PatientState): Uint8Array => {
  const writer = begin();
  writer.json({
    config: patient.config,
    limits: [...patient.limits],
    notes: [...patient.notes],
    context: patient.context,
    oxygen: patient.oxygen,
    ...(patient.agreement === null ? {} : { agreement: patient.agreement.state() }),
    learned: [...patient.learned].map(([metric, level]) => [metric, level.state()]),
  });
  for (const at of [patient.contextAt, patient.exerciseAt, patient.oxygenAt, patient.respHighAt]) writer.f64(at);
  writeOwner(writer, patient);
  writer.u32(patient.streams.length);
  for (const stream of patient.streams) writeStream(writer, stream);
  return writer.finish();
};

const encodeDevice = (device: DeviceState): Uint8Array => {
  const writer = begin();
  writer.text(device.id);
  writer.json({
    config: device.config,
    assignments: device.assignments,
    silent: device.silent,
    off: [...device.off],
    flat: [...device.flat],
    minute: device.minute,
    samples: [...device.samplesByMinute],
    strays: [...device.strayByMinute],
    spacing: device.spacing.state(),
  });
  writer.floats(Float64Array.from(device.clock.state()));
  for (const at of [device.newestAt, device.backSince, device.worn, device.abnormalAt]) writer.f64(at);
  writeOwner(writer, device);
  return writer.finish();
};

/** Fills a new engine's core from every part, newest of each key. */
export const restoreEngine = (core: EngineCore, parts: Iterable<{ readonly key: string; readonly bytes: Uint8Array }>): void => {
  const sorted = [...parts].sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { key, bytes } of sorted) if (key === "engine") restoreCore(core, open(key, bytes));
  for (const { key, bytes } of sorted) if (key.startsWith("device:")) restoreDevice(core, open(key, bytes));
  for (const { key, bytes } of sorted) if (key.startsWith("patient:")) restorePatient(core, open(key, bytes));
  for (const device of core.devices.values()) core.placeDevice(device);
  for (const owner of [core.system, ...core.devices.values(), ...core.patients.values()]) core.book.adopt(owner);
  // What was restored has not changed.
  for (const owner of core.dirty) owner.dirty = false;
  core.dirty.clear();
};

const restoreCore = (core: EngineCore, reader: ByteReader): void => {
  core.now = reader.f64();
  core.receiving.restore(reader.json());
  for (const rule of reader.json() as RuleVersion[]) core.setRule(rule);
  core.wakes.schedule(core.system, readOwner(reader, core.system));
};

const restoreDevice = (core: EngineCore, reader: ByteReader): void => {
  const device = core.device(reader.text() as DeviceId);
  const held = reader.json() as {
    config: DeviceConfig | null;
    assignments: Assignment[];
    silent: boolean;
    off: [number, number][];
    flat: [number, FlatRun][];
    minute: number;
    samples: number[];
    strays: number[];
    /** Absent in checkpoints made before devices kept it. */
    spacing?: number[];
  };
  device.config = held.config;
  device.assignments = held.assignments;
  core.noteAssignment(device);
  device.silent = held.silent;
  for (const [metric, since] of held.off) device.off.set(metric, since);
  for (const [metric, run] of held.flat) device.flat.set(metric, run);
  device.minute = held.minute;
  device.samplesByMinute.set(held.samples);
  device.strayByMinute.set(held.strays);
  device.strays = held.strays.reduce((sum, count) => sum + count, 0);
  device.spacing.restore(held.spacing ?? []);
  device.clock.restore([...reader.floats()]);
  device.newestAt = reader.f64();
  device.backSince = reader.f64();
  device.worn = reader.f64();
  device.abnormalAt = reader.f64();
  core.wakes.schedule(device, readOwner(reader, device));
};

const restorePatient = (core: EngineCore, reader: ByteReader): void => {
  const held = reader.json() as {
    config: PatientConfig;
    limits: [string, RuleLimits][];
    notes: [string, string][];
    context: PatientState["context"];
    oxygen: PatientState["oxygen"];
    agreement?: AgreementState;
    /** Absent in checkpoints made before levels were learned. */
    learned?: [MetricCode, LearnedState][];
  };
  const patient = new PatientState(held.config);
  for (const [rule, limits] of held.limits) patient.limits.set(rule, limits);
  for (const [rule, note] of held.notes) patient.notes.set(rule, note);
  patient.context = held.context;
  patient.oxygen = held.oxygen;
  if (held.agreement !== undefined) patient.agreement = new PulseAgreement(held.agreement);
  for (const [metric, level] of held.learned ?? []) patient.learned.set(metric, new LearnedBaseline(level));
  patient.contextAt = reader.f64();
  patient.exerciseAt = reader.f64();
  patient.oxygenAt = reader.f64();
  patient.respHighAt = reader.f64();
  core.addPatient(patient);
  core.wakes.schedule(patient, readOwner(reader, patient));
  const streams = reader.u32();
  for (let index = 0; index < streams; index++)
    patient.streams.push(readStream(reader, (stream) => core.shelf.planFor(patient, stream), patient.planRevision, EMPTY_PLAN));
};
