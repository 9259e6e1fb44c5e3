/** Whether a metric comes at least once a minute: of such a stream one sample is like the next. */
import { metricByKey } from "#core/metrics/catalogue.ts";

const STREAM_EVERY_S = 60;

export const isStream = (metric: string): boolean => (metricByKey(metric)?.everyS ?? Number.POSITIVE_INFINITY) <= STREAM_EVERY_S;
