/** Bytes that carry a good checksum and still are no entry of this version: a newer program wrote them, or a bug. */
export class JournalRecordError extends Error {
  override readonly name = "JournalRecordError";
  readonly code = "journal_record_unreadable";
}
