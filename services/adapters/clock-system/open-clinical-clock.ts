/**
 * Clinical time: `speed` times real time from where it stood, never back, also not across restarts (semantics 3.2).
 * At speed 1 it is wall time, or runs ahead of it by what an earlier, faster run had gained.
 */
import type { ClinicalClock, Timer, TransportClock } from "#ports/clock.ts";
import type { DurationMs, EpochMs } from "#core/time.ts";

export interface ClinicalClockOptions {
  /** 1 to 3600. */
  readonly speed: number;
  readonly transport: TransportClock;
  /** The time an earlier run reached, from its `persist`; null at the very first start. */
  readonly floor: EpochMs | null;
  /** Keeps the time reached; every few seconds and at close. */
  readonly persist?: (reached: EpochMs) => void | Promise<void>;
}

export interface SystemClinicalClock extends ClinicalClock, AsyncDisposable {
  /** Stands still until `release`: while the engine is behind the journal. Holds do not add up. */
  hold(): void;
  release(): void;
  /** Moves forward to `at` when that lies ahead: a journal may have seen more of the time than was kept. */
  raise(at: EpochMs): void;
}

const PERSIST_EVERY: DurationMs = 5_000;
/** A fast clock is kept more often, for what it gains while nothing is kept is skipped after a crash. */
const PERSIST_FAST_EVERY: DurationMs = 1_000;
/** Timers look again at least so often: wall time may be set while one waits. */
const LONGEST_WAIT: DurationMs = 30_000;

interface Waiting {
  readonly at: EpochMs;
  readonly call: () => void;
}

export const openClinicalClock = (options: ClinicalClockOptions): SystemClinicalClock => {
  const { speed, transport, floor, persist } = options;
  // Faster than real time it stands still while the server is down, so it goes on from the floor; else it follows the wall.
  let base: EpochMs = speed > 1 && floor !== null ? floor : Math.max(floor ?? 0, transport.now());
  let since: DurationMs = transport.monotonic();
  let ahead: DurationMs = Math.max(0, base - transport.now());
  let reached: EpochMs = base;
  let held = false;

  const read = (): EpochMs => {
    const running = speed > 1 ? base + (transport.monotonic() - since) * speed : transport.now() + ahead;
    return Math.floor(running);
  };
  const now = (): EpochMs => {
    if (!held) reached = Math.max(reached, read());
    return reached;
  };

  const waiting = new Set<Waiting>();
  let armed: Timer | null = null;
  const fire = (): void => {
    armed = null;
    const time = now();
    const due = [...waiting].filter((timer) => timer.at <= time).sort((a, b) => a.at - b.at);
    for (const timer of due) if (waiting.delete(timer)) timer.call();
    arm();
  };
  const arm = (): void => {
    armed?.cancel();
    armed = null;
    if (held || waiting.size === 0) return;
    let first = Infinity;
    for (const { at } of waiting) first = Math.min(first, at);
    const delay = Math.min(Math.ceil(Math.max(0, first - now()) / speed), LONGEST_WAIT);
    armed = transport.after(delay, fire);
  };

  let kept = floor ?? -Infinity;
  const keep = async (margin: DurationMs): Promise<void> => {
    const time = now() + margin;
    if (time <= kept || persist === undefined) return;
    kept = time;
    await persist(time);
  };
  // What runs after a crash must not go back behind what was shown, so a fast clock keeps a little more than it reached.
  const period = speed > 1 ? PERSIST_FAST_EVERY : PERSIST_EVERY;
  const margin = speed > 1 ? 2 * period * speed : 0;
  const keepAhead = (): void => void keep(margin).catch(() => (kept = -Infinity));
  keepAhead();
  const keeper = persist === undefined ? null : transport.every(period, keepAhead);

  return {
    now,
    speed,
    wakeAt: (at, call) => {
      const timer: Waiting = { at, call };
      waiting.add(timer);
      arm();
      return { cancel: () => void waiting.delete(timer) };
    },
    hold: () => {
      now();
      held = true;
      arm();
    },
    release: () => {
      if (!held) return;
      held = false;
      if (speed > 1) {
        base = reached;
        since = transport.monotonic();
      }
      arm();
    },
    raise: (at) => {
      if (at <= now()) return;
      reached = at;
      base = at;
      since = transport.monotonic();
      ahead = Math.max(ahead, at - transport.now());
      arm();
    },
    async [Symbol.asyncDispose]() {
      armed?.cancel();
      keeper?.cancel();
      waiting.clear();
      // At a clean end exactly what was reached.
      kept = -Infinity;
      await keep(0);
    },
  };
};
