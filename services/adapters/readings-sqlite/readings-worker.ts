/** The thread that owns the writing connection: every change of the readings goes through it, in order. */
import { workerData } from "node:worker_threads";
import { eraseSlice } from "./erase-slice.ts";
import { openForWriting } from "./open-database.ts";
import { pruneSlice } from "./prune-slice.ts";
import { serveCalls } from "./serve-calls.ts";
import { createStatements } from "./statements.ts";
import type { WriterCall } from "./wire.ts";
import { createBatchWriter } from "./write-batch.ts";

const { file } = workerData as { readonly file: string };
const database = openForWriting(file);
const statements = createStatements(database);
const writer = createBatchWriter(database, statements);

serveCalls(
  writer.position(),
  (call: WriterCall) => {
    if (call.kind === "write") return { value: writer.write(call.batch) };
    if (call.kind === "prune") return { value: pruneSlice(database, statements, writer, call.limits, call.spots, call.next) };
    return { value: eraseSlice(database, statements, writer, call.spans, call.next) };
  },
  () => database.close(),
);
