/** The escalation ladder when nobody acknowledges: who is told next and when (domain 3.6), counted from `alert.raised`. */
import type { Severity } from "#core/alerts/alert.ts";
import { afterWorkingTime, WORKING_DAY } from "#core/alerts/working-time.ts";
import type { Tier } from "#core/people.ts";
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE } from "#core/time.ts";

interface Rung {
  readonly after: DurationMs;
  readonly working?: true;
  /** Whose staff on call are told at this step. */
  readonly tier: Tier;
}

const LADDERS: Readonly<Record<Severity, readonly Rung[]>> = {
  S1: [
    { after: 2 * MINUTE, tier: "T1" },
    { after: 5 * MINUTE, tier: "T2" },
    { after: 10 * MINUTE, tier: "T1" },
  ],
  S2: [
    { after: 15 * MINUTE, tier: "T1" },
    { after: 30 * MINUTE, tier: "T2" },
    { after: 60 * MINUTE, tier: "T1" },
  ],
  S3: [
    { after: 4 * HOUR, working: true, tier: "T1" },
    { after: WORKING_DAY, working: true, tier: "T2" },
  ],
  S4: [{ after: 7 * DAY, tier: "T1" }],
  T: [],
};

/** An acknowledged S1 without a recorded contact re-opens the ladder after this. */
export const CONTACT_DUE: DurationMs = 10 * MINUTE;

/** When step `step` (1, 2, 3) is due; null when the ladder ends before it. */
export const stepDueAt = (severity: Severity, step: number, from: EpochMs, timeZone: string): EpochMs | null => {
  const rung = LADDERS[severity][step - 1];
  if (rung === undefined) return null;
  return rung.working === true ? afterWorkingTime(from, rung.after, timeZone) : from + rung.after;
};

/** The tier that step `step` tells. */
export const tierOfStep = (severity: Severity, step: number): Tier | null => LADDERS[severity][step - 1]?.tier ?? null;
