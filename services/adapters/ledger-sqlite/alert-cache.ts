/** Alerts already parsed: an alert's evidence may hold 600 points, and lists are asked for far more often than alerts change. */
import type { Alert } from "#core/alerts/alert.ts";

/** About 30 MiB when every alert has all its points. */
const KEPT = 1_000;

export interface AlertCache {
  readonly put: (alert: Alert) => void;
  readonly find: (id: string, version: number) => Alert | null;
}

/** An alert never changes without a new version, so what is found is right; the one asked for longest ago goes first. */
export const createAlertCache = (): AlertCache => {
  const kept = new Map<string, Alert>();
  const put = (alert: Alert): void => {
    kept.delete(alert.id);
    kept.set(alert.id, alert);
    if (kept.size <= KEPT) return;
    for (const oldest of kept.keys()) {
      kept.delete(oldest);
      return;
    }
  };
  return {
    put,
    find: (id, version) => {
      const alert = kept.get(id);
      if (alert?.version !== version) return null;
      put(alert);
      return alert;
    },
  };
};
