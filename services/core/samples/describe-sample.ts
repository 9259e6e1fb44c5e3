/** A judged sample in the words of the one who sent it, for people who look into what was set aside. */
import { metricByCode } from "#core/metrics/catalogue.ts";
import { QUALITY, QUALITY_NAMES, type Sample } from "./sample.ts";
import { parseTags } from "./tags.ts";

/** As its device would write it in a telemetry message; the value is in the catalogue's unit. */
export const describeSample = (sample: Sample): Readonly<Record<string, unknown>> => {
  const { metric: code, t, value, quality, tags } = sample;
  const metric = metricByCode(code);
  return {
    metric: metric?.key ?? String(code),
    t,
    value: Number.isNaN(value) ? null : (metric?.coded?.[value] ?? value),
    ...(quality === QUALITY.good ? {} : { quality: QUALITY_NAMES[quality] }),
    ...(tags === "" ? {} : { tags: parseTags(tags) }),
  };
};
