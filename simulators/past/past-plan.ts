/** What a ward's past is to hold: how far back, which courses were run through, and what staff did about the alerts of then. */
import type { Act } from "#core/alerts/act.ts";
import type { Actor, PastEntry } from "#core/journal-entry.ts";
import type { Assignment, DeviceConfig, PatientConfig } from "#core/people.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";
import type { Episode } from "../people/episode.ts";

/** What was done about an alert of this rule, so long after it was raised. */
export interface PastAct {
  readonly rule: string;
  readonly afterS: number;
  readonly actor: Actor;
  readonly act: Act;
}

/** A device that said nothing, or whose battery ran low; minutes from the anchor. */
type PastFault =
  | { readonly kind: "dead"; readonly device: string; readonly fromMin: number; readonly toMin: number }
  | { readonly kind: "battery"; readonly device: string; readonly atMin: number; readonly percent: number };

/** One earlier story of one person, between two moments in which nothing was alerted; minutes from the anchor, below 0. */
export interface PastScene {
  readonly key: string;
  readonly person: string;
  readonly fromMin: number;
  readonly toMin: number;
  readonly episodes: readonly Episode[];
  readonly faults: readonly PastFault[];
  readonly acts: readonly PastAct[];
  /** Who closes what is still open at the end. */
  readonly closer: Actor;
}

/** What the rules need to know of everybody in a story. */
export interface PastStory {
  readonly patients: readonly PatientConfig[];
  readonly devices: readonly DeviceConfig[];
  readonly assignments: readonly Assignment[];
  /** Patients by the person who plays them. */
  readonly patientOf: Readonly<Record<string, string>>;
  readonly scenes: readonly PastScene[];
}

export interface PastPlan {
  /** The past ends here, or a little before, where the ward's own backlog begins. */
  readonly anchor: EpochMs;
  /** So much of it at a sample a minute; what is measured now and then reaches further back. */
  readonly historyMs: DurationMs;
  /** Null: it was told before; then only the time since the ward last lived is filled. */
  readonly story: PastStory | null;
}

/** What the process that tells the past says to the one that started it. */
export type PastNews =
  /** An earlier story is over: its alerts and acts. */
  { readonly kind: "past"; readonly events: PastEntry["events"] } | { readonly kind: "past_told" };
