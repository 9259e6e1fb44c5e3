/** The alert of contract section 5 as a schema: one source for documents and clients; a test pins it to the core's. */
import { Nullable } from "#contracts/nullable.ts";
import { Type } from "typebox";

const Time = Type.Integer({ description: "ms since 1970 UTC" });
const Id = Type.String({ minLength: 1 });
const Bilingual = Type.Object({ en: Type.String(), zh: Type.String() });

export const SEVERITIES = ["S1", "S2", "S3", "S4", "T"] as const;
export const ALERT_STATUSES = ["open", "acknowledged", "snoozed", "cleared", "closed"] as const;

export const AlertSchema = Type.Object(
  {
    id: Id,
    version: Type.Integer({ minimum: 1, description: "Rises with every transition sent out." }),
    rule: Type.Object({ id: Id, version: Type.Integer() }),
    patient: Nullable(Id),
    device: Nullable(Id),
    institution: Nullable(Id),
    severity: Type.Enum([...SEVERITIES]),
    tier: Type.Enum(["T0", "T1", "T2", "T3", "E"]),
    status: Type.Enum([...ALERT_STATUSES]),
    latched: Type.Boolean(),
    stale: Type.Boolean(),
    late: Type.Boolean(),
    lowConfidence: Type.Boolean(),
    recurrences: Type.Integer({ minimum: 0 }),
    supersededBy: Nullable(Id),
    raisedAt: Time,
    onsetAt: Time,
    updatedAt: Time,
    value: Nullable(Type.Number()),
    unit: Nullable(Type.String()),
    threshold: Nullable(Type.Number()),
    summary: Bilingual,
    action: Bilingual,
    evidence: Type.Object({
      metric: Nullable(Type.String()),
      from: Time,
      to: Time,
      points: Type.Array(Type.Tuple([Time, Type.Number()]), { maxItems: 600 }),
      aggregate: Type.Optional(Type.String()),
      revised: Type.Optional(Type.Boolean()),
    }),
    escalation: Type.Object({ step: Type.Integer(), nextAt: Nullable(Time) }),
    referral: Nullable(Id),
    acknowledgedBy: Nullable(Type.String()),
    acknowledgedAt: Nullable(Time),
    contactedAt: Nullable(Time),
    snoozedUntilAt: Nullable(Time),
    disposition: Nullable(Type.String()),
  },
  { title: "Alert" },
);
