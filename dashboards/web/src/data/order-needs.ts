/** The order of "Needs you": risk, then state, then clock used, then wait, then code, each compared in turn so that it can be explained. */
import { clockOf } from "./alert-clock.ts";
import type { WireAlert } from "./wire.ts";

export interface Need {
  readonly alert: WireAlert;
  /** The patient's code, or the device's when there is no patient. */
  readonly code: string;
}

const RISK: readonly WireAlert["severity"][] = ["S1", "S2", "S3", "T", "S4"];
export const severityRank = (severity: WireAlert["severity"]): number => RISK.indexOf(severity);

/** 0 open, 2 acknowledged, 3 recovered (1 is a late referral). An S1 without a contact counts as open until it recovers. */
export const phaseOf = ({ status, severity, contactedAt }: Pick<WireAlert, "status" | "severity" | "contactedAt">): number => {
  if (status === "cleared" || status === "closed") return 3;
  if (status === "open" || (severity === "S1" && contactedAt === null)) return 0;
  return 2;
};

export const compareNeeds =
  (now: number) =>
  (left: Need, right: Need): number =>
    severityRank(left.alert.severity) - severityRank(right.alert.severity) ||
    phaseOf(left.alert) - phaseOf(right.alert) ||
    (clockOf(right.alert, now)?.share ?? -1) - (clockOf(left.alert, now)?.share ?? -1) ||
    left.alert.raisedAt - right.alert.raisedAt ||
    (left.code < right.code ? -1 : left.code > right.code ? 1 : 0);

export const orderNeeds = (needs: readonly Need[], now: number): Need[] => needs.toSorted(compareNeeds(now));

/** What still waits for a person: not closed, and not recovered for good. */
export const waits = ({ status, latched }: Pick<WireAlert, "status" | "latched">): boolean =>
  status !== "closed" && !(status === "cleared" && !latched);

/**
 * The order shown while somebody points at the list: what is there stays where it is, what is new comes below, what is gone goes.
 * `moved` counts rows whose place waits.
 */
export const holdOrder = (
  shown: readonly string[],
  wanted: readonly string[],
): { readonly order: readonly string[]; readonly moved: number } => {
  const there = new Set(wanted);
  const known = new Set(shown);
  const order = [...shown.filter((id) => there.has(id)), ...wanted.filter((id) => !known.has(id))];
  return { order, moved: order.filter((id, index) => wanted[index] !== id).length };
};

/** Remembers the order on the screen, so that it can be held. */
export const createOrderHolder = () => {
  let shown: readonly string[] = [];
  return (wanted: readonly string[], hold: boolean): ReturnType<typeof holdOrder> => {
    const next = hold ? holdOrder(shown, wanted) : { order: wanted, moved: 0 };
    shown = next.order;
    return next;
  };
};
