/** Holds what a server said against what really happened: which rules rang in time, and which rang although nothing was the matter. */
import { severityRank } from "#core/alerts/severity.ts";
import type { Alert } from "#core/alerts/alert.ts";
import { type EpochMs, MINUTE } from "#core/time.ts";
import type { Truth } from "#simulators/scenarios/truth.ts";

/** One transition of an alert, as the engine or the live feed tells it. */
export interface Heard {
  /** Whose it is: the pseudonym; null for the system's. */
  readonly person: string | null;
  readonly alert: Pick<Alert, "id" | "version" | "rule" | "severity" | "late" | "recurrences" | "raisedAt" | "updatedAt">;
}

/** A moment at which an alert called somebody: it was new, came again, grew worse, or became one of the present. */
export interface Ring {
  readonly person: string | null;
  readonly rule: string;
  readonly severity: Alert["severity"];
  readonly late: boolean;
  readonly at: EpochMs;
}

export interface Lead {
  readonly person: string;
  readonly rule: string;
  /** Null: it did not ring. */
  readonly minutes: number | null;
  readonly boundMinutes: number;
  readonly ring: Ring | null;
}

export interface Verdict {
  readonly leads: readonly Lead[];
  readonly unwanted: readonly Ring[];
}

export const ringsOf = (heard: readonly Heard[]): Ring[] => {
  const known = new Map<string, Heard["alert"]>();
  const rings: Ring[] = [];
  for (const { person, alert } of heard.toSorted((a, b) => a.alert.version - b.alert.version)) {
    const before = known.get(alert.id);
    known.set(alert.id, alert);
    const isWorse = before !== undefined && severityRank(alert.severity) > severityRank(before.severity);
    const isAgain = before !== undefined && alert.recurrences > before.recurrences;
    const isPresent = before !== undefined && before.late && !alert.late;
    if (before !== undefined && !isWorse && !isAgain && !isPresent) continue;
    const at = before === undefined ? alert.raisedAt : alert.updatedAt;
    rings.push({ person, rule: alert.rule.id, severity: alert.severity, late: alert.late, at });
  }
  return rings.sort((a, b) => a.at - b.at);
};

export const judgeStory = (truth: Truth, heard: readonly Heard[]): Verdict => {
  const rings = ringsOf(heard).filter(({ at }) => at <= truth.to);
  const leads = truth.must.map((wanted): Lead => {
    const ring = rings.find(
      ({ person, rule, severity, late, at }) =>
        person === wanted.person &&
        (rule === wanted.rule || rule === wanted.orRule) &&
        at >= wanted.earliest &&
        (wanted.severity === undefined || severityRank(severity) >= severityRank(wanted.severity)) &&
        (wanted.late === undefined || late === wanted.late),
    );
    return {
      person: wanted.person,
      rule: wanted.severity === undefined ? wanted.rule : `${wanted.rule} ${wanted.severity}`,
      minutes: ring === undefined ? null : (ring.at - wanted.from) / MINUTE,
      boundMinutes: (wanted.by - wanted.from) / MINUTE,
      ring: ring ?? null,
    };
  });
  const isWanted = ({ person, rule, late, at }: Ring): boolean =>
    truth.must.some(
      (wanted) =>
        wanted.person === person &&
        (wanted.rule === rule || wanted.orRule === rule) &&
        at >= wanted.earliest &&
        at <= wanted.until &&
        // What was to be told late must not sound; what is of the present may have come late first.
        (wanted.late !== true || late),
    );
  return { leads, unwanted: rings.filter((ring) => !truth.may.includes(ring.rule) && !isWanted(ring)) };
};
