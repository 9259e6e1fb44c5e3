/** What happened, beside what was measured: puffs, sessions, acts of people, devices put on; on the same axis as the charts. */
import type { AlertStory, Patient, Series, WireAlert } from "./wire.ts";

export type EventKind = "reliever" | "controller" | "session" | "act" | "device";

export interface PatientEvent {
  readonly key: string;
  readonly kind: EventKind;
  readonly from: number;
  /** Sessions last; others are a moment. */
  readonly to: number;
  /** Puffs, or minutes of a session. */
  readonly count: number | null;
  /** An act's kind; a device's label and id. */
  readonly what: string;
  readonly alert: string | null;
}

const MINUTE = 60_000;
const PUFFS: Readonly<Record<string, EventKind>> = { inhaler_rescue: "reliever", inhaler_controller: "controller" };

const eventsOfSeries = (metric: string, series: Series): PatientEvent[] =>
  series.points.map(({ t, mean, n }) => {
    const total = Math.round(mean * n);
    if (metric !== "session_duration")
      return { key: `${metric} ${t}`, kind: PUFFS[metric] ?? "reliever", from: t, to: t, count: total, what: metric, alert: null };
    // A session is reported when it ends.
    return { key: `${metric} ${t}`, kind: "session", from: t - mean * MINUTE, to: t, count: Math.round(mean), what: metric, alert: null };
  });

export const patientEventsOf = (
  patient: Pick<Patient, "devices">,
  series: ReadonlyMap<string, Series>,
  stories: readonly AlertStory[],
): readonly PatientEvent[] => {
  const acts = stories.flatMap(({ id, acts }) =>
    acts.map(({ at, act }, index): PatientEvent => ({
      key: `${id} ${index}`,
      kind: "act",
      from: at,
      to: at,
      count: null,
      what: act.kind,
      alert: id,
    })),
  );
  const devices = patient.devices.map(({ id, kind, from }): PatientEvent => ({
    key: `d ${id}`,
    kind: "device",
    from,
    to: from,
    count: null,
    what: `${kind} ${id}`,
    alert: null,
  }));
  return [...[...series].flatMap(([metric, points]) => eventsOfSeries(metric, points)), ...acts, ...devices].toSorted(
    (left, right) => left.from - right.from,
  );
};

/** Puts what would overlap on the screen into one: the newest stands for all of them. */
export const clusterBy = <Item>(items: readonly Item[], placeOf: (item: Item) => number, apart: number): readonly (readonly Item[])[] => {
  const groups: Item[][] = [];
  let last = -Infinity;
  for (const item of items.toSorted((left, right) => placeOf(left) - placeOf(right))) {
    const place = placeOf(item);
    if (place - last < apart) groups.at(-1)?.push(item);
    else {
      groups.push([item]);
      last = place;
    }
  }
  return groups;
};

export interface CourseLine {
  readonly key: string;
  readonly at: number;
  readonly alert: WireAlert;
  readonly line:
    | {
        readonly kind: "transition";
        readonly type: string | null;
        readonly status: WireAlert["status"];
        readonly severity: WireAlert["severity"];
      }
    | { readonly kind: "act"; readonly by: string; readonly name: string | null; readonly act: Readonly<Record<string, unknown>> };
}

/** Transitions and acts of all alerts, newest first; an acknowledgement is told by its act alone. */
export const courseOf = (stories: readonly AlertStory[]): readonly CourseLine[] =>
  stories
    .flatMap((alert): CourseLine[] => [
      ...alert.history.flatMap(({ at, type, status, severity, version }): CourseLine[] =>
        type === null || type === "alert.acknowledged"
          ? []
          : [{ key: `${alert.id} v${version}`, at, alert, line: { kind: "transition", type, status, severity } }],
      ),
      ...alert.acts.map(({ at, by, name, act }, index): CourseLine => ({
        key: `${alert.id} a${index}`,
        at,
        alert,
        line: { kind: "act", by, name, act: { ...act } },
      })),
    ])
    .toSorted((left, right) => right.at - left.at);
