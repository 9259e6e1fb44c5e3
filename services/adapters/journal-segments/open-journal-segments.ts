/** The journal on append-only segment files: group commit by fdatasync in a worker thread, recovery at the start, retention by cursors. */
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CommitReply, CommitRequest } from "#adapters/journal-segments/commit-protocol.ts";
import { startCommitThread } from "#adapters/journal-segments/commit-thread.ts";
import { lockJournalFolder } from "#adapters/journal-segments/journal-folder-lock.ts";
import { JournalError } from "#adapters/journal-segments/journal-error.ts";
import { readSegments } from "#adapters/journal-segments/read-segments.ts";
import { recoverFolder, syncFolder, type Damage } from "#adapters/journal-segments/recover-folder.ts";
import type { Segment } from "#adapters/journal-segments/segment-file.ts";
import { SegmentShelf } from "#adapters/journal-segments/segment-shelf.ts";
import { ByteWriter } from "#contracts/journal-record/byte-writer.ts";
import { encodeEntryInto } from "#contracts/journal-record/entry-codec.ts";
import { encodeSegmentHeader, FORMAT_VERSION, MAX_PAYLOAD, RECORD_HEADER, SEGMENT_HEADER } from "#contracts/journal-record/record-frame.ts";
import type { JournalEntry } from "#core/journal-entry.ts";
import { HOUR } from "#core/time.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { AppendOutcome, Committed, Journal, Position } from "#ports/journal.ts";

export interface JournalSegmentsOptions {
  readonly folder: string;
  readonly maxBytes?: number;
  readonly retentionMs?: number;
  readonly segmentBytes?: number;
  /** Wall clock. */
  readonly now: () => number;
  /** Monotonic milliseconds: spaces commits and retries. */
  readonly monotonic?: () => number;
  readonly diagnostics?: Diagnostics;
}

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** Under load commits begin at least so far apart; the first after a pause begins at once. */
const COMMIT_SPACING_MS = 4;
/** A batch this large begins its commit inside `append`: under backlog timers and immediates starve. */
const INLINE_ENTRIES = 2_000;
const INLINE_BYTES = MIB;
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5_000;

type Refusal = Extract<AppendOutcome, { ok: false }>;

interface Batch {
  readonly entries: JournalEntry[];
  readonly settled: ((outcome: AppendOutcome) => void)[];
  /** Entries that will not be written, by index. */
  readonly refused: Map<number, Refusal>;
  readonly writer: ByteWriter;
}

