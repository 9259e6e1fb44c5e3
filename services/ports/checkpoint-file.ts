/** Port: one small state that a follower can rebuild from the journal, kept so that it need not read all of it. */
import type { Position } from "#ports/journal.ts";

/** Guarantee: `load` gives the newest state whose `save` resolved, or null; a torn or damaged one counts as none. */
export interface CheckpointFile {
  load(): Promise<{ readonly position: Position; readonly state: unknown } | null>;
  /** `state` is JSON. */
  save(position: Position, state: unknown): Promise<void>;
}
