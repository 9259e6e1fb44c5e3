/** Follows the journal into the reading store: in order, a few batches ahead, again after a failure, never in anybody's way. */
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Committed, Journal, Position } from "#ports/journal.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import { createFollowBuffer, weightOf } from "./follow-buffer.ts";

export interface StoreReadingsOptions {
  readonly journal: Pick<Journal, "follow" | "read" | "setCursor" | "head" | "tail">;
  readonly store: Pick<ReadingStore, "position" | "write">;
  readonly institutionOf: (device: DeviceId) => InstitutionId | null;
  readonly clock: Pick<TransportClock, "monotonic" | "after">;
  readonly diagnostics: Diagnostics;
  /** Told while the store is more than 5 s behind the journal, and null once when it is not any more. */
  readonly onBehind?: (seconds: number | null) => void;
}

export interface StoreReadings extends AsyncDisposable {
  /** Highest position stored. */
  readonly position: Position;
  /** Resolves when everything the journal holds now is stored. */
  caughtUp(): Promise<void>;
}

/** A batch waits this long for company. */
const GATHER_MS = 50;
const MOST_SAMPLES = 20_000;
const MOST_IN_FLIGHT = 2;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;
const BEHIND_MS = 5_000;

export const startStoreReadings = (options: StoreReadingsOptions): StoreReadings => {
  const { journal, store, institutionOf, clock, diagnostics, onBehind } = options;
  const buffer = createFollowBuffer(3 * MOST_SAMPLES);
  const inFlight = new Set<Promise<void>>();
  const waiters: { readonly position: Position; readonly resolve: () => void }[] = [];
  const state: { stopped: boolean; failure: { readonly cause: unknown } | null } = { stopped: false, failure: null };
  let retry = FIRST_RETRY_MS;
  /** Highest position handed to the store. */
  let taken = store.position();
  /** When positions were first known, a second apart: the first is as old as what waits longest. */
  const seen: { readonly position: Position; readonly at: number }[] = [];
  let reported = false;
  let wake = (): void => undefined;

  const woken = (delay: number | null): Promise<void> =>
    new Promise((resolve) => {
      const timer = delay === null ? null : clock.after(delay, () => wake());
      wake = () => {
        timer?.cancel();
        wake = () => undefined;
        resolve();
      };
    });

  const notice = (position: Position): void => {
    const at = clock.monotonic();
    const newest = seen.at(-1);
    if (newest === undefined || at - newest.at >= 1_000) seen.push({ position, at });
  };

  const observe = (): void => {
    const position = store.position();
    const waiting = seen.findIndex((mark) => mark.position > position);
    seen.splice(0, waiting < 0 ? seen.length : waiting);
    const oldest = seen[0];
    const late = oldest === undefined ? 0 : clock.monotonic() - oldest.at;
    if (late >= BEHIND_MS) onBehind?.(late / 1_000);
    else if (reported) onBehind?.(null);
    reported = late >= BEHIND_MS;
  };

  const stepped = (): void => {
    const position = store.position();
    retry = FIRST_RETRY_MS;
    journal.setCursor("store", position);
    for (let index = waiters.length - 1; index >= 0; index -= 1) {
      const waiter = waiters[index];
      if (waiter === undefined || waiter.position > position) continue;
      waiters.splice(index, 1);
      waiter.resolve();
    }
    observe();
  };

  const submit = async (batch: readonly Committed[]): Promise<void> => {
    while (inFlight.size >= MOST_IN_FLIGHT) await Promise.race(inFlight);
    const last = batch.at(-1);
    if (last === undefined || state.failure !== null) return;
    taken = last.position;
    const begun = clock.monotonic();
    const writing = store.write(batch, institutionOf).then(
      ({ stored, repeats, conflicts }) => {
        diagnostics.count("homeward_samples_stored_total", stored);
        diagnostics.count("homeward_samples_repeated_total", repeats);
        diagnostics.count("homeward_samples_conflicting_total", conflicts);
        diagnostics.observe("homeward_store_write_seconds", (clock.monotonic() - begun) / 1_000);
        stepped();
      },
      (error: unknown) => {
        state.failure ??= { cause: error };
        wake();
      },
    );
    const tracked: Promise<void> = writing.finally(() => inFlight.delete(tracked));
    inFlight.add(tracked);
  };

  /** Reads what the buffer could not hold, straight from the journal. */
  const catchUp = async (): Promise<void> => {
    const head = journal.head;
    const from = Math.max(taken + 1, journal.tail);
    if (from > taken + 1) diagnostics.error("readings_lost_to_retention", { from: taken + 1, to: from - 1 });
    if (taken > head) diagnostics.error("store_ahead_of_journal", { position: taken, head });
    notice(head);
    for await (const chunk of journal.read(from)) {
      for (const batch of cut(chunk)) {
        await submit(batch);
        if (state.stopped || state.failure !== null) return;
      }
    }
    // What could not be read is damaged, and the journal reported it: waiting for it would be for ever.
    if (journal.head <= Math.max(taken, head)) buffer.begin(Math.max(taken, head));
  };

  const gather = async (): Promise<void> => {
    const idle = (): boolean => !state.stopped && state.failure === null;
    if (idle() && buffer.entries === 0) await woken(null);
    // Company is worth waiting for only while there is room for more.
    if (idle() && !buffer.overflown && buffer.samples < MOST_SAMPLES) await woken(GATHER_MS);
  };

  const run = async (): Promise<void> => {
    while (!state.stopped) {
      if (buffer.overflown)
        await catchUp().catch((error: unknown) => {
          state.failure ??= { cause: error };
        });
      else {
        await gather();
        for (let batch = buffer.take(MOST_SAMPLES); batch.length > 0 && state.failure === null; batch = buffer.take(MOST_SAMPLES)) {
          await submit(batch);
        }
      }
      if (state.failure === null) continue;
      await Promise.all(inFlight);
      diagnostics.warn("readings_not_stored", { retryMs: retry, position: store.position() }, state.failure.cause);
      state.failure = null;
      taken = store.position();
      buffer.overflow();
      observe();
      await pause(retry);
      retry = Math.min(retry * 2, LAST_RETRY_MS);
    }
  };

  const pause = async (delay: number): Promise<void> => {
    const until = clock.monotonic() + delay;
    while (!state.stopped) {
      const left = until - clock.monotonic();
      if (left <= 0) return;
      await woken(left);
    }
  };

  journal.setCursor("store", taken);
  const unfollow = journal.follow((batch) => {
    const had = buffer.entries;
    buffer.add(batch);
    const newest = batch.at(-1);
    if (newest !== undefined) notice(newest.position);
    if (had === 0 || buffer.overflown || buffer.samples >= MOST_SAMPLES) wake();
  });
  const running = run();

  return {
    get position() {
      return store.position();
    },
    caughtUp() {
      const position = journal.head;
      if (store.position() >= position) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.push({ position, resolve });
      });
    },
    async [Symbol.asyncDispose]() {
      state.stopped = true;
      unfollow();
      wake();
      await running;
      await Promise.all(inFlight);
    },
  };
};

/** Pieces of at most `MOST_SAMPLES` samples; an entry is never divided. */
function* cut(entries: readonly Committed[]): Generator<readonly Committed[]> {
  let from = 0;
  let samples = 0;
  for (const [index, committed] of entries.entries()) {
    const weight = weightOf(committed);
    if (index > from && samples + weight > MOST_SAMPLES) {
      yield entries.slice(from, index);
      from = index;
      samples = 0;
    }
    samples += weight;
  }
  if (from < entries.length) yield entries.slice(from);
}
