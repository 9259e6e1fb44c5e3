/** Fourteen days at a glance: one value or range a day, made from hourly points in the institution's days. */
import type { Series } from "./wire.ts";

export interface DayCell {
  /** 11-20; the key of the day. */
  readonly day: string;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export type DayFold = "mean" | "night" | "morning" | "sum" | "highest";

export interface DayRow {
  readonly metric: string;
  readonly fold: DayFold;
}

/** What is worth a strip, best first; each needs its metric. */
export const DAY_ROWS: readonly DayRow[] = [
  { metric: "spo2", fold: "mean" },
  { metric: "spo2", fold: "night" },
  { metric: "resp_rate", fold: "mean" },
  { metric: "inhaler_rescue", fold: "sum" },
  { metric: "pef", fold: "morning" },
  { metric: "knee_flexion_max", fold: "highest" },
  { metric: "session_duration", fold: "sum" },
  { metric: "pain_nrs", fold: "mean" },
  { metric: "step_count", fold: "sum" },
  { metric: "body_temp", fold: "highest" },
];

const hourIn = (fold: DayFold, hour: number): boolean => (fold === "night" ? hour < 6 : fold === "morning" ? hour < 12 : true);

/** `dayOf` and `hourOf` speak in the institution's zone; `days` in order, each with its cell or null. */
export const foldDays = (
  { points }: Pick<Series, "points">,
  fold: DayFold,
  days: readonly string[],
  at: { readonly dayOf: (t: number) => string; readonly hourOf: (t: number) => number },
): readonly (DayCell | null)[] => {
  const found = new Map<string, { low: number; high: number; sum: number; n: number }>();
  for (const { t, min, max, mean, n } of points) {
    if (!hourIn(fold, at.hourOf(t))) continue;
    const day = at.dayOf(t);
    const weight = Math.max(1, n);
    const known = found.get(day) ?? { low: Infinity, high: -Infinity, sum: 0, n: 0 };
    found.set(day, { low: Math.min(known.low, min), high: Math.max(known.high, max), sum: known.sum + mean * weight, n: known.n + weight });
  }
  return days.map((day) => {
    const known = found.get(day);
    if (known === undefined) return null;
    const middle = fold === "sum" ? known.sum : fold === "highest" ? known.high : known.sum / known.n;
    return { day, low: fold === "sum" ? 0 : known.low, middle, high: fold === "sum" ? known.sum : known.high };
  });
};