/** Throws `JournalError` when the folder cannot be used; damage inside it is no reason not to open. */
export const openJournalSegments = async (options: JournalSegmentsOptions): Promise<Journal> => {
  const { folder, diagnostics } = options;
  let unlock: (() => void) | undefined;
  try {
    await makeFolder(folder);
    unlock = lockJournalFolder(folder);
    const recovered = await recoverFolder(folder, diagnostics);
    return new JournalSegments(options, recovered, unlock);
  } catch (cause) {
    unlock?.();
    if (cause instanceof JournalError) throw cause;
    throw new JournalError("journal_unusable", cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/** A new folder must survive a power cut as well as what is written into it. */
const makeFolder = async (folder: string): Promise<void> => {
  const created = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (created === undefined) return;
  const top = dirname(resolve(created));
  for (let parent = dirname(resolve(folder)); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === top) return;
  }
};

class JournalSegments implements Journal {
  head: Position;
  readonly #shelf: SegmentShelf;
  readonly #damaged: Damage[];
  readonly #maxBytes: number;
  readonly #monotonic: () => number;
  readonly #diagnostics: Diagnostics | undefined;
  readonly #unlock: () => void;
  readonly #thread = startCommitThread();

  #gathering: Batch;
  #committing: Batch | null = null;
  #spare: ArrayBuffer[] = [];
  #scheduled = false;
  #lastBegan = -Infinity;
  #appended = false;
  #refusing: { readonly outcome: Refusal; readonly retryAt: number } | null = null;
  /** Failed commits since the last good one. */
  #failures = 0;
  #retryMs = 0;
  readonly #followers = new Set<(batch: readonly Committed[]) => void>();
  #closed = false;
  #drained: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    options: JournalSegmentsOptions,
    recovered: { readonly segments: Segment[]; readonly damaged: Damage[]; readonly head: Position },
    unlock: () => void,
  ) {
    const { folder, maxBytes = 10 * GIB, retentionMs = 24 * HOUR, segmentBytes = 64 * MIB, now, diagnostics } = options;
    this.#shelf = new SegmentShelf({ folder, maxBytes, retentionMs, segmentBytes, now, diagnostics }, recovered.segments);
    this.#maxBytes = maxBytes;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#diagnostics = diagnostics;
    this.#unlock = unlock;
    this.#damaged = recovered.damaged;
    this.head = recovered.head;
    this.#gathering = this.#newBatch();
  }

  get tail(): Position {
    return this.#shelf.tail ?? this.head + 1;
  }

  append(entry: JournalEntry, settled: (outcome: AppendOutcome) => void): void {
    const batch = this.#gathering;
    const { writer, entries } = batch;
    const index = entries.length;
    if (this.#closed) batch.refused.set(index, { ok: false, reason: "closed" });
    else {
      const start = writer.take(RECORD_HEADER);
      try {
        encodeEntryInto(writer, entry);
      } catch (cause) {
        writer.length = start;
        throw cause;
      }
      const length = writer.length - start - RECORD_HEADER;
      if (length > MAX_PAYLOAD) {
        writer.length = start;
        batch.refused.set(index, { ok: false, reason: "failed", cause: new RangeError(`an entry of ${length} bytes is too large`) });
      } else writer.view.setUint32(start + 4, length, true);
    }
    entries.push(entry);
    batch.settled.push(settled);
    this.#appended = true;
    if (this.#committing !== null) return;
    if (entries.length >= INLINE_ENTRIES || writer.length >= INLINE_BYTES) this.#begin();
    else this.#schedule();
  }

  commit(entry: JournalEntry): Promise<AppendOutcome> {
    return new Promise((resolve) => this.append(entry, resolve));
  }

  follow(onCommitted: (batch: readonly Committed[]) => void): () => void {
    // A function of its own: the same callback may follow twice.
    const follower = (batch: readonly Committed[]): void => onCommitted(batch);
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  read(from: Position): AsyncIterable<readonly Committed[]> {
    const range = {
      from: Math.max(1, from),
      head: this.head,
      segments: this.#shelf.segments,
      onDamage: (segment: Segment, first: Position, last: Position, reason: string) => this.#report(segment, first, last, reason),
    };
    return readSegments(range);
  }

  setCursor(name: string, position: Position): void {
    this.#shelf.setCursor(name, position);
    if (position > this.head) {
      // The reader has done more than the disk kept (an older copy, a cut tail): it would never look at these positions again.
      this.#diagnostics?.error("journal_behind_reader", { reader: name, head: this.head, position });
      if (!this.#appended) {
        this.#damaged.push({ segment: "", from: this.head + 1, to: position, reason: `the reader ${name} is ahead of the journal` });
        this.head = position;
        this.#shelf.leaveGap();
      }
    }
    this.#shelf.retain();
    if (this.#refusing?.retryAt === -Infinity && this.#shelf.makeRoom(SEGMENT_HEADER * 2, this.#committing === null)) this.#accept();
  }

  stats(): ReturnType<Journal["stats"]> {
    return {
      bytes: this.#shelf.bytes,
      maxBytes: this.#maxBytes,
      segments: this.#shelf.segments.length,
      pendingEntries: this.#gathering.entries.length + (this.#committing?.entries.length ?? 0),
      pendingBytes: this.#gathering.writer.length + (this.#committing?.writer.length ?? 0),
      accepting: this.#refusing === null && !this.#closed,
      damaged: [...this.#damaged],
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    if (this.#committing !== null || this.#gathering.entries.length > 0) {
      const drained = new Promise<void>((resolve) => (this.#drained = resolve));
      if (this.#committing === null) this.#begin();
      await drained;
    }
    await this.#thread.close();
    await this.#shelf.idle();
    this.#unlock();
  }

  #newBatch(): Batch {
    const buffer = this.#spare.pop();
    return { entries: [], settled: [], refused: new Map(), writer: new ByteWriter(buffer) };
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const begin = (): void => {
      this.#scheduled = false;
      if (this.#committing === null) this.#begin();
    };
    const wait = this.#lastBegan + COMMIT_SPACING_MS - this.#monotonic();
    // An immediate runs after the sockets that are ready now: their messages share the commit.
    if (wait > 0.5) setTimeout(begin, wait);
    else setImmediate(begin);
  }

  /** Sends what was gathered to the disk, or answers it with the refusal that stands. */
  #begin(): void {
    const batch = this.#gathering;
    if (batch.entries.length === 0) return;
    this.#committing = batch;
    this.#gathering = this.#newBatch();
    const length = batch.writer.length;
    const refusal = length === 0 ? { ok: false as const, reason: "closed" as const } : this.#refusalFor(length);
    if (refusal) {
      setImmediate(() => this.#finish(batch, refusal, this.head + 1));
      return;
    }
    this.#lastBegan = this.#monotonic();
    const began = this.#lastBegan;
    const first = this.head + 1;
    const opened = this.#shelf.next(length, first);
    const request: CommitRequest = {
      open: opened && {
        path: opened.path,
        salt: opened.salt,
        header: encodeSegmentHeader({
          version: FORMAT_VERSION,
          salt: opened.salt,
          firstPosition: first,
          createdAt: opened.createdAt,
          holed: false,
          afterGap: opened.afterGap,
        }),
      },
      first,
      buffer: batch.writer.bytes.buffer,
      length,
    };
    this.#thread.commit(request, (reply) => {
      this.#diagnostics?.observe("homeward_journal_commit_seconds", (this.#monotonic() - began) / 1000);
      this.#conclude(batch, reply, first, length, opened);
    });
  }

  #refusalFor(length: number): Refusal | null {
    const standing = this.#refusing;
    if (standing && this.#monotonic() < standing.retryAt) return standing.outcome;
    if (this.#shelf.makeRoom(SEGMENT_HEADER + length, true)) return null;
    const outcome: Refusal = {
      ok: false,
      reason: "full",
      cause: new Error(`the journal holds ${this.#shelf.bytes} of ${this.#maxBytes} bytes`),
    };
    this.#refuse({ outcome, retryAt: -Infinity });
    return outcome;
  }

  #refuse(refusing: { readonly outcome: Refusal; readonly retryAt: number }): void {
    if (this.#refusing === null) this.#diagnostics?.error("journal_refusing", { reason: refusing.outcome.reason }, refusing.outcome.cause);
    this.#refusing = refusing;
  }

  #accept(): void {
    if (this.#refusing !== null) this.#diagnostics?.info("journal_accepting");
    this.#refusing = null;
    this.#retryMs = 0;
    this.#failures = 0;
  }

  #conclude(batch: Batch, reply: CommitReply, first: Position, length: number, opened: Segment | null): void {
    if (this.#spare.length < 2 && reply.buffer.byteLength > 0 && reply.buffer.byteLength <= 4 * MIB) this.#spare.push(reply.buffer);
    if (!reply.ok) {
      this.#failed(batch, reply, first, opened);
      return;
    }
    this.#accept();
    this.head = first + batch.entries.length - batch.refused.size - 1;
    this.#shelf.settle(opened, first, this.head, length);
    if (opened) this.#shelf.retain();
    this.#finish(batch, null, first);
  }

  /** Nothing of this commit counts, and its segment is done with: the next commit begins a new one at the same position. */
  #failed(batch: Batch, reply: Extract<CommitReply, { ok: false }>, first: Position, opened: Segment | null): void {
    const isFull = reply.code === "ENOSPC" || reply.code === "EDQUOT";
    const cause = Object.assign(new Error(reply.message), { code: reply.code });
    const outcome: Refusal = { ok: false, reason: isFull ? "full" : "failed", cause };
    const fields = { code: reply.code, entries: batch.entries.length, newSegment: opened !== null };
    this.#diagnostics?.error("journal_commit_failed", fields, cause);
    this.#diagnostics?.count("homeward_journal_failed_commits_total");
    this.#shelf.abandon();
    // One failure may be the segment's own; when the next one fails as well, it is the disk.
    if (++this.#failures > 1) {
      this.#retryMs = Math.min(RETRY_MOST_MS, this.#retryMs === 0 ? RETRY_FIRST_MS : this.#retryMs * 2);
      this.#refuse({ outcome, retryAt: this.#monotonic() + this.#retryMs });
    }
    this.#finish(batch, outcome, first);
  }

  /** Begins the next commit first, so that the disk works while callers are told. */
  #finish(batch: Batch, refusal: Refusal | null, first: Position): void {
    this.#committing = null;
    if (this.#gathering.entries.length > 0) {
      if (this.#closed || this.#monotonic() - this.#lastBegan >= COMMIT_SPACING_MS) this.#begin();
      else this.#schedule();
    }
    const committed: Committed[] = [];
    let position = first;
    for (let index = 0; index < batch.entries.length; index++) {
      const settled = batch.settled[index] as (outcome: AppendOutcome) => void;
      const refused = batch.refused.size > 0 ? batch.refused.get(index) : undefined;
      const no = refused ?? refusal;
      if (no) guarded(() => settled(no));
      else {
        const at = position++;
        committed.push({ position: at, entry: batch.entries[index] as JournalEntry });
        guarded(() => settled({ ok: true, position: at }));
      }
    }
    if (committed.length > 0) for (const follower of Array.from(this.#followers)) guarded(() => follower(committed));
    if (this.#drained && this.#committing === null && this.#gathering.entries.length === 0) this.#drained();
  }

  #report({ name }: Segment, from: Position, to: Position, reason: string): void {
    if (this.#damaged.some((known) => known.segment === name && known.from === from)) return;
    this.#damaged.push({ segment: name, from, to, reason });
    this.#diagnostics?.error("journal_damaged", { segment: name, from, to, reason });
  }
}

/** One caller's bug must not keep the others from hearing that their entry is safe; it still ends the process as any bug does. */
const guarded = (call: () => void): void => {
  try {
    call();
  } catch (cause) {
    queueMicrotask(() => {
      throw cause;
    });
  }
};
