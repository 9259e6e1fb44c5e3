/** Everything the ward shows, outside of React: frames land here at any rate, listeners hear of it once a painted frame. */
import type { ServerFrame } from "#contracts/live-protocol.ts";
import type { FeedState } from "./live-client.ts";
import { waits } from "./order-needs.ts";
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
  addReadings(readings: readonly Reading[]): void;
  readonly alerts: () => readonly WireAlert[];
  readonly alert: (id: string) => WireAlert | undefined;
  readonly patients: () => readonly Patient[];
  readonly patientsRead: () => boolean;
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
    if (dirty.has("alerts")) openAlerts = [...alerts.values()].filter(waits);
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
      patients = list;
      patientsRead = true;
      byPatient = new Map(list.map((patient) => [patient.id, patient]));
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
    addReadings(readings) {
      for (const reading of readings) addReading(reading);
    },
    alerts: () => openAlerts,
    alert: (id) => alerts.get(id),
    patients: () => patients,
    patientsRead: () => patientsRead,
    patient: (id) => byPatient.get(id),
    devices: () => devices,
    streams: (patient) => streams.get(patient) ?? NOTHING,
    feed: () => feed,
    conditions: () => conditionList,
    alertCursor: () => alertCursor,
    latestReadingAt: () => latestReadingAt,
  };
};
