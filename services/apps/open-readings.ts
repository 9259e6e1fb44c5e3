/** Opens the reading store of the profile: embedded, or InfluxDB 2 with a small store beside it (contract section 1). */
import { join } from "node:path";
import { openReadingsInflux } from "#adapters/readings-influx/open-readings-influx.ts";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import type { ServerConfig } from "./config/config.ts";

interface OpenReadingsOptions {
  readonly config: Pick<ServerConfig, "dataDir" | "influx">;
  readonly clock: TransportClock;
  readonly diagnostics: Diagnostics;
  readonly stopping: AbortSignal;
  /** Told the reason while the database refuses us for good: a token or a bucket that a person must mend; null when it takes us again. */
  readonly onRefused: (reason: string | null) => void;
}

export const openReadings = async ({ config, clock, diagnostics, stopping, onRefused }: OpenReadingsOptions): Promise<ReadingStore> => {
  const { dataDir, influx } = config;
  if (influx === null) return openReadingsSqlite({ file: join(dataDir, "readings.sqlite"), diagnostics });
  // A file of its own: the position of the embedded store says nothing about the database.
  const local = await openReadingsSqlite({ file: join(dataDir, "readings-beside.sqlite"), diagnostics });
  return openReadingsInflux({
    ...influx,
    local,
    clock,
    random: Math.random,
    diagnostics,
    stopping,
    onTrouble: (trouble) => {
      const refused = trouble?.code === "influx_token_refused" || trouble?.code === "influx_bucket_missing";
      onRefused(refused ? trouble.code : null);
    },
  });
};
