/** Readings to viewers: batched every 100 ms, the latest of each stream for a viewer that does not keep up (contract section 4). */
import type { PatientId } from "#core/ids.ts";
import type { DurationMs } from "#core/time.ts";
import { queueReading } from "#gateway/live/live-reading.ts";
import type { LiveReading, QueuedReading } from "#gateway/live/live-reading.ts";
import type { Timer, TransportClock } from "#ports/clock.ts";

const TICK: DurationMs = 100;
const SLOW_BACKLOG = 65_536;
const BATCH_LIMIT = 500;

/** A viewer as far as readings go. */
export interface ReadingTarget {
  /** Everyone visible, or the patients named in subscriptions. */
  readonly readingPatients: "*" | ReadonlySet<PatientId>;
  wantsMetric(patient: PatientId, metric: string): boolean;
  maySee(patient: PatientId): boolean;
  readonly backlog: number;
  sendReadings(bytes: Buffer): void;
}

export interface ReadingFanOut {
  push(reading: LiveReading): void;
  /** Registers a target, or looks at its subscriptions again. */
  update(target: ReadingTarget): void;
  remove(target: ReadingTarget): void;
  close(): void;
}

export const createReadingFanOut = (clock: TransportClock): ReadingFanOut => {
  const everywhere = new Set<ReadingTarget>();
  const byPatient = new Map<PatientId, Set<ReadingTarget>>();
  const indexed = new Map<ReadingTarget, ReadonlySet<PatientId>>();
  /** Readings that wait until their viewer reads again. */
  const held = new Map<ReadingTarget, Map<string, QueuedReading>>();
  let pending = new Map<PatientId, QueuedReading[]>();
  let timer: Timer | null = null;

  const unindex = (target: ReadingTarget): void => {
    everywhere.delete(target);
    for (const patient of indexed.get(target) ?? []) {
      const targets = byPatient.get(patient);
      targets?.delete(target);
      if (targets?.size === 0) byPatient.delete(patient);
    }
    indexed.delete(target);
  };

  const hold = (target: ReadingTarget, batch: readonly QueuedReading[]): Map<string, QueuedReading> => {
    let latest = held.get(target);
    if (latest === undefined) held.set(target, (latest = new Map()));
    for (const queued of batch) {
      const key = `${queued.reading.patient}\n${queued.stream}`;
      const known = latest.get(key);
      if (known === undefined || queued.reading.t >= known.reading.t) latest.set(key, queued);
    }
    return latest;
  };

  const deliver = (target: ReadingTarget, batch: readonly QueuedReading[]): void => {
    const isSlow = target.backlog > SLOW_BACKLOG;
    if (!isSlow && batch.length <= BATCH_LIMIT && !held.has(target)) {
      target.sendReadings(Buffer.concat(batch.map((queued) => queued.frame(false))));
      return;
    }
    const latest = hold(target, batch);
    if (isSlow) return;
    held.delete(target);
    // Seen again at the moment of sending: what waited may have become somebody else's patient.
    const frames: Buffer[] = [];
    for (const queued of latest.values())
      if (target.maySee(queued.reading.patient) && target.wantsMetric(queued.reading.patient, queued.reading.metric))
        frames.push(queued.frame(true));
    if (frames.length > 0) target.sendReadings(Buffer.concat(frames));
  };

  const flush = (): void => {
    const batches = new Map<ReadingTarget, QueuedReading[]>();
    const offer = (target: ReadingTarget, patient: PatientId, readings: readonly QueuedReading[]): void => {
      if (!target.maySee(patient)) return;
      for (const queued of readings) {
        if (!target.wantsMetric(patient, queued.reading.metric)) continue;
        const batch = batches.get(target);
        if (batch === undefined) batches.set(target, [queued]);
        else batch.push(queued);
      }
    };
    for (const [patient, readings] of pending) {
      for (const target of everywhere) offer(target, patient, readings);
      for (const target of byPatient.get(patient) ?? []) offer(target, patient, readings);
    }
    pending = new Map();
    for (const [target, batch] of batches) deliver(target, batch);
    for (const target of held.keys()) if (!batches.has(target)) deliver(target, []);
  };

  const tick = (): void => {
    timer = null;
    if (pending.size === 0 && held.size === 0) return;
    flush();
    timer = clock.after(TICK, tick);
  };

  return {
    push(reading) {
      if (everywhere.size === 0 && !byPatient.has(reading.patient)) return;
      const queue = pending.get(reading.patient);
      if (queue === undefined) pending.set(reading.patient, [queueReading(reading)]);
      else queue.push(queueReading(reading));
      if (timer !== null) return;
      // The first after a pause goes out at once, together with what the same turn still brings.
      timer = clock.after(TICK, tick);
      queueMicrotask(flush);
    },
    update(target) {
      unindex(target);
      const patients = target.readingPatients;
      if (patients === "*") {
        everywhere.add(target);
        return;
      }
      indexed.set(target, patients);
      for (const patient of patients) {
        const targets = byPatient.get(patient);
        if (targets === undefined) byPatient.set(patient, new Set([target]));
        else targets.add(target);
      }
    },
    remove(target) {
      unindex(target);
      held.delete(target);
    },
    close() {
      timer?.cancel();
      timer = null;
      pending = new Map();
      held.clear();
    },
  };
};
