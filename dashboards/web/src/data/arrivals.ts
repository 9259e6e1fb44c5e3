/** How long alerts took to reach this screen: what a ladder can truly say about delivery here. */
import type { WardStore } from "./ward-store.ts";

export interface Arrivals {
  /** Milliseconds from raising to this page; null when the page was not there to see it. */
  readonly shownAfter: (alert: string) => number | null;
}

/** Beyond that the page came to the alert, not the alert to the page. */
const MOST_MS = 120_000;

export const createArrivals = (store: Pick<WardStore, "onArrival">, now: () => number): Arrivals => {
  const after = new Map<string, number>();
  store.onArrival((alert, before) => {
    if (before !== undefined) return;
    const took = now() - alert.raisedAt;
    if (took <= MOST_MS) after.set(alert.id, Math.max(0, took));
  });
  return { shownAfter: (alert) => after.get(alert) ?? null };
};
