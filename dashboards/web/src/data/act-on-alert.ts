/** Sends a clinician's act with the version on the screen; a conflict brings the alert as it is and who changed it. */
import type { BodyOf } from "#contracts/http/call.ts";
import type { acknowledgeAlert, closeAlert, commentAlert, contactAlert, feedbackAlert, snoozeAlert } from "#contracts/http/alert-calls.ts";
import type { Api, Problem } from "./api.ts";
import type { AlertStory, WireAlert } from "./wire.ts";

interface Bodies {
  acknowledge: BodyOf<typeof acknowledgeAlert>;
  contact: BodyOf<typeof contactAlert>;
  comment: BodyOf<typeof commentAlert>;
  snooze: BodyOf<typeof snoozeAlert>;
  close: BodyOf<typeof closeAlert>;
  feedback: BodyOf<typeof feedbackAlert>;
}
/** Those with a sheet of their own; feedback is one press. */
export type ActKind = Exclude<keyof Bodies, "feedback">;
export type ActRequest = { [Kind in keyof Bodies]: { readonly kind: Kind } & Omit<Bodies[Kind], "version"> }[keyof Bodies];

export interface Change {
  readonly by: string;
  /** How that user is called here; null: not known. */
  readonly name: string | null;
  readonly act: string;
  readonly at: number;
}

export type ActResult =
  | { readonly kind: "done"; readonly alert: WireAlert }
  | { readonly kind: "changed"; readonly alert: WireAlert; readonly change: Change | null }
  | { readonly kind: "failed"; readonly problem: Problem };

export const actOnAlert = async (
  api: Pick<Api, "get" | "post">,
  alert: WireAlert,
  { kind, ...members }: ActRequest,
): Promise<ActResult> => {
  const path = `/alerts/${encodeURIComponent(alert.id)}`;
  const answer = await api.post<WireAlert>(`${path}/${kind}`, { version: alert.version, ...members });
  if (answer.ok) return { kind: "done", alert: answer.value };
  const { problem } = answer;
  if (problem.code !== "alert_changed" || problem.alert === undefined) return { kind: "failed", problem };
  const story = await api.get<AlertStory>(path);
  const last = story.ok ? story.value.acts.at(-1) : undefined;
  return {
    kind: "changed",
    alert: problem.alert,
    change: last === undefined ? null : { by: last.by, name: last.name ?? null, act: last.act.kind, at: last.at },
  };
};

/** Longest snooze in minutes, shortest first (domain 4.4); an emergency has none. */
export const SNOOZE_MINUTES: Readonly<Record<WireAlert["severity"], readonly number[]>> = {
  S1: [],
  S2: [15, 30, 60],
  S3: [60, 240, 1_440],
  S4: [1_440, 10_080],
  T: [60, 240, 1_440],
};

/** Why an act is not possible; null when it is. `words` come from the dictionary. */
export type Hindrance = "feed_lost" | "not_allowed" | "closed" | "acknowledged" | "snooze_s1" | "snooze_cleared" | null;

export const hindranceOf = (
  kind: ActKind,
  alert: Pick<WireAlert, "status" | "severity">,
  { receiving, mayAct }: { readonly receiving: boolean; readonly mayAct: boolean },
): Hindrance => {
  if (!mayAct) return "not_allowed";
  if (!receiving) return "feed_lost";
  if (alert.status === "closed" && kind !== "comment" && kind !== "contact") return "closed";
  if (kind === "acknowledge" && alert.status === "acknowledged") return "acknowledged";
  if (kind === "snooze" && alert.severity === "S1") return "snooze_s1";
  if (kind === "snooze" && alert.status === "cleared") return "snooze_cleared";
  return null;
};
