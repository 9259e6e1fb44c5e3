/** What a store kept of a sample, said again as a device would write it, as JSON. */
import type { Metric } from "#core/metrics/metric.ts";
import type { EpochMs } from "#core/time.ts";
import { parseTags } from "./tags.ts";

type Named = { readonly [Key in "key" | "coded"]?: Metric[Key] | null | undefined };

export const describeStored = (metric: Named | undefined, t: EpochMs, value: number, tags: string): string =>
  JSON.stringify({
    metric: metric?.key,
    t,
    value: Number.isNaN(value) ? null : (metric?.coded?.[value] ?? value),
    ...(tags === "" ? {} : { tags: parseTags(tags) }),
  });
