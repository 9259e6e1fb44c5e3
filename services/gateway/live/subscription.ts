/** What one subscription wants, and how far its stream has come. */
import type { Alert, Severity } from "#core/alerts/alert.ts";
import type { PatientId } from "#core/ids.ts";
import type { SubscribeRequest } from "#contracts/live-protocol.ts";
import type { FeedCursor, FeedEvent } from "#ports/ledger.ts";

const RANK: Readonly<Record<Severity, number>> = { S1: 1, S2: 2, S3: 3, S4: 4, T: 5 };
const EVERYONE = "*";
const EVERYTHING = "*";

export interface Subscription {
  readonly id: string;
  readonly after: string | null;
  /** Ids, or null for everyone the viewer may see. */
  readonly patients: ReadonlySet<PatientId> | null;
  /** Metric keys, or null for all. */
  readonly metrics: ReadonlySet<string> | null;
  wantsPatient(patient: PatientId | null): boolean;
  wantsAlert(alert: Alert): boolean;
  wantsEvent(event: FeedEvent): boolean;
  wantsReadings(patient: PatientId): boolean;
  wantsMetric(metric: string): boolean;
  /** Nothing is sent before the snapshot; transitions missed come from the ledger until none is left. */
  state: "starting" | "replaying" | "live";
  /** Every wanted event up to here was sent. */
  through: FeedCursor;
}

export const createSubscription = (request: SubscribeRequest): Subscription => {
  const asked = request.patients ?? [EVERYONE];
  const patients = asked.includes(EVERYONE) ? null : new Set(asked as PatientId[]);
  const keys = request.metrics ?? [EVERYTHING];
  const metrics = keys.includes(EVERYTHING) ? null : new Set(keys);
  const noAlerts = request.alerts === null;
  const lowest = RANK[request.alerts?.minSeverity ?? "S4"];
  const technical = request.alerts?.technical ?? true;

  const wantsPatient = (patient: PatientId | null): boolean => patients === null || (patient !== null && patients.has(patient));
  const wantsAlert = (alert: Alert): boolean =>
    !noAlerts && wantsPatient(alert.patient) && (alert.severity === "T" ? technical : RANK[alert.severity] <= lowest);
  return {
    id: request.id,
    after: request.after === undefined || request.after === null ? null : String(request.after),
    patients,
    metrics,
    wantsPatient,
    wantsAlert,
    wantsEvent: (event) => {
      if (noAlerts || !wantsPatient(event.patient)) return false;
      return event.kind !== "alert" || wantsAlert((event.payload as { readonly alert: Alert }).alert);
    },
    wantsReadings: (patient) => (metrics === null || metrics.size > 0) && wantsPatient(patient),
    wantsMetric: (metric) => metrics === null || metrics.has(metric),
    state: "starting",
    through: 0,
  };
};
