/** Opens the database file of the readings for its one writer or for a reader. */
import { DatabaseSync } from "node:sqlite";
import { SCHEMA } from "./schema.ts";

/**
 * `synchronous = NORMAL`: the journal is what makes a reading durable. Rows and position are one transaction, so that a tail lost with
 * the power is simply read again from the journal. Caches are small: the whole process has 300 MB.
 */
export const openForWriting = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
    PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;`);
  database.exec(SCHEMA);
  return database;
};

export const openForReading = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec("PRAGMA busy_timeout = 5000; PRAGMA cache_size = -4000; PRAGMA query_only = 1;");
  return database;
};
