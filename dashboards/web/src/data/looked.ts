/** What is new since this person looked: kept in this tab alone, as ids and times, and gone with the session. */
import type { WireAlert } from "./wire.ts";

export interface Looked {
  /** Somebody's page was opened. */
  look(patient: string, now: number): void;
  /** How many of their alerts were raised after the last look, or after the tab first showed them. */
  newOf(patient: string, alerts: readonly Pick<WireAlert, "raisedAt">[]): number;
  readonly subscribe: (listener: () => void) => () => void;
  forget(): void;
}

const KEY = "homeward.looked";

interface Kept {
  readonly since: number;
  readonly at: Readonly<Record<string, number>>;
}

const readKept = (text: string | null): Kept | null => {
  if (text === null) return null;
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== "object" || kept === null || !("since" in kept) || !("at" in kept)) return null;
    return typeof kept.since === "number" && typeof kept.at === "object" && kept.at !== null ? (kept as Kept) : null;
  } catch {
    // Somebody else's text under our key: as if nobody had looked.
    return null;
  }
};

/** `now` is the server's time, 0 until known; `storage` lasts as long as the tab. */
export const createLooked = (storage: Pick<Storage, "getItem" | "setItem" | "removeItem">, now: () => number): Looked => {
  let kept = readKept(storage.getItem(KEY));
  const listeners = new Set<() => void>();
  const since = (): number | null => {
    if (kept === null && now() > 0) {
      kept = { since: now(), at: {} };
      storage.setItem(KEY, JSON.stringify(kept));
    }
    return kept?.since ?? null;
  };
  return {
    look(patient, at) {
      const from = since();
      if (from === null) return;
      kept = { since: from, at: { ...kept?.at, [patient]: at } };
      storage.setItem(KEY, JSON.stringify(kept));
      for (const listener of listeners) listener();
    },
    newOf(patient, alerts) {
      const from = since();
      if (from === null) return 0;
      const looked = kept?.at[patient] ?? from;
      return alerts.filter(({ raisedAt }) => raisedAt > looked).length;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forget() {
      kept = null;
      storage.removeItem(KEY);
    },
  };
};
