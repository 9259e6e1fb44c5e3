/** What really happened in a story that was told: for whoever compares it with what a server said. */
import type { BilingualText, Severity } from "#core/alerts/alert.ts";
import { type EpochMs, MINUTE } from "#core/time.ts";
import { personOf } from "../ward/people-of.ts";
import type { WardDevice } from "../ward/ward-device.ts";
import type { Scenario } from "./scenario.ts";

export interface Happening {
  readonly kind: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface TrueDevice {
  readonly id: string;
  readonly kind: string;
  readonly faults: readonly (Happening & { readonly offsetMs?: number; readonly person?: string })[];
}

/** One person of one telling. */
export interface TruePerson {
  /** Name within the story. */
  readonly key: string;
  /** Pseudonym: the same at the server when the ward was enrolled. */
  readonly person: string;
  readonly persona: string;
  readonly happenings: readonly Happening[];
  readonly devices: readonly TrueDevice[];
}

export interface TrueExpectation {
  readonly person: string;
  readonly rule: string;
  readonly severity?: Severity;
  readonly late?: boolean;
  readonly orRule?: string;
  /** Before it the alert would be a false one. */
  readonly earliest: EpochMs;
  /** From when the lead counts, by when the alert must be there, and until when it may come again. */
  readonly from: EpochMs;
  readonly by: EpochMs;
  readonly until: EpochMs;
}

export interface Truth {
  readonly schema: "homeward-truth-1";
  readonly scenario: string;
  readonly title: BilingualText;
  readonly seed: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly people: readonly TruePerson[];
  readonly must: readonly TrueExpectation[];
  readonly may: readonly string[];
  readonly mustNot: readonly string[];
  readonly notYet: readonly string[];
}

export interface Telling {
  readonly scenario: Scenario;
  /** As `planWard` made them: copy by copy, person by person. */
  readonly devices: readonly WardDevice[];
  readonly seed: number;
  /** Minute 0 of the story. */
  readonly startsAt: EpochMs;
}

export const truthOf = ({ scenario, devices, seed, startsAt }: Telling): Truth => {
  const at = (minute: number): EpochMs => startsAt + minute * MINUTE;
  const end = at(scenario.lastsMin);
  const names = [...new Set(devices.map(personOf))];
  const people = names.map((person, index): TruePerson => {
    const own = devices.filter((device) => personOf(device) === person);
    return {
      // Every copy tells of the same people in the same order.
      key: scenario.people[index % scenario.people.length]?.key ?? person,
      person,
      persona: own[0]?.persona ?? "",
      happenings: happeningsOf(own[0]?.episodes ?? [], at),
      devices: own.map(({ id, kind = "oximeter", faults = [] }) => ({
        id,
        kind,
        faults: faults.map((fault) => ({
          kind: fault.kind,
          from: at(fault.fromMin),
          to: at(fault.toMin),
          ...(fault.kind === "clock" ? { offsetMs: fault.offsetMs } : {}),
          ...(fault.kind === "worn_by" ? { person: fault.person } : {}),
        })),
      })),
    };
  });
  return {
    schema: "homeward-truth-1",
    scenario: scenario.name,
    title: scenario.title,
    seed,
    from: startsAt,
    to: end,
    people,
    must: scenario.must.flatMap(({ person, rule, severity, orRule, late, fromMin, earliestMin = fromMin, withinMin, untilMin }) =>
      people
        .filter(({ key }) => key === person)
        .map((who) => ({
          person: who.person,
          rule,
          ...(severity === undefined ? {} : { severity }),
          ...(late === undefined ? {} : { late }),
          ...(orRule === undefined ? {} : { orRule }),
          earliest: at(earliestMin),
          from: at(fromMin),
          by: at(fromMin + withinMin),
          until: untilMin === undefined ? end : at(untilMin),
        })),
    ),
    may: scenario.may,
    mustNot: scenario.mustNot,
    notYet: scenario.notYet,
  };
};

/** Episodes of one kind are parts of one course. */
const happeningsOf = (episodes: NonNullable<WardDevice["episodes"]>, at: (minute: number) => EpochMs): Happening[] => {
  const courses = new Map<string, { from: number; to: number }>();
  for (const { kind, onsetMin, endMin } of episodes) {
    const known = courses.get(kind);
    courses.set(kind, { from: Math.min(known?.from ?? onsetMin, onsetMin), to: Math.max(known?.to ?? endMin, endMin) });
  }
  return [...courses].map(([kind, { from, to }]) => ({ kind, from: at(from), to: at(to) }));
};
