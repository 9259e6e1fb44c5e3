/** All rule kinds that look at samples; a new kind is one file and one line here (design 5). */
import { dayMedian } from "./day-median.ts";
import type { RuleKind } from "./rule-kind.ts";
import { spot } from "./spot.ts";
import { threshold } from "./threshold.ts";

const KINDS: readonly RuleKind[] = [threshold, spot, dayMedian];

const byKind: ReadonlyMap<string, RuleKind> = new Map(KINDS.map((kind) => [kind.kind, kind]));

/** Undefined for rules about devices and the system, which no sample evaluates. */
export const ruleKind = (kind: string): RuleKind | undefined => byKind.get(kind);
