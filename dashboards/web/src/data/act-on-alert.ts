/** Sends a clinician's act with the version on the screen; a conflict brings the alert as it is and who changed it. */
import type { BodyOf } from "#contracts/http/call.ts";
import type { acknowledgeAlert, closeAlert, commentAlert, contactAlert, snoozeAlert } from "#contracts/http/alert-calls.ts";
import type { Api, Problem } from "./api.ts";
import type { AlertStory, WireAlert } from "./wire.ts";

interface Bodies {
  acknowledge: BodyOf<typeof acknowledgeAlert>;
  contact: BodyOf<typeof contactAlert>;
  comment: BodyOf<typeof commentAlert>;
  snooze: BodyOf<typeof snoozeAlert>;
  close: BodyOf<typeof closeAlert>;
}
export type ActKind = keyof Bodies;
export type ActRequest = { [Kind in ActKind]: { readonly kind: Kind } & Omit<Bodies[Kind], "version"> }[ActKind];

export interface Change {
  readonly by: string;
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
    change: last === undefined ? null : { by: last.by, act: last.act.kind, at: last.at },
  };
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
