/** What is known of a device's connection: each status adds to it, none forgets what an earlier one said. */
import type { StatusEntry } from "#core/journal-entry.ts";
import type { EpochMs } from "#core/time.ts";

export interface Presence {
  readonly online: boolean;
  readonly at: EpochMs;
  readonly battery?: number;
  readonly rssi?: number;
  readonly firmware?: string;
}

/** A status older than what is known (a replayed journal) does not turn it back. */
export const mergePresence = (known: Presence | null, status: StatusEntry): Presence => {
  if (known !== null && status.arrivedAt < known.at) return known;
  const { battery = known?.battery, rssi = known?.rssi, firmware = known?.firmware } = status;
  return {
    online: status.online ?? known?.online ?? true,
    at: status.arrivedAt,
    ...(battery === undefined ? {} : { battery }),
    ...(rssi === undefined ? {} : { rssi }),
    ...(firmware === undefined ? {} : { firmware }),
  };
};
