/** The counter of one device: tells repeats from new lives of the counter, and what a receipt must say (semantics 2). */
import type { Epoch } from "#core/journal-entry.ts";
import { type CoverageState, NumberCoverage, type NumberRange } from "./number-coverage.ts";
import { RecentHashes } from "./recent-hashes.ts";

/** Numbers remembered by hash (semantics 2.1). */
const REMEMBERED = 65_536;
/** Lives kept beside the current one, for a device whose old epoch still trickles in. */
const LIVES_KEPT = 4;

interface Life {
  readonly number: number;
  /** What the device called it; absent: an implicit epoch. */
  readonly epoch: Epoch | undefined;
  /** First number received, before anything of it is on disk. */
  readonly first: number;
  coverage: NumberCoverage | null;
}

export interface NumbersState {
  readonly lives: readonly {
    readonly number: number;
    readonly epoch?: Epoch;
    readonly first: number;
    readonly coverage: CoverageState | null;
  }[];
}

export interface ReceiptContent {
  readonly seq: number;
  readonly epoch?: Epoch;
  readonly missing: readonly number[];
}

export interface RecordedGap extends NumberRange {
  readonly life: number;
}

export class MessageNumbers {
  /** Newest last. */
  readonly #lives: Life[] = [];
  readonly #hashes = new RecentHashes(REMEMBERED);
  /** The message numbered last came under a number that was in use already, with other bytes. */
  contradicted = false;

  constructor(state?: NumbersState) {
    for (const life of state?.lives ?? []) {
      this.#lives.push({
        number: life.number,
        epoch: life.epoch,
        first: life.first,
        coverage: life.coverage === null ? null : new NumberCoverage(life.first, life.coverage),
      });
    }
  }

  /**
   * Which life of the counter a message received now belongs to. Called in order of arrival, before the commit.
   * @param isNews it tells of a time after everything this device told before, so it repeats nothing
   */
  assign(seq: number, epoch: Epoch | undefined, hash: number, isNews = false): number {
    const current = this.#lives.at(-1);
    this.contradicted = false;
    const life = epoch === undefined ? this.#implicitLife(current, seq, hash, isNews) : (this.#named(epoch) ?? this.#begin(seq, epoch));
    // A named life is never taken for another: only implicit ones are told apart by content.
    if (epoch === undefined && life === this.#lives.at(-1)) this.#hashes.put(seq, hash);
    return life.number;
  }

  /** The number is on disk (or voided). Returns ranges that were given up. */
  commit(life: number, seq: number): readonly RecordedGap[] {
    const found = this.#lives.find((candidate) => candidate.number === life);
    if (found === undefined) return NO_GAPS;
    if (found.coverage === null) {
      found.coverage = new NumberCoverage(Math.min(found.first, seq));
      if (seq > found.first) return label(found.coverage.add(seq), life);
      return NO_GAPS;
    }
    return label(found.coverage.add(seq), life);
  }

  /** True when this number had been given up as a gap and is on disk after all. */
  reclaim(life: number, seq: number): boolean {
    return this.#lives.find((candidate) => candidate.number === life)?.coverage?.reclaim(seq) ?? false;
  }

  hasMissing(life: number): boolean {
    return this.#lives.find((candidate) => candidate.number === life)?.coverage?.hasMissing ?? false;
  }

  /** Lives of the counter with numbers that are still asked for. */
  livesWithMissing(): number[] {
    return this.#lives.filter((life) => life.coverage?.hasMissing === true).map((life) => life.number);
  }

  /** True for a counter without a name that another has followed: nothing can fill it, and its numbers now mean other messages. */
  isLeft(life: number): boolean {
    const newest = this.#lives.at(-1);
    return newest?.number !== life && this.#lives.find((candidate) => candidate.number === life)?.epoch === undefined;
  }

  /** What to tell the device about the life its newest committed message belongs to; null while nothing is on disk. */
  receipt(life: number): { readonly content: ReceiptContent; readonly gaps: readonly RecordedGap[] } | null {
    const found = this.#lives.find((candidate) => candidate.number === life);
    if (found === undefined || found.coverage === null) return null;
    const { missing, gaps } = found.coverage.ask();
    const content = { seq: found.coverage.highest, missing };
    return { content: found.epoch === undefined ? content : { seq: content.seq, epoch: found.epoch, missing }, gaps: label(gaps, life) };
  }

  state(): NumbersState {
    return {
      lives: this.#lives.map((life) => ({
        number: life.number,
        ...(life.epoch === undefined ? {} : { epoch: life.epoch }),
        first: life.first,
        coverage: life.coverage?.state() ?? null,
      })),
    };
  }

  /** Re-creates what was known about a message of the journal. */
  restore(life: number, seq: number, epoch: Epoch | undefined, hash: number): void {
    if (!this.#lives.some((known) => known.number === life)) {
      this.#lives.push({ number: life, epoch, first: seq, coverage: null });
      this.#forgetHashes();
    }
    if (epoch === undefined && this.#lives.at(-1)?.number === life) this.#hashes.put(seq, hash);
    this.commit(life, seq);
  }

  /** A recorded data gap: these numbers are not asked for any more. */
  close(life: number, from: number, to: number): void {
    this.#lives.find((candidate) => candidate.number === life)?.coverage?.close(from, to);
  }

  #implicitLife(current: Life | undefined, seq: number, hash: number, isNews: boolean): Life {
    if (current === undefined || current.epoch !== undefined || seq < current.first) return this.#begin(seq, undefined);
    // Of a number whose bytes are no longer remembered (a restart of ours, long ago) only news can prove that it was used anew.
    const isUsedAnew = isNews && !this.#hashes.remembers(seq) && current.coverage?.saw(seq) === true;
    this.contradicted = isUsedAnew || this.#hashes.differs(seq, hash);
    return this.contradicted ? this.#begin(seq, undefined) : current;
  }

  #named(epoch: Epoch): Life | undefined {
    return this.#lives.findLast((life) => life.epoch === epoch);
  }

  #begin(first: number, epoch: Epoch | undefined): Life {
    const life: Life = { number: (this.#lives.at(-1)?.number ?? -1) + 1, epoch, first, coverage: null };
    this.#lives.push(life);
    if (this.#lives.length > LIVES_KEPT) this.#lives.shift();
    this.#forgetHashes();
    return life;
  }

  #forgetHashes(): void {
    this.#hashes.clear();
  }
}

const NO_GAPS: readonly RecordedGap[] = [];
const label = (ranges: readonly NumberRange[], life: number): readonly RecordedGap[] =>
  ranges.length === 0 ? NO_GAPS : ranges.map((range) => ({ ...range, life }));
