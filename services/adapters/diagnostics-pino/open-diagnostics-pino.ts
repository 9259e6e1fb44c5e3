/** Diagnostics on pino (standard error) and prom-client: the one place of the product that writes logs. */
import pino from "pino";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Diagnostics, LogFields } from "#ports/diagnostics.ts";

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

/** `level`: pino's names; `silent` for tests. */
export const openDiagnosticsPino = (level: string): Diagnostics => {
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }));
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "homeward_" });
  const counters = new Map<string, Counter>();
  const plainCounts = new Map<string, number>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();

  const counterOf = (name: string, labelNames: string[]): Counter => {
    let counter = counters.get(name);
    if (counter === undefined) {
      counter = new Counter({ name, help: name, labelNames, registers: [registry] });
      counters.set(name, counter);
    }
    return counter;
  };
  const write = (kind: "info" | "warn" | "error", event: string, fields?: LogFields, cause?: unknown): void => {
    if (cause === undefined) log[kind]({ ...fields }, event);
    else log[kind]({ ...fields, cause: describe(cause) }, event);
  };

  return {
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields, cause) => write("warn", event, fields, cause),
    error: (event, fields, cause) => write("error", event, fields, cause),
    count(name, by = 1, labels) {
      // Counters without labels are kept as plain numbers: they are counted once per message.
      if (labels === undefined) plainCounts.set(name, (plainCounts.get(name) ?? 0) + by);
      else counterOf(name, Object.keys(labels)).inc({ ...labels }, by);
    },
    gauge(name, value) {
      let gauge = gauges.get(name);
      if (gauge === undefined) {
        gauge = new Gauge({ name, help: name, registers: [registry] });
        gauges.set(name, gauge);
      }
      gauge.set(value);
    },
    observe(name, seconds) {
      let histogram = histograms.get(name);
      if (histogram === undefined) {
        histogram = new Histogram({ name, help: name, buckets: SECONDS, registers: [registry] });
        histograms.set(name, histogram);
      }
      histogram.observe(seconds);
    },
    async exposition() {
      for (const [name, value] of plainCounts) {
        const counter = counterOf(name, []);
        counter.reset();
        counter.inc(value);
      }
      return registry.metrics();
    },
  };
};

const describe = (cause: unknown): unknown =>
  cause instanceof Error
    ? { name: cause.name, message: cause.message, stack: cause.stack, cause: cause.cause === undefined ? undefined : describe(cause.cause) }
    : cause;
