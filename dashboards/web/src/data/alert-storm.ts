/** More alerts than anybody can read one by one: noticed by the minute, told by cause (screen rules 7). */
import type { Need } from "./order-needs.ts";
import type { WireAlert } from "./wire.ts";

export interface Storm {
  /** New in the last five minutes. */
  readonly count: number;
  /** The rule most of them share. */
  readonly cause: WireAlert["rule"]["id"];
  readonly causeCount: number;
}

const A_MINUTE = 60_000;
const REMEMBERED = 5 * A_MINUTE;
const MORE_THAN = 20;

/** A storm once more than 20 came within a minute; it is over when that minute is five old. */
export const stormOf = (alerts: readonly Pick<WireAlert, "raisedAt" | "rule">[], now: number): Storm | null => {
  const recent = alerts.filter(({ raisedAt }) => now - raisedAt < REMEMBERED).toSorted((left, right) => left.raisedAt - right.raisedAt);
  const dense = recent.some(({ raisedAt }, index) => {
    const before = recent[index - MORE_THAN];
    return before !== undefined && raisedAt - before.raisedAt < A_MINUTE;
  });
  if (!dense) return null;
  const causes = [...Map.groupBy(recent, ({ rule }) => rule.id)].toSorted(([, left], [, right]) => right.length - left.length);
  const [cause, theirs] = causes[0] ?? ["", []];
  return { count: recent.length, cause, causeCount: theirs.length };
};

/** In a storm causes stay together: the cause of the worst person first, each in its own order. */
export const groupByCause = (needs: readonly Need[]): Need[] => [...Map.groupBy(needs, ({ alert }) => alert.rule.id).values()].flat();
