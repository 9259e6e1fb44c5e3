/** Diagnostics on pino (standard error) and prom-client: the one place of the product that writes logs. */
import pino from "pino";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { OPERATOR_METRICS } from "#contracts/operator-metrics.ts";
import type { Diagnostics, Figure, LogFields } from "#ports/diagnostics.ts";

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
      counter = new Counter({ name, help: helpOf(name), labelNames, registers: [registry] });
      counters.set(name, counter);
    }
    return counter;
  };
  const gaugeOf = (name: string, labelNames: string[]): Gauge => {
    let gauge = gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({ name, help: helpOf(name), labelNames, registers: [registry] });
      gauges.set(name, gauge);
    }
    return gauge;
  };
  const histogramOf = (name: string): Histogram => {
    let histogram = histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram({ name, help: helpOf(name), buckets: SECONDS, registers: [registry] });
      histograms.set(name, histogram);
    }
    return histogram;
  };

  // All of them stand there from the start: a board or an alarm must tell "nothing happened" from "nobody counts".
  for (const [name, { kind, labels = {} }] of Object.entries(OPERATOR_METRICS)) {
    const labelNames = Object.keys(labels);
    if (kind === "histogram") histogramOf(name);
    else {
      const metric = kind === "counter" ? counterOf(name, labelNames) : gaugeOf(name, labelNames);
      if (labelNames.length > 0) for (const values of combinations(labels)) metric.inc(values, 0);
    }
  }

  const sources = new Set<() => readonly Figure[]>();
  const collected = new Set<string>();
  const collectAll = (): void => {
    for (const name of collected) gauges.get(name)?.reset();
    for (const source of sources) {
      for (const { name, value, labels = {} } of source()) {
        collected.add(name);
        gaugeOf(name, Object.keys(labels)).set({ ...labels }, value);
      }
    }
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
    gauge: (name, value) => gaugeOf(name, []).set(value),
    observe: (name, value) => histogramOf(name).observe(value),
    collect(figures) {
      sources.add(figures);
      return () => void sources.delete(figures);
    },
    async exposition() {
      collectAll();
      for (const [name, value] of plainCounts) {
        const counter = counterOf(name, []);
        counter.reset();
        counter.inc(value);
      }
      return registry.metrics();
    },
  };
};

const helpOf = (name: string): string => OPERATOR_METRICS[name]?.help ?? name;

/** Every combination of the labels' values; none when a label's values are not known beforehand. */
const combinations = (labels: Readonly<Record<string, readonly string[] | null>>): Record<string, string>[] =>
  Object.entries(labels).reduce<Record<string, string>[]>(
    (rows, [label, values]) => rows.flatMap((row) => (values ?? []).map((value) => ({ ...row, [label]: value }))),
    [{}],
  );

const describe = (cause: unknown): unknown =>
  cause instanceof Error
    ? { name: cause.name, message: cause.message, stack: cause.stack, cause: cause.cause === undefined ? undefined : describe(cause.cause) }
    : cause;
