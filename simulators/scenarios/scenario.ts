/** A labelled story: who, what happens to them and to their devices, and which rules must answer. */
import type { BilingualText } from "#core/alerts/alert.ts";
import type { Episode } from "../people/episode.ts";

/** What befalls a device or its way to the server; minutes since the story's start. */
export type DeviceFault =
  /** No connection: everything waits in the outbox and comes in order afterwards. */
  | { readonly kind: "offline"; readonly fromMin: number; readonly toMin: number }
  /** Its clock is wrong by so much. */
  | { readonly kind: "clock"; readonly fromMin: number; readonly toMin: number; readonly offsetMs: number }
  /** Messages are published twice, some again minutes later, some out of order. */
  | { readonly kind: "unruly"; readonly fromMin: number; readonly toMin: number }
  /** Off the body: what the kind sends then. */
  | { readonly kind: "off_body"; readonly fromMin: number; readonly toMin: number }
  /** Worn by another person of the story. */
  | { readonly kind: "worn_by"; readonly fromMin: number; readonly toMin: number; readonly person: string }
  /** Dead: nothing is measured. */
  | { readonly kind: "dead"; readonly fromMin: number; readonly toMin: number };

export interface ScenarioDevice {
  /** Kind as in `devices/device-kinds.ts`. */
  readonly kind: string;
  readonly faults?: readonly DeviceFault[];
  /** False: a device without misfortunes of its own, so that only the story's speak. */
  readonly artefacts?: boolean;
}

export interface ScenarioPerson {
  /** Name within the story. */
  readonly key: string;
  readonly persona: string;
  readonly devices: readonly ScenarioDevice[];
  readonly episodes?: readonly Episode[];
}

/** A rule that must fire: on whom, how soon after what. */
export interface Expectation {
  readonly person: string;
  readonly rule: string;
  readonly severity?: "S1" | "S2" | "S3" | "S4" | "T";
  /** A worse rule that may speak in its stead, since it would close this one's alert. */
  readonly orRule?: string;
  /** Minute of the story from which the lead counts: its cause is there. */
  readonly fromMin: number;
  /** Before this minute the alert would be a false one; `fromMin` unless given. Where a value sinks slowly a body's own ups and downs decide. */
  readonly earliestMin?: number;
  /** The alert must be there at the latest so many minutes after. */
  readonly withinMin: number;
  /** Until then it may come again or grow worse; the story's end unless given. */
  readonly untilMin?: number;
  /** True: it must come as a late one, told by a backlog; false: as one of the present. Unless given, either. */
  readonly late?: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly title: BilingualText;
  /** Local hour at which the story starts. */
  readonly startsAtHour: number;
  readonly lastsMin: number;
  readonly people: readonly ScenarioPerson[];
  readonly must: readonly Expectation[];
  /** May fire without being counted. */
  readonly may: readonly string[];
  /** Must not fire, on anybody of the story; everything that is neither `must` nor `may` must not either. */
  readonly mustNot: readonly string[];
  /** Should fire, but the engine does not have them yet. */
  readonly notYet: readonly string[];
}
