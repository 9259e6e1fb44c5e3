/** A rule as data: immutable versions, per-patient limits beside them (domain 2.1, semantics 5). */
import type { BilingualText, Severity } from "#core/alerts/alert.ts";
import type { Condition, SpO2Profile, Tier } from "#core/people.ts";
import type { EpochMs } from "#core/time.ts";

export interface RuleVersion {
  /** Stable id of `domain.md` 2.3, e.g. `SPO2-A1`. */
  readonly id: string;
  readonly version: number;
  /** Rules of one family absorb one another, the higher the lower (semantics 5.4). */
  readonly family: string;
  /** Which file of `#core/rules` evaluates it. */
  readonly kind: string;
  readonly enabled: boolean;
  readonly metric: string | null;
  readonly severity: Severity;
  readonly tier: Tier;
  /** The limit of the first branch; null for coded rules. */
  readonly threshold: number | null;
  /** The safer limit that recovery must reach; moves with `threshold`. */
  readonly clear: number | null;
  readonly profile: SpO2Profile | null;
  readonly conditions: readonly Condition[];
  /** What the rule's kind needs besides: windows, holds, branches, bounds. JSON. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly summary: BilingualText;
  readonly action: BilingualText;
  readonly source: string;
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
}

/** A patient's own limits for one rule; what is absent stays the rule's. */
export interface RuleLimits {
  readonly threshold?: number;
  readonly enabled?: boolean;
  readonly reason: string;
  /** When it was set; absent in limits older than this member. */
  readonly since?: EpochMs;
}
