/**
 * Tells a device that lost its counter from two that speak in one name (DEV-8, "replayed sequence").
 *
 * A number used again is nothing by itself: the same bytes are a repeat, other bytes a counter that began anew, and an outbox
 * that drains or answers `missing` carries what is older than the newest. A counter that was left never comes back with news.
 * When it does, and the other one goes on too, there are two sources: a clone, or a recording with new times.
 */
import type { Epoch } from "#core/journal-entry.ts";
import { DAY, type DurationMs, type EpochMs } from "#core/time.ts";

/** A counter goes on also where a few of its numbers were lost (D). */
const NUMBERS_LOST = 8;
/** There and back within this long (D). */
const WITHIN: DurationMs = DAY;

interface Counter {
  readonly epoch: Epoch | undefined;
  readonly seq: number;
}

/** Kept in memory alone: after a restart of ours the same three messages prove it again. */
export class RivalCounters {
  #newest: EpochMs = Number.NEGATIVE_INFINITY;
  #current: Counter | null = null;
  #former: Counter | null = null;
  #returnedAt: EpochMs = Number.NEGATIVE_INFINITY;

  /**
   * A numbered message in order of arrival; true when it proves two sources.
   * @param t its newest time, −∞ for none
   * @param contradicted its number was in use already, with other bytes
   */
  observe(seq: number, epoch: Epoch | undefined, t: EpochMs, contradicted: boolean, arrivedAt: EpochMs): boolean {
    const isNews = t > this.#newest;
    if (isNews) this.#newest = t;
    else if (!contradicted) return false;
    const counter = { epoch, seq };
    const current = this.#current;
    const former = this.#former;
    // Between counters that lie close together the one whose very next number it is.
    const isReturn = former !== null && goesOn(former, counter) && !(current !== null && seq === current.seq + 1);
    if (current === null || (goesOn(current, counter) && !(isReturn && seq === former.seq + 1))) {
      this.#current = counter;
      return false;
    }
    this.#former = current;
    this.#current = counter;
    if (!isReturn) return false;
    const isProof = arrivedAt - this.#returnedAt <= WITHIN;
    this.#returnedAt = isProof ? Number.NEGATIVE_INFINITY : arrivedAt;
    return isProof;
  }
}

const goesOn = (from: Counter, { epoch, seq }: Counter): boolean =>
  from.epoch === epoch && seq > from.seq && seq <= from.seq + NUMBERS_LOST;
