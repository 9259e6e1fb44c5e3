/** What can go wrong with a backup or a restore, for operators, and the error that carries the code. */
import { defineErrors } from "./error-definition.ts";

export const BACKUP_ERRORS = defineErrors({
  backup_no_data: {
    title: "There is no data directory to back up.",
    next: "Set HOMEWARD_DATA_DIR to the one the server uses.",
  },
  backup_target_taken: {
    title: "The folder for the backup exists already.",
    next: "Give a folder that does not exist yet: a backup is never written over another.",
  },
  backup_incomplete: {
    title: "The folder is no complete backup.",
    next: "Take another one; a backup that was interrupted has no manifest.json.",
  },
  backup_damaged: {
    title: "A file of the backup is not what was written.",
    next: "Take another backup; nothing was changed.",
  },
  backup_too_new: {
    title: "The backup was made by a newer version of Homeward.",
    next: "Restore it with the version that made it, or a newer one.",
  },
  backup_without_key: {
    title: "The backup holds identities without the key they are sealed with.",
    next: "Give the key that was kept apart: --key FILE.",
  },
  restore_running: {
    title: "A server is using the data directory.",
    next: "Stop it first.",
  },
  restore_not_empty: {
    title: "The data directory holds data already.",
    next: "Restore into an empty one, or let --set-aside move what is there to a folder beside it.",
  },
  restore_not_moved: {
    title: "What is in the data directory could not be set aside.",
    next: "Move its content to another folder by hand, then restore.",
  },
});
export type BackupErrorCode = keyof typeof BACKUP_ERRORS;

export class BackupError extends Error {
  override readonly name = "BackupError";
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, detail?: string, options?: ErrorOptions) {
    const { title, next } = BACKUP_ERRORS[code];
    super(`${title}${detail === undefined ? "" : ` (${detail})`} ${next}`, options);
    this.code = code;
  }
}
