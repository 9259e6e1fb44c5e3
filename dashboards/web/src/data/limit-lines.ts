/** The limits a pane draws: those alerts fired on, from their onset until they ended, and the patient's own, from when they were set. */
import type { PatientRule, WireAlert } from "./wire.ts";

export interface LimitLine {
  readonly key: string;
  readonly value: number;
  readonly from: number;
  /** Null: it still holds. */
  readonly to: number | null;
  /** What crosses it: at or below, at or above. */
  readonly side: "low" | "high";
  readonly severity: WireAlert["severity"];
  readonly own: boolean;
  readonly loosened: boolean;
}

/** Percent of the personal best in litres a minute, when that is what the pane shows. */
export const onPane = (metric: string, value: number, unit: string | null, best: number | undefined): number =>
  metric === "pef" && unit === "%" ? ((best ?? 0) * value) / 100 : value;

const isLow = (rule: Pick<PatientRule, "threshold" | "clear"> | undefined): boolean | null =>
  rule === undefined || rule.threshold === null || rule.clear === null ? null : rule.clear > rule.threshold;

export const concerns = (metric: string, shown: string | null): boolean =>
  shown !== null && (shown === metric || (metric === "pef" && shown === "pef_pct_best"));

const ended = ({ status, updatedAt }: WireAlert): number | null => (status === "closed" || status === "cleared" ? updatedAt : null);

export const limitLinesOf = (
  metric: string,
  alerts: readonly WireAlert[],
  rules: readonly PatientRule[],
  best: number | undefined,
): readonly LimitLine[] => {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const fired = alerts.flatMap((alert): LimitLine[] => {
    if (alert.threshold === null || !concerns(metric, alert.evidence.metric)) return [];
    const low = isLow(byId.get(alert.rule.id)) ?? (alert.value ?? 0) <= alert.threshold;
    const value = onPane(metric, alert.threshold, alert.unit, best);
    return [
      {
        key: alert.id,
        value,
        from: alert.onsetAt,
        to: ended(alert),
        side: low ? "low" : "high",
        severity: alert.severity,
        own: false,
        loosened: false,
      },
    ];
  });
  const own = rules.flatMap((rule): LimitLine[] => {
    if (!concerns(metric, rule.metric) || rule.limits?.threshold === undefined || rule.threshold === null || !rule.enabled) return [];
    return [
      {
        key: rule.id,
        value: onPane(metric, rule.threshold, rule.metric === "pef_pct_best" ? "%" : null, best),
        from: rule.limits.since ?? 0,
        to: null,
        side: isLow(rule) === true ? "low" : "high",
        severity: rule.severity,
        own: true,
        loosened: rule.loosened,
      },
    ];
  });
  return [...own, ...fired];
};

/** Rules that would fire later for this person than for anybody else. */
export const loosenedOf = (rules: readonly PatientRule[]): readonly PatientRule[] => rules.filter(({ loosened }) => loosened);
