/** The server one writes first, for comparison: aedes as it is, and one SQLite transaction a message before its PUBACK. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Aedes } from "aedes";

const folder = mkdtempSync(join(tmpdir(), "homeward-naive-"));
const database = new DatabaseSync(join(folder, "readings.sqlite"));
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE reading (device TEXT, metric TEXT, t INTEGER, value REAL, PRIMARY KEY (device, metric, t)) WITHOUT ROWID;`);
const insert = database.prepare("INSERT OR IGNORE INTO reading VALUES (?, ?, ?, ?)");

const aedes = await Aedes.createBroker({
  authorizePublish: (client, packet, done) => {
    const { samples } = JSON.parse(packet.payload.toString()) as { samples: { metric: string; t: number; value: number }[] };
    database.exec("BEGIN");
    for (const { metric, t, value } of samples) insert.run(client?.id ?? "", metric, t, value);
    database.exec("COMMIT");
    done(null);
  },
});
const server = createServer({ noDelay: true }, (socket) => void aedes.handle(socket));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

process.on("message", () => {
  process.send?.(Number(database.prepare("SELECT count(*) AS n FROM reading").get()?.["n"]));
});
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGTERM", "SIGINT", "disconnect"] as const) process.once(signal, () => process.exit(0));
process.send?.({ url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, pid: process.pid });
