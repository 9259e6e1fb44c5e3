/** How long alerts took to reach this screen: what a ladder can truly say about delivery here. */
import type { WardStore } from "./ward-store.ts";

export interface Arrivals {
  /** Milliseconds from raising to this page; null when the page was not there to see it. */
  readonly shownAfter: (alert: string) => number | null;
}

/** `openedAt`: what was raised before, the page came to; 0 while it is not known. */
export const createArrivals = (store: Pick<WardStore, "onArrival">, now: () => number, openedAt: () => number): Arrivals => {
  const after = new Map<string, number>();
  store.onArrival((alert, before) => {
    if (before !== undefined) return;
    if (openedAt() > 0 && alert.raisedAt >= openedAt()) after.set(alert.id, Math.max(0, now() - alert.raisedAt));
  });
  return { shownAfter: (alert) => after.get(alert) ?? null };
};
