/** The alert as HTTP answers carry it: the one schema of contract section 5, alone, in short, and with its history. */
import { Nullable } from "#contracts/nullable.ts";
import { ALERT_STATUSES, AlertSchema, SEVERITIES } from "#contracts/live/alert-schema.ts";
import { Type } from "typebox";
import { Exact, Id, OneOf, Time } from "./common-schema.ts";

export { ALERT_STATUSES, AlertSchema, SEVERITIES };
export const TIERS = ["T0", "T1", "T2", "T3", "E"] as const;

const { id, version, rule, severity, tier, status, latched, stale, late, raisedAt, onsetAt, updatedAt, value, unit, summary } =
  AlertSchema.properties;

/** What a list of patients shows of the worst open alert. */
export const AlertHeadSchema = Exact(
  { id, version, rule, severity, tier, status, latched, stale, late, raisedAt, onsetAt, updatedAt, value, unit, summary },
  { description: "The worst open alert, without its evidence." },
);

/** One alert with everything people did to it and every version it had. */
export const AlertWithHistorySchema = Exact({
  ...AlertSchema.properties,
  acts: Type.Array(
    Exact({
      at: Time,
      by: Type.String({ description: "User id, or system." }),
      name: Nullable(Type.String({ description: "How that user is called here; null for the system." })),
      institution: Nullable(Id),
      roles: Type.Array(Type.String()),
      act: Type.Unsafe<{ readonly kind: string }>({ type: "object", description: "What was done: kind and its members." }),
    }),
  ),
  history: Type.Array(
    Exact({
      at: Time,
      version: Type.Integer(),
      status: OneOf(ALERT_STATUSES),
      severity: OneOf(SEVERITIES),
      late: Type.Boolean(),
      stale: Type.Boolean(),
      recurrences: Type.Integer(),
      value: Nullable(Type.Number()),
      type: Nullable(Type.String({ description: "The webhook type it sent, if any." })),
    }),
  ),
});
