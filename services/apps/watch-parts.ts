/** Asks the parts that do not speak up by themselves, so that a failure is on every screen within 15 s (invariant I9). */
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Journal } from "#ports/journal.ts";
import type { Outbox } from "#ports/outbox.ts";
import type { Readiness } from "./readiness.ts";

const LOOK_EVERY_MS = 5_000;

interface WatchedParts {
  readonly journal: Pick<Journal, "stats">;
  readonly outbox: Pick<Outbox, "backlog">;
  readonly readiness: Pick<Readiness, "set" | "report">;
  readonly transportClock: Pick<TransportClock, "every">;
  readonly diagnostics: Pick<Diagnostics, "error">;
}

/** Looks at once and then every 5 s; returns the way to stop. */
export const watchParts = ({ journal, outbox, readiness, transportClock, diagnostics }: WatchedParts): (() => void) => {
  const look = (): void => {
    readiness.report(journal.stats());
    try {
      // An alert that could not get out: until something reaches that receiver again, or the subscription is deleted.
      const { unreachable } = outbox.backlog();
      readiness.set("webhook_exhausted", unreachable === 0, unreachable === 0 ? undefined : `${unreachable} cannot be reached`);
    } catch (cause) {
      readiness.set("webhook_exhausted", false, "not known");
      diagnostics.error("outbox_unreadable", {}, cause);
    }
  };
  look();
  const looking = transportClock.every(LOOK_EVERY_MS, look);
  return () => looking.cancel();
};
