/** What can go wrong with the ledger, for operators, and the error that carries the code. */
import { defineErrors } from "./error-definition.ts";

export const LEDGER_ERRORS = defineErrors({
  ledger_fenced: {
    title: "Another process has opened the same data directory, so this one may write nothing more.",
    next: "Stop this process; run one server on one data directory.",
  },
  ledger_failed: {
    title: "The ledger could not be written.",
    next: "Look at the disk (full, read-only, failing). Nothing was lost: alerts wait in the journal until it can be written again.",
  },
  ledger_closed: {
    title: "The ledger was already closed.",
    next: "Start the server again.",
  },
  ledger_too_new: {
    title: "The ledger was written by a newer version of Homeward.",
    next: "Start the version that wrote it, or restore a backup made before the upgrade.",
  },
});
export type LedgerErrorCode = keyof typeof LEDGER_ERRORS;

/** A commit that did not happen; `code` says whether trying again can help (`ledger_failed`) or not. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, detail?: string, options?: ErrorOptions) {
    const { title, next } = LEDGER_ERRORS[code];
    super(`${title}${detail === undefined ? "" : ` (${detail})`} ${next}`, options);
    this.code = code;
  }
}
