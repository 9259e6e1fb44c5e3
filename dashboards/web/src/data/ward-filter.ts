/** Which people of the ward are shown: by state, tier, institution, condition and holder; kept in the address, so that a reload shows the same. */
import type { TileState } from "./reading-state.ts";
import type { Patient, Severity, WireAlert } from "./wire.ts";

/** A severity somebody has, or a state of their data. */
export type Show = Severity | Exclude<TileState, "live">;
export type Holder = "mine" | "team" | "shared";

export interface WardFilter {
  readonly show: Show | null;
  readonly tier: string | null;
  readonly institution: string | null;
  readonly condition: string | null;
  readonly holder: Holder | null;
}

export const SHOWS: readonly Show[] = [
  "S1",
  "S2",
  "S3",
  "S4",
  "T",
  "stale",
  "off_body",
  "silent",
  "frozen",
  "paused",
  "never_started",
  "degraded",
];
const HOLDERS: readonly Holder[] = ["mine", "team", "shared"];

export const readWardFilter = (query: URLSearchParams): WardFilter => ({
  show: SHOWS.find((show) => show === query.get("show")) ?? null,
  tier: query.get("tier"),
  institution: query.get("institution"),
  condition: query.get("condition"),
  holder: HOLDERS.find((holder) => holder === query.get("holder")) ?? null,
});

/** What the filter knows of one person. */
export interface WardPerson {
  readonly patient: Pick<Patient, "tier" | "institution" | "conditions" | "access">;
  readonly alerts: readonly Pick<WireAlert, "severity" | "acknowledgedBy">[];
  readonly state: TileState;
}

/** Somebody holds a person by having acknowledged an alert of theirs; the team by their institution. */
export const holdersOf = ({ patient, alerts }: WardPerson, me: string): readonly Holder[] => [
  ...(alerts.some(({ acknowledgedBy }) => acknowledgedBy === me) ? (["mine"] as const) : []),
  patient.access.relation === "own" ? "team" : "shared",
];

const showsOf = ({ alerts, state }: WardPerson): ReadonlySet<Show> =>
  new Set<Show>([...alerts.map(({ severity }) => severity), ...(state === "live" ? [] : [state])]);

export const passes = (person: WardPerson, { show, tier, institution, condition, holder }: WardFilter, me: string): boolean =>
  (show === null || showsOf(person).has(show)) &&
  (tier === null || person.patient.tier === tier) &&
  (institution === null || person.patient.institution === institution) &&
  (condition === null || person.patient.conditions.some((known) => known === condition)) &&
  (holder === null || holdersOf(person, me).includes(holder));

/** People, not alerts: somebody with two counts once. */
export const countShows = (people: readonly WardPerson[]): ReadonlyMap<Show, number> => {
  const counts = new Map<Show, number>();
  for (const person of people) for (const show of showsOf(person)) counts.set(show, (counts.get(show) ?? 0) + 1);
  return counts;
};
