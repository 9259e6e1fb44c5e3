/** The ladder of one alert: which steps were taken, which comes next, which would follow, and when (domain 3.6). */
import { stepDueAt } from "#core/alerts/ladder.ts";
import type { AlertStory, WireAlert } from "./wire.ts";

export interface LadderStep {
  /** 0: raised, told to whoever is on call. */
  readonly step: number;
  readonly at: number;
  /** `off`: an act or the end of the alert came before it. */
  readonly state: "done" | "next" | "later" | "off";
}

type Raised = Pick<WireAlert, "severity" | "raisedAt" | "escalation" | "late">;

/** `history` may not be read yet: then steps taken stand at the time they were due. */
export const ladderSteps = (alert: Raised, history: AlertStory["history"], timeZone: string): readonly LadderStep[] => {
  const { severity, escalation } = alert;
  const lastRaise = history.findLast(({ type }) => type === "alert.raised");
  const from = lastRaise?.at ?? alert.raisedAt;
  const taken = history.filter(({ type, at }) => type === "alert.escalated" && at >= from).map(({ at }) => at);
  const steps: LadderStep[] = [{ step: 0, at: from, state: "done" }];
  const dueAfter = (step: number): number | null => stepDueAt(severity, step, from, timeZone);
  const next = escalation.step + 1;
  const nextDue = dueAfter(next);
  // A ladder that began again runs later than the first one did.
  const shift = escalation.nextAt === null || nextDue === null ? 0 : escalation.nextAt - nextDue;
  for (let step = 1; step <= 3; step++) {
    const due = dueAfter(step);
    if (due === null) break;
    if (step <= escalation.step) steps.push({ step, at: taken[step - 1] ?? taken.at(-1) ?? due, state: "done" });
    else if (escalation.nextAt === null) steps.push({ step, at: due, state: "off" });
    else steps.push({ step, at: due + shift, state: step === next ? "next" : "later" });
  }
  return alert.late ? steps.filter(({ state }) => state === "done") : steps;
};
