/** Port: the only way to change what the engine knows. Every command stands in the journal before it is applied (semantics 6.2). */
import type { Alert } from "#core/alerts/alert.ts";
import type { ActEntry, ChangeEntry, ConditionEntry } from "#core/journal-entry.ts";

export type ActAnswer =
  | { readonly outcome: "done"; readonly alert: Alert }
  | { readonly outcome: "changed"; readonly alert: Alert }
  | { readonly outcome: "refused"; readonly code: string; readonly alert: Alert | null }
  | { readonly outcome: "unknown" }
  | { readonly outcome: "unavailable"; readonly reason: string };

export interface ClinicalCommands {
  /** Resolves when the act is journaled, applied and committed to the ledger. */
  act(entry: Omit<ActEntry, "kind" | "at" | "request">): Promise<ActAnswer>;
  /** Resolves when the change is journaled, applied and visible in the registry. False: not accepted (journal full). */
  change(entry: ChangeEntry): Promise<boolean>;
  condition(entry: Omit<ConditionEntry, "kind" | "at">): Promise<boolean>;
}
