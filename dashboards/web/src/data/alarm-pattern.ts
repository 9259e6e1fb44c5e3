/** Which alarm sounds and how: pulses after IEC 60601-1-8 (screen rules 4), the highest priority only, silent until switched on. */
import type { WireAlert } from "./wire.ts";

export type Priority = "high" | "medium" | "low";

export interface Pulse {
  readonly atMs: number;
  readonly lengthMs: number;
}

const train = (count: number, lengthMs: number, gapMs: number, startMs: number): Pulse[] =>
  Array.from({ length: count }, (_, index) => ({ atMs: startMs + index * (lengthMs + gapMs), lengthMs }));

/** 3 + 2 pulses of 150 ms, 100 ms apart, 350 ms after the third; the same again 700 ms later. */
const half = (startMs: number): Pulse[] => [...train(3, 150, 100, startMs), ...train(2, 150, 100, startMs + 3 * 150 + 2 * 100 + 350)];
const HALF_MS = 3 * 150 + 2 * 100 + 350 + 2 * 150 + 100;

export const PATTERNS: Readonly<Record<Priority, { readonly pulses: readonly Pulse[]; readonly everyMs: number | null }>> = {
  high: { pulses: [...half(0), ...half(HALF_MS + 700)], everyMs: 7_000 },
  medium: { pulses: train(3, 200, 200, 0), everyMs: 20_000 },
  low: { pulses: train(1, 200, 0, 0), everyMs: null },
};

const STALE_S1_MS = 600_000;
const PRIORITY: Readonly<Partial<Record<WireAlert["severity"], Priority>>> = { S1: "high", S2: "medium", S3: "low" };
const ORDER: readonly Priority[] = ["high", "medium", "low"];
/** Technical, and yet of medium priority: a patient with an urgent alert whom nothing measures any more (domain 4.1). */
const MEDIUM_TECHNICAL = "DEV-2";

export const isMediumTechnical = ({ severity, rule }: Pick<WireAlert, "severity" | "rule">): boolean =>
  severity === "T" && rule.id === MEDIUM_TECHNICAL;

type Sounding = Pick<WireAlert, "status" | "late" | "severity" | "raisedAt" | "rule">;

const priorityOf = (alert: Sounding): Priority | undefined => (isMediumTechnical(alert) ? "medium" : PRIORITY[alert.severity]);

/**
 * The highest priority among what nobody acknowledged; an S1 more than 10 minutes old and a late alert are silent.
 * While paused only an emergency sounds that was raised after the pause began.
 */
export const soundingPriority = (alerts: readonly Sounding[], now: number, pausedAt: number | null = null): Priority | null => {
  const sounding = alerts
    .filter(({ status, late, severity, raisedAt }) => status === "open" && !late && !(severity === "S1" && now - raisedAt > STALE_S1_MS))
    .filter(({ severity, raisedAt }) => pausedAt === null || (severity === "S1" && raisedAt > pausedAt))
    .map(priorityOf);
  return ORDER.find((priority) => sounding.includes(priority)) ?? null;
};
