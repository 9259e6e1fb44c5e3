/** Runs the promises of the reading store on SQLite. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import { testReadingStore } from "./reading-store-contract.ts";

testReadingStore("readings on SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-readings-"));
  const store = await openReadingsSqlite({ file: join(folder, "readings.sqlite") });
  return {
    store,
    release: async () => {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
