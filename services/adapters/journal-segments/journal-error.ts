/** What can keep a journal from opening, with a code of the error catalogue. */
import { JOURNAL_ERRORS } from "#contracts/errors/journal.ts";

export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: keyof typeof JOURNAL_ERRORS;

  constructor(code: keyof typeof JOURNAL_ERRORS, detail: string, options?: ErrorOptions) {
    const { title, next } = JOURNAL_ERRORS[code];
    super(`${title} (${detail}) ${next}`, options);
    this.code = code;
  }
}
