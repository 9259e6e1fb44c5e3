/** Diagnostics that remember: what was counted, warned and failed. */
import type { Diagnostics } from "#ports/diagnostics.ts";

export interface CollectingDiagnostics extends Diagnostics {
  readonly counts: ReadonlyMap<string, number>;
  readonly warnings: readonly string[];
  readonly errors: readonly { readonly event: string; readonly cause: unknown }[];
}

export const createCollectingDiagnostics = (): CollectingDiagnostics => {
  const counts = new Map<string, number>();
  const warnings: string[] = [];
  const errors: { event: string; cause: unknown }[] = [];
  return {
    counts,
    warnings,
    errors,
    info: () => {},
    warn: (event) => void warnings.push(event),
    error: (event, _fields, cause) => void errors.push({ event, cause }),
    count(name, by = 1, labels = {}) {
      const key = [name, ...Object.values(labels)].join(" ");
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    gauge: () => {},
    observe: () => {},
    exposition: () => Promise.resolve(""),
  };
};
