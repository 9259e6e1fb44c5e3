/** Which alerts the queues show: by what became of them, by tier, by rule. */
import { waits } from "./order-needs.ts";
import type { WireAlert } from "./wire.ts";

export type AlertShow = "open" | "mine" | "snoozed" | "closed";
export const ALERT_SHOWS: readonly AlertShow[] = ["open", "mine", "snoozed", "closed"];

export interface AlertFilter {
  readonly show: AlertShow;
  readonly tier: string | null;
  readonly rule: string | null;
}
export const NO_ALERT_FILTER: AlertFilter = { show: "open", tier: null, rule: null };

/** `me` is a user id: mine is what I acknowledged. */
export const isShown = (alert: WireAlert, show: AlertShow, me: string): boolean => {
  const waiting = waits(alert);
  if (show === "closed") return !waiting;
  if (!waiting) return false;
  if (show === "open") return true;
  return show === "snoozed" ? alert.status === "snoozed" : alert.acknowledgedBy === me;
};

export const passes = (alert: WireAlert, { show, tier, rule }: AlertFilter, me: string): boolean =>
  isShown(alert, show, me) && (tier === null || alert.tier === tier) && (rule === null || alert.rule.id === rule);
