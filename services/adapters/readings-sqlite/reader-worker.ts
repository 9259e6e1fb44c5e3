/** The thread that reads: its own connection, so that neither a chart of a year nor a full export waits for writing or stops the event loop. */
import { workerData } from "node:worker_threads";
import { openForReading } from "./open-database.ts";
import { readLatest, readNewest } from "./read-latest.ts";
import { readQuarantine, readQuarantineCounts } from "./read-quarantine.ts";
import { readRaw } from "./read-raw.ts";
import { readSeries } from "./read-series.ts";
import { serveCalls } from "./serve-calls.ts";
import type { Served } from "./serve-calls.ts";
import { createStatements } from "./statements.ts";
import type { ReaderCall } from "./wire.ts";

const { file } = workerData as { readonly file: string };
const database = openForReading(file);
const statements = createStatements(database);

const answer = (call: ReaderCall): Served => {
  switch (call.kind) {
    case "series": {
      const value = readSeries(statements, call.question);
      return { value, transfer: [value.points.buffer as ArrayBuffer] };
    }
    case "latest":
      return { value: readLatest(statements, call.spans) };
    case "newest":
      return { value: readNewest(statements, call.device, call.metric) };
    case "raw": {
      const value = readRaw(statements, call.spans, call.metrics, call.from, call.to);
      return { value, transfer: [value.rows.buffer as ArrayBuffer] };
    }
    case "quarantine":
      return { value: readQuarantine(statements, call.institution, call.before, call.limit) };
    case "counts":
      return { value: readQuarantineCounts(database) };
  }
};

serveCalls(
  0,
  (call: ReaderCall) => {
    // One picture of the store for the whole answer: rows and roll-ups of the same moment.
    database.exec("BEGIN");
    try {
      return answer(call);
    } finally {
      database.exec("COMMIT");
    }
  },
  () => database.close(),
);
