/** How long alerts take: from the arrival of what decided them until they are durable, and until they were sent to who watches. */
import type { Alert } from "#core/alerts/alert.ts";
import type { ClinicalClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { FeedEvent } from "#ports/ledger.ts";

interface AlertMeter {
  /** Right after the commit. */
  committed(feed: readonly FeedEvent[]): void;
  /** Right after the viewers were sent it. */
  shown(feed: readonly FeedEvent[]): void;
}

export const createAlertMeter = (clock: Pick<ClinicalClock, "now" | "speed">, diagnostics: Diagnostics): AlertMeter => {
  const observe = (name: string, feed: readonly FeedEvent[]): void => {
    const now = clock.now();
    // The engine's time of an alert is the arrival of its sample, in clinical time: a fast clock makes waiting look long.
    for (const { kind, at } of feed) if (kind === "alert") diagnostics.observe(name, Math.max(0, now - at) / 1_000 / clock.speed);
  };
  return {
    committed(feed) {
      observe("homeward_alert_commit_seconds", feed);
      for (const { kind, payload } of feed) {
        if (kind !== "alert") continue;
        const { severity } = (payload as { readonly alert: Alert }).alert;
        diagnostics.count("homeward_alert_transitions_total", 1, { severity });
      }
    },
    shown: (feed) => observe("homeward_alert_live_seconds", feed),
  };
};
