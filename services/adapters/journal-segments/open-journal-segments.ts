/** The journal on append-only segment files: group commit by fdatasync in a worker thread, recovery at the start, retention by cursors. */
import { randomBytes } from "node:crypto";
import { mkdir, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CommitReply, CommitRequest } from "#adapters/journal-segments/commit-protocol.ts";
import { startCommitThread } from "#adapters/journal-segments/commit-thread.ts";
import { lockJournalFolder } from "#adapters/journal-segments/journal-folder-lock.ts";
import { JournalError } from "#adapters/journal-segments/journal-error.ts";
import { readSegments } from "#adapters/journal-segments/read-segments.ts";
import { recoverFolder, syncFolder, type Damage } from "#adapters/journal-segments/recover-folder.ts";
import { isEmpty, mark, segmentName, type Segment } from "#adapters/journal-segments/segment-file.ts";
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
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #retentionMs: number;
  readonly #segmentBytes: number;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #diagnostics: Diagnostics | undefined;
  readonly #unlock: () => void;
  readonly #thread = startCommitThread();

  /** Oldest first; the last one is appended to while `#open`. */
  readonly #segments: Segment[];
  readonly #damaged: Damage[];
  #open = false;
  /** The next segment does not go on where the last one ends. */
  #afterGap = false;
  #bytes: number;
  /** Out of the list already, unlinked once a newer segment is durable: the newest file carries the position. */
  #doomed: Segment[] = [];
  #unlinking: Promise<void> = Promise.resolve();
  readonly #cursors = new Map<string, Position>();

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
    this.#folder = options.folder;
    this.#maxBytes = options.maxBytes ?? 10 * GIB;
    this.#retentionMs = options.retentionMs ?? 24 * HOUR;
    this.#segmentBytes = options.segmentBytes ?? 64 * MIB;
    this.#now = options.now;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#diagnostics = options.diagnostics;
    this.#unlock = unlock;
    this.#segments = recovered.segments;
    this.#damaged = recovered.damaged;
    this.head = recovered.head;
    this.#bytes = recovered.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    this.#gathering = this.#newBatch();
  }

  get tail(): Position {
    return this.#segments.find((segment) => !isEmpty(segment))?.first ?? this.head + 1;
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
      segments: this.#segments,
      onDamage: (segment: Segment, first: Position, last: Position, reason: string) => this.#report(segment, first, last, reason),
    };
    return readSegments(range);
  }

  setCursor(name: string, position: Position): void {
    this.#cursors.set(name, position);
    if (position > this.head && !this.#appended) {
      // The reader has done more than the disk kept (an older copy, a cut tail): it would never look at these positions again.
      this.#damaged.push({ segment: "", from: this.head + 1, to: position, reason: `the reader ${name} is ahead of the journal` });
      this.#diagnostics?.error("journal_behind_reader", { reader: name, head: this.head, position });
      this.head = position;
      this.#open = false;
      this.#afterGap = true;
      const last = this.#segments.at(-1);
      if (last) last.holed = true;
    } else if (position > this.head) this.#diagnostics?.error("journal_behind_reader", { reader: name, head: this.head, position });
    this.#retain();
  }

  stats(): ReturnType<Journal["stats"]> {
    return {
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      segments: this.#segments.length,
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
    await this.#unlinking;
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
    const opened = this.#segmentFor(length, first);
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
    if (this.#bytes + SEGMENT_HEADER + length <= this.#maxBytes || this.#makeRoom(SEGMENT_HEADER + length)) return null;
    const outcome: Refusal = { ok: false, reason: "full", cause: new Error(`the journal holds ${this.#bytes} of ${this.#maxBytes} bytes`) };
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

  /** The segment to begin with this commit; null to go on in the open one. */
  #segmentFor(length: number, first: Position): Segment | null {
    const current = this.#segments.at(-1);
    if (this.#open && current && current.bytes + length <= this.#segmentBytes) return null;
    let attempt = 0;
    for (const { first: taken, attempt: used } of [...this.#segments, ...this.#doomed])
      if (taken === first) attempt = Math.max(attempt, used + 1);
    attempt = Math.max(attempt, this.#attempts.first === first ? this.#attempts.next : 0);
    this.#attempts = { first, next: attempt + 1 };
    const name = segmentName(first, attempt);
    const salt = randomBytes(4).readUInt32LE();
    return {
      name,
      path: join(this.#folder, name),
      first,
      attempt,
      salt,
      createdAt: this.#now(),
      afterGap: this.#afterGap,
      holed: false,
      last: first - 1,
      bytes: SEGMENT_HEADER,
      marks: [],
    };
  }
  /** A failed segment may have left its file behind: its name is not used again. */
  #attempts: { first: Position; next: number } = { first: 0, next: 0 };

  #conclude(batch: Batch, reply: CommitReply, first: Position, length: number, opened: Segment | null): void {
    if (this.#spare.length < 2 && reply.buffer.byteLength > 0 && reply.buffer.byteLength <= 4 * MIB) this.#spare.push(reply.buffer);
    if (!reply.ok) {
      this.#failed(batch, reply, first, opened);
      return;
    }
    this.#accept();
    if (opened) this.#roll(opened);
    const segment = this.#segments.at(-1) as Segment;
    const count = batch.entries.length - batch.refused.size;
    mark(segment, first, segment.bytes);
    segment.bytes += length;
    this.#bytes += length;
    this.head = first + count - 1;
    segment.last = this.head;
    if (opened) this.#retain();
    this.#diagnostics?.gauge("homeward_journal_bytes", this.#bytes);
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
    this.#open = false;
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

  #roll(opened: Segment): void {
    const before = this.#segments.at(-1);
    if (before && isEmpty(before)) this.#doom(before);
    this.#segments.push(opened);
    this.#bytes += opened.bytes;
    this.#open = true;
    this.#afterGap = false;
  }

  #slowest(): Position {
    return this.#cursors.size === 0 ? 0 : Math.min(...this.#cursors.values());
  }

  /** Whole segments go when every cursor has passed them and their last entry is older than the retention. */
  #retain(): void {
    const slowest = this.#slowest();
    const oldEnough = this.#now() - this.#retentionMs;
    for (;;) {
      const [oldest, next] = this.#segments;
      // A segment was closed when the next began; the newest stays.
      if (!oldest || !next || oldest.last > slowest || next.createdAt > oldEnough) break;
      this.#doom(oldest);
    }
    if (this.#refusing?.retryAt === -Infinity && this.#makeRoom(SEGMENT_HEADER * 2)) this.#accept();
    this.#unlinkDoomed();
  }

  /** Before the retention is over, but never before the slowest cursor: room for new entries matters more than old ones that were read. */
  #makeRoom(needed: number): boolean {
    const slowest = this.#slowest();
    while (this.#bytes + needed > this.#maxBytes) {
      const oldest = this.#segments[0];
      if (!oldest || oldest.last > slowest) return false;
      if (this.#segments.length === 1) this.#open = false;
      this.#doom(oldest);
    }
    this.#unlinkDoomed();
    return true;
  }

  #doom(segment: Segment): void {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    this.#bytes -= segment.bytes;
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
          this.#diagnostics?.warn("journal_delete_failed", { segment: name }, cause);
        }
      }
    });
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
