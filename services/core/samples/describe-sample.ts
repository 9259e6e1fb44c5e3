/** Says a stored sample again as a device would write it. */
import type { Metric } from "#core/metrics/metric.ts";
import type { EpochMs } from "#core/time.ts";

type Named = { readonly [Key in "key" | "coded"]?: Metric[Key] | null | undefined };

export const describeSample = (metric: Named | undefined, t: EpochMs, value: number, tags: string): string =>
  JSON.stringify({
    metric: metric?.key,
    t,
    value: Number.isNaN(value) ? null : (metric?.coded?.[value] ?? value),
    ...(tags === "" ? {} : { tags: Object.fromEntries(tags.split(";").map((tag) => tag.split("=", 2))) as Record<string, string> }),
  });
