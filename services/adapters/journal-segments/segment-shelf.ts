/** The segments of one folder: which one is written, which may go, and how much room there is. Knows nothing of commits and callers. */
import { randomBytes } from "node:crypto";
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { isEmpty, mark, segmentName, type Segment } from "#adapters/journal-segments/segment-file.ts";
import { SEGMENT_HEADER } from "#contracts/journal-record/record-frame.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Position } from "#ports/journal.ts";

export interface ShelfOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly retentionMs: number;
  readonly segmentBytes: number;
  /** Wall clock. */
  readonly now: () => number;
  readonly diagnostics: Diagnostics | undefined;
}

export class SegmentShelf {
  /** Oldest first; the last one is appended to while `#open`. */
  readonly segments: Segment[];
  bytes: number;
  readonly #options: ShelfOptions;
  #open = false;
  /** The next segment does not go on where the last one ends. */
  #afterGap = false;
  /** Out of the list already, unlinked once a newer segment is durable: the newest file carries the position. */
  #doomed: Segment[] = [];
  #unlinking: Promise<void> = Promise.resolve();
  readonly #cursors = new Map<string, Position>();
  /** A failed segment may have left its file behind: its name is not used again. */
  #attempts: { readonly first: Position; readonly next: number } = { first: 0, next: 0 };

  constructor(options: ShelfOptions, segments: Segment[]) {
    this.#options = options;
    this.segments = segments;
    this.bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Undefined when nothing is kept. */
  get tail(): Position | undefined {
    return this.segments.find((segment) => !isEmpty(segment))?.first;
  }

  /** The segment to begin with a commit of `length` bytes at `first`; null to go on in the open one. */
  next(length: number, first: Position): Segment | null {
    const current = this.segments.at(-1);
    if (this.#open && current && current.bytes + length <= this.#options.segmentBytes) return null;
    const used = [...this.segments, ...this.#doomed].filter((segment) => segment.first === first).map(({ attempt }) => attempt + 1);
    const attempt = Math.max(0, ...used, this.#attempts.first === first ? this.#attempts.next : 0);
    this.#attempts = { first, next: attempt + 1 };
    const name = segmentName(first, attempt);
    return {
      name,
      path: join(this.#options.folder, name),
      first,
      attempt,
      salt: randomBytes(4).readUInt32LE(),
      createdAt: this.#options.now(),
      afterGap: this.#afterGap,
      holed: false,
      last: first - 1,
      bytes: SEGMENT_HEADER,
      marks: [],
    };
  }

  /** A commit is durable: in the segment it opened, or in the open one. */
  settle(opened: Segment | null, first: Position, last: Position, length: number): void {
    if (opened) {
      const before = this.segments.at(-1);
      if (before && isEmpty(before)) this.#doom(before);
      this.segments.push(opened);
      this.bytes += opened.bytes;
      this.#open = true;
      this.#afterGap = false;
    }
    const segment = this.segments.at(-1) as Segment;
    mark(segment, first, segment.bytes);
    segment.bytes += length;
    segment.last = last;
    this.bytes += length;
  }

  /** The open segment is not written any more. */
  abandon(): void {
    this.#open = false;
  }

  /** Positions go on behind a gap that is no damage. */
  leaveGap(): void {
    this.#open = false;
    this.#afterGap = true;
    const last = this.segments.at(-1);
    if (last) last.holed = true;
  }

  setCursor(name: string, position: Position): void {
    this.#cursors.set(name, position);
  }

  #slowest(): Position {
    return this.#cursors.size === 0 ? 0 : Math.min(...this.#cursors.values());
  }

  /** Whole segments go when every cursor has passed them and their last entry is older than the retention. */
  retain(): void {
    const slowest = this.#slowest();
    const oldEnough = this.#options.now() - this.#options.retentionMs;
    for (;;) {
      const [oldest, next] = this.segments;
      // A segment was closed when the next began; the newest stays.
      if (!oldest || !next || oldest.last > slowest || next.createdAt > oldEnough) break;
      this.#doom(oldest);
    }
    this.#unlinkDoomed();
  }

  /**
   * True when `needed` bytes fit the quota, if need be by deleting what every cursor has passed before its retention is over:
   * room for new entries matters more than old ones that were read. The open segment goes too when `mayCloseLast` (no commit is writing to it).
   */
  makeRoom(needed: number, mayCloseLast: boolean): boolean {
    const slowest = this.#slowest();
    while (this.bytes + needed > this.#options.maxBytes) {
      const [oldest, next] = this.segments;
      if (!oldest || oldest.last > slowest || (!next && !mayCloseLast)) return false;
      if (!next) this.#open = false;
      this.#doom(oldest);
    }
    this.#unlinkDoomed();
    return true;
  }

  /** Resolves when no file is being deleted. */
  idle(): Promise<void> {
    return this.#unlinking;
  }

  #doom(segment: Segment): void {
    this.segments.splice(this.segments.indexOf(segment), 1);
    this.bytes -= segment.bytes;
    this.#doomed.push(segment);
  }

  #unlinkDoomed(): void {
    if (!this.#open || this.#doomed.length === 0) return;
    const doomed = this.#doomed;
    this.#doomed = [];
    // Oldest first and one after the other: a crash between leaves no hole.
    this.#unlinking = this.#unlinking.then(async () => {
      for (const { path, name } of doomed) {
        try {
          await unlink(path);
        } catch (cause) {
          this.#options.diagnostics?.warn("journal_delete_failed", { segment: name }, cause);
        }
      }
    });
  }
}
