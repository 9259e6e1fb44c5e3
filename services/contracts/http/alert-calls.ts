/** Calls about alerts and what clinicians do to them (contract sections 3 and 5). */
import { CONTACT_OUTCOMES, DISPOSITIONS } from "#core/alerts/act.ts";
import { Type, type TProperties } from "typebox";
import { ALERT_STATUSES, AlertSchema, AlertWithHistorySchema, SEVERITIES, TIERS } from "./alert-schema.ts";
import { defineCall } from "./call.ts";
import { ById, Exact, Id, Note, OneOf, Page, Reason, Several, Time, paging } from "./common-schema.ts";

export const listAlerts = defineCall({
  id: "listAlerts",
  method: "GET",
  path: "/api/v1/alerts",
  access: "alerts.read",
  tag: "alerts",
  summary: "Alerts of the patients I may see, newest first",
  description: "Filters may be repeated or comma-separated.",
  query: Exact({
    status: Several(OneOf(ALERT_STATUSES)),
    severity: Several(OneOf(SEVERITIES)),
    tier: Several(OneOf(TIERS)),
    patient: Several(Id),
    ...paging,
  }),
  status: 200,
  answer: Page(AlertSchema),
});

export const getAlert = defineCall({
  id: "getAlert",
  method: "GET",
  path: "/api/v1/alerts/{id}",
  access: "alerts.read",
  tag: "alerts",
  summary: "One alert with its acts and history",
  params: ById,
  status: 200,
  answer: AlertWithHistorySchema,
});

const Shown = Type.Integer({ minimum: 0, description: "The alert's version on your screen; the first is 1." });

const defineAct = <const Name extends string, const P extends TProperties>(name: Name, summary: string, members: P) =>
  defineCall({
    id: `${name}Alert`,
    method: "POST",
    path: `/api/v1/alerts/{id}/${name}`,
    // The door lets in whoever may act on any alert at all; which one, the handler asks (`mayActOn`).
    access: "alerts.act_technical",
    tag: "alerts",
    summary,
    description:
      "409 alert_changed, with the member alert, when its status, severity or recurrences differ from those at the version sent, or that version never was. Clinicians and coordinators act on every alert they see; administrators on technical ones that concern no patient (`alert.patient` is null).",
    params: ById,
    body: Exact({ version: Shown, ...members }),
    status: 200,
    answer: AlertSchema,
    problems: ["alert_changed", "act_refused", "journal_unavailable"],
  });

const Label = (known: readonly string[]) =>
  Type.String({ minLength: 1, maxLength: 200, pattern: "\\S", description: `Usually one of ${known.join(", ")}.` });

export const acknowledgeAlert = defineAct("acknowledge", "I have seen it and take it", { note: Type.Optional(Note) });
export const contactAlert = defineAct("contact", "I contacted the patient, or tried", {
  outcome: Label(CONTACT_OUTCOMES),
  note: Type.Optional(Note),
});
export const snoozeAlert = defineAct("snooze", "Be quiet for a while; worsening ends it", { untilAt: Time, reason: Reason });
export const commentAlert = defineAct("comment", "Write something beside it", {
  text: Type.String({ minLength: 1, maxLength: 2_000, pattern: "\\S" }),
});
export const closeAlert = defineAct("close", "Close it with a disposition", {
  disposition: Label(DISPOSITIONS),
  note: Type.Optional(Note),
});
export const feedbackAlert = defineAct("feedback", "Was it useful?", {
  useful: OneOf(["useful", "not_useful", "technical"]),
  note: Type.Optional(Note),
});
