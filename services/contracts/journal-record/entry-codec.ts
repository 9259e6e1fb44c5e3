/** Byte codec of `JournalEntry`: the first byte names the form, so that a later version can add one and still read these. */
import type { JournalEntry } from "#core/journal-entry.ts";
import { ByteReader } from "#contracts/journal-record/byte-reader.ts";
import { ByteWriter } from "#contracts/journal-record/byte-writer.ts";
import { JournalRecordError } from "#contracts/journal-record/journal-record-error.ts";
import { decodeExactJson, encodeExactJson } from "#contracts/journal-record/exact-json.ts";
import { readMessage, writeMessage } from "#contracts/journal-record/message-codec.ts";

/** First byte of an entry. Numbers are never reused. */
const FORM = { json: 1, message: 2 } as const;

/** Appends the entry's bytes to a buffer that many entries share. */
export const encodeEntryInto = (writer: ByteWriter, entry: JournalEntry): void => {
  if (entry.kind === "message") {
    writer.u8(FORM.message);
    writeMessage(writer, entry);
    return;
  }
  writer.u8(FORM.json);
  writer.text(encodeExactJson(entry));
};

export const encodeEntry = (entry: JournalEntry): Uint8Array => {
  const writer = new ByteWriter();
  encodeEntryInto(writer, entry);
  return writer.toBytes();
};

/** Throws `JournalRecordError` for bytes that are no entry. */
export const decodeEntry = (bytes: Uint8Array): JournalEntry => {
  const reader = new ByteReader(bytes);
  const form = reader.u8();
  let entry: JournalEntry;
  if (form === FORM.message) entry = readMessage(reader);
  else if (form === FORM.json) {
    try {
      // Only this program writes here, and the checksum held: the shape is the one that was encoded.
      entry = decodeExactJson(reader.text()) as JournalEntry;
    } catch (cause) {
      throw cause instanceof JournalRecordError ? cause : new JournalRecordError("the entry is not JSON", { cause });
    }
  } else throw new JournalRecordError(`form ${form} is unknown to this version`);
  reader.end();
  return entry;
};
