/** How severities compare, and which of them latch (semantics 5.5). */
import type { Severity } from "#core/alerts/alert.ts";

const RANK: Readonly<Record<Severity, number>> = { T: 0, S4: 1, S3: 2, S2: 3, S1: 4 };
export const isWorse = (a: Severity, b: Severity): boolean => RANK[a] > RANK[b];
export const severityRank = (severity: Severity): number => RANK[severity];
export const latches = (severity: Severity): boolean => severity === "S1" || severity === "S2";
