/** A process that writes numbered batches until it is killed: the victim of the crash test. */
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import { crashEntry } from "./crash-entries.ts";

const [file = "", last = "0"] = process.argv.slice(2);
const store = await openReadingsSqlite({ file });
let inFlight: Promise<unknown>[] = [];
for (let position = store.position() + 1; position <= Number(last); position += 20) {
  const batch = Array.from({ length: 20 }, (_, index) => crashEntry(position + index));
  inFlight.push(store.write(batch, () => null));
  if (inFlight.length >= 2) {
    await Promise.all(inFlight);
    inFlight = [];
    process.stdout.write(`${store.position()}\n`);
  }
}
await store[Symbol.asyncDispose]();
