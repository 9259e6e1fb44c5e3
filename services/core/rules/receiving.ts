/** When we were able to receive: our own outage is never a patient's silence (semantics 3.6). */
import { DAY, type DurationMs, type EpochMs } from "#core/time.ts";

/** Outages longer ago than any silence that is still counted. */
const REMEMBERED: DurationMs = 10 * DAY;

export class Receiving {
  /** Null: we cannot hear anybody now. */
  since: EpochMs | null = null;
  #outages: [EpochMs, EpochMs][] = [];
  #deafFrom: EpochMs | null = null;
  #known = false;

  /** The first entry of any kind begins to receive, until an entry says otherwise. */
  begin(at: EpochMs): void {
    if (this.#known) return;
    this.#known = true;
    this.since = at;
  }

  /** `lastSeen`: newest entry before this one; what a crash cut off counts as an outage from there. */
  change(at: EpochMs, receiving: boolean, lastSeen: EpochMs): void {
    if (!receiving) {
      if (this.since !== null) this.#deafFrom = at;
      this.since = null;
      this.#known = true;
      return;
    }
    const from = this.#deafFrom ?? lastSeen;
    if (this.#known && from < at) this.#outages.push([from, at]);
    this.#outages = this.#outages.filter(([, to]) => to > at - REMEMBERED);
    this.#deafFrom = null;
    this.#known = true;
    this.since = at;
  }

  /** Time between the two at which we were receiving. */
  heard(from: EpochMs, to: EpochMs): DurationMs {
    const end = this.since === null ? (this.#deafFrom ?? to) : to;
    let total = Math.max(0, end - from);
    for (const [start, stop] of this.#outages) total -= Math.max(0, Math.min(stop, end) - Math.max(start, from));
    return Math.max(0, total);
  }

  state(): unknown {
    return { since: this.since, outages: this.#outages, deafFrom: this.#deafFrom, known: this.#known };
  }

  restore(state: unknown): void {
    const held = state as { since: EpochMs | null; outages: [EpochMs, EpochMs][]; deafFrom: EpochMs | null; known: boolean };
    this.since = held.since;
    this.#outages = held.outages;
    this.#deafFrom = held.deafFrom;
    this.#known = held.known;
  }
}
