/** Live journal entries that wait for a follower; overflows into "read it from the journal" instead of into memory. */
import type { Committed, Position } from "#ports/journal.ts";

export interface FollowBuffer {
  /** Adds live entries; what is not the next position, or does not fit, overflows. */
  add(batch: readonly Committed[]): void;
  /** The oldest entries, up to about `samples`; none when empty. */
  take(samples: number): Committed[];
  /** Everything up to `position` has been read from the journal: live entries count again from the next. */
  begin(position: Position): void;
  /** Empties it: what it held must be read from the journal. */
  overflow(): void;
  readonly overflown: boolean;
  readonly samples: number;
  readonly entries: number;
}

/** What an entry costs to store, in samples. */
export const weightOf = ({ entry }: Committed): number =>
  entry.kind === "message" ? 1 + entry.samples.length + entry.quarantined.length + Math.ceil((entry.waveform?.values.length ?? 0) / 16) : 1;

/** Begins overflown: what lies before the first live entry is in the journal. */
export const createFollowBuffer = (mostSamples: number): FollowBuffer => {
  let held: Committed[] = [];
  let samples = 0;
  let overflown = true;
  let last: Position = 0;

  const overflow = (): void => {
    held = [];
    samples = 0;
    overflown = true;
  };

  return {
    add(batch) {
      if (overflown) return;
      for (const committed of batch) {
        if (committed.position <= last) continue;
        if (committed.position !== last + 1 || samples > mostSamples) {
          overflow();
          return;
        }
        held.push(committed);
        samples += weightOf(committed);
        last = committed.position;
      }
    },
    take(most) {
      let count = 0;
      let weight = 0;
      for (const committed of held) {
        weight += weightOf(committed);
        if (count > 0 && weight > most) break;
        count += 1;
      }
      const taken = held.slice(0, count);
      held = held.slice(count);
      samples = held.reduce((sum, committed) => sum + weightOf(committed), 0);
      return taken;
    },
    begin(position) {
      held = [];
      samples = 0;
      last = position;
      overflown = false;
    },
    overflow,
    get overflown() {
      return overflown;
    },
    get samples() {
      return samples;
    },
    get entries() {
      return held.length;
    },
  };
};
