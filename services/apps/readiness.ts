/** Which part cannot keep its promise now, for `/health/ready` and for every screen. */
import type { JournalStats } from "#ports/journal.ts";

type Change = (part: string, ok: boolean, detail?: string) => void;

export interface Readiness {
  set(part: string, ok: boolean, detail?: string): void;
  onChange(listener: Change): void;
  report(journal: JournalStats): {
    readonly ready: boolean;
    readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>;
  };
}

export const createReadiness = (): Readiness => {
  const checks = new Map<string, { readonly ok: boolean; readonly detail?: string }>();
  let listener: Change = () => {};
  const set: Readiness["set"] = (part, ok, detail) => {
    const before = checks.get(part)?.ok ?? true;
    checks.set(part, detail === undefined ? { ok } : { ok, detail });
    if (before !== ok) listener(part, ok, detail);
  };
  return {
    set,
    onChange(next) {
      listener = next;
    },
    report(journal) {
      set("journal_failing", journal.accepting, journal.accepting ? undefined : "not accepting");
      const all = Object.fromEntries(checks);
      return { ready: Object.values(all).every((check) => check.ok), checks: all };
    },
  };
};
