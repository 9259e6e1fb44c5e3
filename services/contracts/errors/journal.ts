/** Errors that keep the journal from opening. */
import { defineErrors } from "#contracts/errors/error-definition.ts";

export const JOURNAL_ERRORS = defineErrors({
  journal_locked: {
    title: "Another process is writing to this journal.",
    next: "Stop it, or give this one a data folder of its own.",
  },
  journal_newer: {
    title: "The journal was written by a newer version.",
    next: "Start that version again, or a newer one; nothing was changed.",
  },
  journal_unusable: {
    title: "The journal's folder cannot be read and written.",
    next: "Check that the folder exists, belongs to this user and that its disk is healthy, then start again.",
  },
});
