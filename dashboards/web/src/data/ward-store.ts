/** Everything the ward shows, outside of React: frames land here at any rate, listeners hear of it once a painted frame. */
import type { ServerFrame } from "#contracts/live-protocol.ts";
import type { FeedState } from "./live-client.ts";
import { severityRank, waits } from "./order-needs.ts";
import type { Stream, Streams } from "./reading-state.ts";
import type { Device, Patient, Reading, SystemCondition, WireAlert } from "./wire.ts";

/** What changed: `alerts`, `patients`, `feed`, `system`, or `r:<patient>`. */
export type Topic = "alerts" | "patients" | "devices" | "feed" | "system" | `r:${string}`;

/** A transition that came in now, for whoever speaks or sounds. */
export type Arrival = (alert: WireAlert, before: WireAlert | undefined) => void;

export interface WardStore {
  subscribe(topic: Topic, listener: () => void): () => void;
  onArrival(listener: Arrival): () => void;
  take(frame: ServerFrame): void;
  /** Open alerts as HTTP or a snapshot lists them: what is not among them is over. */
  setAlerts(alerts: readonly WireAlert[]): void;
  /** The answer to an act, or one alert read again. */
  putAlert(alert: WireAlert): void;
  setPatients(patients: readonly Patient[]): void;
  setDevices(devices: readonly Device[]): void;
  setFeed(state: FeedState): void;
  /** An alert that waits no more tells when the last one was. */
  noteRaised(at: number): void;
  addReadings(readings: readonly Reading[]): void;
  readonly alerts: () => readonly WireAlert[];
  readonly alert: (id: string) => WireAlert | undefined;
  readonly patients: () => readonly Patient[];
  readonly patientsRead: () => boolean;
  /** Values came too: before the first snapshot nobody may be called silent or steady. */
  readonly valuesRead: () => boolean;
  /** Theirs that wait, worst first; the same array as long as nothing in it changed. */
  readonly alertsOf: (patient: string) => readonly WireAlert[];
  /** When the newest alert anybody may see was raised; 0: none known. */
  readonly lastRaisedAt: () => number;
  readonly patient: (id: string) => Patient | undefined;
  readonly devices: () => readonly Device[];
  readonly streams: (patient: string) => Streams;
  readonly feed: () => FeedState;
  readonly conditions: () => readonly SystemCondition[];
  /** Place of the newest alert transition here: what a receipt confirms once it is painted. */
  readonly alertCursor: () => string | null;
  readonly latestReadingAt: () => number;
}

const NOTHING: Streams = {};
const NONE: readonly WireAlert[] = [];

/** Worst first, and what nobody acknowledged before the rest. */
const byUrgency = (left: WireAlert, right: WireAlert): number =>
  severityRank(left.severity) - severityRank(right.severity) ||
  Number(right.status === "open") - Number(left.status === "open") ||
  left.raisedAt - right.raisedAt;

const groupByPatient = (
  alerts: readonly WireAlert[],
  before: ReadonlyMap<string, readonly WireAlert[]>,
): ReadonlyMap<string, readonly WireAlert[]> => {
  const found = Map.groupBy(alerts.filter(({ patient }) => patient !== null).toSorted(byUrgency), ({ patient }) => patient ?? "");
  return new Map(
    [...found].map(([patient, theirs]) => {
      const known = before.get(patient);
      const same = known !== undefined && known.length === theirs.length && known.every((alert, index) => alert === theirs[index]);
      return [patient, same ? known : theirs];
    }),
  );
};

