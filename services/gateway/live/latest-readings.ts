/** The newest reading of each stream while somebody watches, so that a snapshot needs no store query per viewer. */
import type { PatientId } from "#core/ids.ts";
import { streamOf } from "#gateway/live/live-reading.ts";
import type { LiveReading } from "#gateway/live/live-reading.ts";

export interface LatestReadings {
  note(reading: LiveReading): void;
  of(patient: PatientId): Iterable<LiveReading>;
  /** Patients whose readings of before we watched are not known yet. */
  unprimed(patients: Iterable<PatientId>): PatientId[];
  prime(patients: readonly PatientId[], readings: readonly LiveReading[]): void;
  /** Nobody watches any more: what comes from now on is not seen, so nothing here may be trusted later. */
  clear(): void;
}

export const createLatestReadings = (): LatestReadings => {
  const byPatient = new Map<PatientId, Map<string, LiveReading>>();
  const primed = new Set<PatientId>();
  const note = (reading: LiveReading): void => {
    if (reading.quality === "bad") return;
    let streams = byPatient.get(reading.patient);
    if (streams === undefined) byPatient.set(reading.patient, (streams = new Map()));
    const stream = streamOf(reading);
    const known = streams.get(stream);
    if (known === undefined || reading.t >= known.t) streams.set(stream, reading);
  };
  return {
    note,
    of: (patient) => byPatient.get(patient)?.values() ?? [],
    unprimed: (patients) => [...patients].filter((patient) => !primed.has(patient)),
    prime(patients, readings) {
      for (const patient of patients) primed.add(patient);
      for (const reading of readings) note(reading);
    },
    clear() {
      byPatient.clear();
      primed.clear();
    },
  };
};
