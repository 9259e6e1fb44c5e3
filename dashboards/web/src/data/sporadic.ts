/** Metrics that come only while somebody does something: a device that says what it sends on time, and does not name them. */
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { Streams } from "./reading-state.ts";
import type { Device } from "./wire.ts";

/** Nobody waits for these on time, so that their absence is told by their age alone. */
export const sporadicMetrics = (streams: Streams, devices: readonly Pick<Device, "id" | "metrics">[]): readonly string[] => {
  const declared = new Map(devices.map(({ id, metrics }) => [id, metrics]));
  return Object.entries(streams)
    .filter(([metric, { newest }]) => {
      const found = metricByKey(metric);
      const theirs = declared.get(newest.device ?? "");
      if (found?.spot !== false || theirs === undefined) return false;
      return Object.keys(theirs).length > 0 && theirs[metric] === undefined;
    })
    .map(([metric]) => metric);
};
