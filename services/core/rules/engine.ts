/** The engine's face: `step` owns and changes its state, and is deterministic, without clock or I/O (design section 3). */
import type { Alert } from "#core/alerts/alert.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import type { PatientId } from "#core/ids.ts";
import type { EpochMs } from "#core/time.ts";
import type { EngineEvent } from "./engine-event.ts";

export interface StepResult {
  /** In the order they happened; often the shared empty list. */
  readonly events: readonly EngineEvent[];
  /** Clinical time at which a tick is needed next; Infinity when nothing waits for absence. */
  readonly nextWakeAt: EpochMs;
}

export interface EngineCheckpoint {
  /** `patient:<id>`, `device:<id>` or `engine`. */
  readonly key: string;
  /** Null: delete this part. */
  readonly bytes: Uint8Array | null;
}

export interface Engine {
  /** Applies one journal entry. Same entries in the same order give the same events, byte for byte. */
  step(entry: JournalEntry): StepResult;
  /**
   * Parts of the state that changed since the last call; merged over earlier ones they restore the whole state. They are those of the
   * moment of the call, also when the engine goes on while they are asked for one by one, as it may: so no step waits for all of them.
   */
  checkpoint(): IteratorObject<EngineCheckpoint, void>;
  /** The open and latched alerts of a patient, as the engine holds them. */
  alertsOf(patient: PatientId): readonly Alert[];
  /** Rules in force, newest version of each. */
  rules(): readonly RuleVersion[];
}

export interface EngineOptions {
  /** The shipped catalogue. */
  readonly rules: readonly RuleVersion[];
  /** A checkpoint to start from: every part, newest of each key. */
  readonly restore?: Iterable<{ readonly key: string; readonly bytes: Uint8Array }>;
}