/** `schedule` runs its argument before the next paint (requestAnimationFrame) and at once in tests. */
export const createWardStore = (schedule: (flush: () => void) => void): WardStore => {
  const listeners = new Map<Topic, Set<() => void>>();
  const arrivals = new Set<Arrival>();
  const dirty = new Set<Topic>();
  let scheduled = false;

  const alerts = new Map<string, WireAlert>();
  let openAlerts: readonly WireAlert[] = [];
  let patients: readonly Patient[] = [];
  let patientsRead = false;
  let snapshotCame = false;
  let valuesRead = false;
  let alertsByPatient: ReadonlyMap<string, readonly WireAlert[]> = new Map();
  let lastRaisedAt = 0;
  let byPatient = new Map<string, Patient>();
  let devices: readonly Device[] = [];
  const streams = new Map<string, Streams>();
  /** Copied once per flush: whoever holds the old ones sees no change under their hands. */
  const fresh = new Set<string>();
  const conditions = new Map<string, SystemCondition>();
  let conditionList: readonly SystemCondition[] = [];
  let feed: FeedState = "connecting";
  let alertCursor: string | null = null;
  let latestReadingAt = 0;

  const flush = (): void => {
    scheduled = false;
    fresh.clear();
    // Together with what the snapshot brought, never a painting before it.
    valuesRead = snapshotCame;
    if (dirty.has("alerts")) {
      openAlerts = [...alerts.values()].filter(waits);
      alertsByPatient = groupByPatient(openAlerts, alertsByPatient);
    }
    const told = [...dirty];
    dirty.clear();
    for (const topic of told) for (const listener of listeners.get(topic) ?? []) listener();
  };
  const touch = (topic: Topic): void => {
    dirty.add(topic);
    if (scheduled) return;
    scheduled = true;
    schedule(flush);
  };

  const addReading = ({ patient, metric, t, value, quality, device }: Reading): void => {
    let theirs = streams.get(patient) ?? NOTHING;
    const known = theirs[metric];
    if (known !== undefined && known.newest.t > t) return;
    const newest: Reading = { patient, metric, t, value, quality, ...(device === undefined ? {} : { device }) };
    const usable = value !== null && quality !== "bad";
    const stream: Stream = { newest, good: usable ? newest : (known?.good ?? null) };
    if (!fresh.has(patient)) {
      theirs = { ...theirs };
      streams.set(patient, theirs);
      fresh.add(patient);
    }
    (theirs as Record<string, Stream>)[metric] = stream;
    latestReadingAt = Math.max(latestReadingAt, t);
    touch(`r:${patient}`);
  };

  const putAlert = (alert: WireAlert): void => {
    const before = alerts.get(alert.id);
    if (before !== undefined && before.version > alert.version) return;
    alerts.set(alert.id, alert);
    lastRaisedAt = Math.max(lastRaisedAt, alert.raisedAt);
    touch("alerts");
    if (before === undefined || before.version < alert.version) for (const listener of arrivals) listener(alert, before);
  };

  const setAlerts = (list: readonly WireAlert[]): void => {
    const listed = new Set(list.map(({ id }) => id));
    for (const id of alerts.keys()) if (!listed.has(id)) alerts.delete(id);
    for (const alert of list) putAlert(alert);
    touch("alerts");
  };

  return {
    subscribe(topic, listener) {
      let theirs = listeners.get(topic);
      if (theirs === undefined) listeners.set(topic, (theirs = new Set()));
      theirs.add(listener);
      return () => theirs.delete(listener);
    },
    onArrival(listener) {
      arrivals.add(listener);
      return () => arrivals.delete(listener);
    },
    take(frame) {
      if (frame.type === "reading") addReading(frame);
      else if (frame.type === "snapshot") {
        setAlerts(frame.alerts);
        for (const reading of frame.readings) addReading(reading);
        alertCursor = frame.cursor;
        if (!valuesRead) touch("patients");
        snapshotCame = true;
      } else if (frame.type === "alert") {
        putAlert(frame.alert);
        alertCursor = frame.cursor;
      } else if (frame.type === "system" && frame.condition !== undefined) {
        if (frame.active === false) conditions.delete(frame.condition);
        else conditions.set(frame.condition, frame);
        conditionList = [...conditions.values()];
        touch("system");
      } else if (frame.type === "hello" && conditions.size > 0) {
        // Those that still hold are said again right after hello.
        conditions.clear();
        conditionList = [];
        touch("system");
      }
    },
    setAlerts,
    putAlert,
    setPatients(list) {
      // Who reads as before stays the same object: a reading of the list re-renders nobody who did not change.
      patients = list.map((patient) => {
        const known = byPatient.get(patient.id);
        return known !== undefined && JSON.stringify(known) === JSON.stringify(patient) ? known : patient;
      });
      patientsRead = true;
      byPatient = new Map(patients.map((patient) => [patient.id, patient]));
      touch("patients");
    },
    setDevices(list) {
      devices = list;
      touch("devices");
    },
    setFeed(state) {
      feed = state;
      touch("feed");
    },
    noteRaised(at) {
      lastRaisedAt = Math.max(lastRaisedAt, at);
      touch("alerts");
    },
    addReadings(readings) {
      for (const reading of readings) addReading(reading);
    },
    alerts: () => openAlerts,
    alert: (id) => alerts.get(id),
    patients: () => patients,
    patientsRead: () => patientsRead,
    valuesRead: () => valuesRead,
    alertsOf: (patient) => alertsByPatient.get(patient) ?? NONE,
    lastRaisedAt: () => lastRaisedAt,
    patient: (id) => byPatient.get(id),
    devices: () => devices,
    streams: (patient) => streams.get(patient) ?? NOTHING,
    feed: () => feed,
    conditions: () => conditionList,
    alertCursor: () => alertCursor,
    latestReadingAt: () => latestReadingAt,
  };
};
