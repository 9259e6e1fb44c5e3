/** Sorts the ward into its three rooms: who needs somebody, whom to look at today, who is steady. */
import { isUrgent } from "./api.ts";
import { orderNeeds, type Need } from "./order-needs.ts";
import { byName } from "./person.ts";
import type { TileState } from "./reading-state.ts";
import type { Patient, WireAlert } from "./wire.ts";

export interface WardGroups {
  readonly needs: readonly Need[];
  readonly today: readonly Patient[];
  readonly steady: readonly Patient[];
  /** How everybody's data are, for counting and filtering. */
  readonly states: ReadonlyMap<string, TileState>;
}

const CALM: ReadonlySet<TileState> = new Set(["live", "degraded"]);
const STATE_ORDER: readonly TileState[] = ["silent", "off_body", "frozen", "stale", "paused", "never_started", "degraded", "live"];
const ALERT_ORDER: readonly WireAlert["severity"][] = ["S3", "T"];

export const alertsByPatient = (alerts: readonly WireAlert[]): ReadonlyMap<string, readonly WireAlert[]> => {
  const found = new Map<string, WireAlert[]>();
  for (const alert of alerts) {
    if (alert.patient === null) continue;
    const theirs = found.get(alert.patient);
    if (theirs === undefined) found.set(alert.patient, [alert]);
    else theirs.push(alert);
  }
  return found;
};

export const groupWard = (
  patients: readonly Patient[],
  alerts: readonly WireAlert[],
  stateOf: (patient: Patient) => TileState,
  now: number,
): WardGroups => {
  const byId = new Map(patients.map((patient) => [patient.id, patient]));
  const waiting = new Set(alerts.map(({ id }) => id));
  const urgent = alerts.filter(
    // A worse alert of the same episode speaks for the one it replaced, as long as it waits itself.
    ({ severity, supersededBy }) => isUrgent(severity) && !(supersededBy !== null && waiting.has(supersededBy)),
  );
  const needs = orderNeeds(
    urgent.map((alert) => ({ alert, code: byId.get(alert.patient ?? "")?.pseudonym ?? alert.device ?? "" })),
    now,
  );
  const needy = new Set(urgent.map(({ patient }) => patient));
  const theirs = alertsByPatient(alerts);
  const states = new Map(patients.map((patient) => [patient.id, stateOf(patient)]));
  const rank = (patient: Patient): number => {
    const place = ALERT_ORDER.findIndex((severity) => theirs.get(patient.id)?.some((alert) => alert.severity === severity) === true);
    return place === -1 ? ALERT_ORDER.length + STATE_ORDER.indexOf(states.get(patient.id) ?? "live") : place;
  };
  const others = patients.filter(({ id }) => !needy.has(id));
  const isToday = (patient: Patient): boolean => rank(patient) < ALERT_ORDER.length || !CALM.has(states.get(patient.id) ?? "live");
  return {
    needs,
    today: others.filter(isToday).toSorted((left, right) => rank(left) - rank(right) || byName(left, right)),
    steady: others.filter((patient) => !isToday(patient)).toSorted(byName),
    states,
  };
};

/** Places of "Steady": by name, and whoever stood there keeps the place, whatever happens to them meanwhile. */
const keepPlaces = (
  before: readonly Patient[],
  steady: readonly Patient[],
  known: (id: string) => Patient | undefined,
): readonly Patient[] => {
  const places = new Map(steady.map((patient) => [patient.id, patient]));
  for (const { id } of before) {
    const patient = known(id);
    if (patient !== undefined && !places.has(id)) places.set(id, patient);
  }
  return [...places.values()].toSorted(byName);
};

/** Remembers who stood in "Steady" on this visit; another `view` (another filter) begins anew. */
export const createPlaceKeeper = () => {
  let view = "";
  let places: readonly Patient[] = [];
  return (steady: readonly Patient[], nextView: string, known: (id: string) => Patient | undefined): readonly Patient[] => {
    places = keepPlaces(view === nextView ? places : [], steady, known);
    view = nextView;
    return places;
  };
};
