/** Opens a reading store on an InfluxDB, with what stands beside it in a temporary folder. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransportClock } from "#adapters/clock-system/create-transport-clock.ts";
import { openReadingsInflux, type ReadingsInfluxOptions } from "#adapters/readings-influx/open-readings-influx.ts";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import { createCollectingDiagnostics } from "./collecting-diagnostics.ts";

type Where = Pick<ReadingsInfluxOptions, "url" | "org" | "token" | "bucket"> & Partial<ReadingsInfluxOptions>;

export const openInfluxStore = async (
  where: Where,
  folder?: string,
): Promise<{ readonly store: ReadingStore; readonly folder: string; readonly release: () => Promise<void> }> => {
  const place = folder ?? (await mkdtemp(join(tmpdir(), "homeward-influx-")));
  const diagnostics = createCollectingDiagnostics();
  const store = openReadingsInflux({
    rollupBucket: `${where.bucket}_1m`,
    readToken: null,
    local: await openReadingsSqlite({ file: join(place, "beside.sqlite") }),
    clock: createTransportClock(),
    random: () => 0,
    diagnostics,
    ...where,
  });
  return {
    store,
    folder: place,
    release: async () => {
      await store[Symbol.asyncDispose]();
      if (folder === undefined) await rm(place, { recursive: true });
    },
  };
};
