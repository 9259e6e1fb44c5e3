/** One line for whoever ran the command, then exit code 1; anything unforeseen keeps its stack trace. */
import { BackupError } from "#contracts/errors/backup.ts";

export const reportFailure = (cause: unknown): never => {
  if (!(cause instanceof BackupError)) throw cause;
  process.stderr.write(`homeward: ${cause.message} (${cause.code})\n`);
  process.exit(1);
};
