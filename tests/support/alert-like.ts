/** An alert as the engine would give it, with what a test wants to say about it. */
import type { Alert } from "#core/alerts/alert.ts";

const T = 1_795_255_200_000;

/** Ids as plain text: tests name them, nobody checked them. */
type Plain<Value> = { readonly [Key in keyof Value]?: Value[Key] extends string | null ? string | null : Value[Key] };

export const alertLike = (id: string, more: Plain<Alert> = {}): Alert =>
  ({
    id,
    version: 1,
    rule: { id: "SPO2-A1", version: 1 },
    patient: null,
    device: null,
    institution: "t1",
    severity: "S2",
    tier: "T1",
    status: "open",
    latched: false,
    stale: false,
    late: false,
    lowConfidence: false,
    recurrences: 0,
    supersededBy: null,
    raisedAt: T,
    onsetAt: T,
    updatedAt: T,
    value: 89,
    unit: "%",
    threshold: 91,
    summary: { en: "Low oxygen saturation", zh: "血氧饱和度低" },
    action: { en: "Call now", zh: "立即联系患者" },
    evidence: { metric: "spo2", from: T - 60_000, to: T, points: [[T, 89]] },
    escalation: { step: 0, nextAt: null },
    referral: null,
    acknowledgedBy: null,
    acknowledgedAt: null,
    contactedAt: null,
    snoozedUntilAt: null,
    disposition: null,
    ...more,
  }) as Alert;
