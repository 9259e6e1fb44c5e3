/** What was erased cannot be found in the files either. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import type { InstitutionId } from "#core/ids.ts";
import { message, sample, T0, whole } from "#tests/contract/reading-store-contract.ts";

const CANARY = "zx-canary-4711";

test("what a patient's device sent is overwritten, in the database and in its log", async () => {
  const folder = await mkdtemp(join(tmpdir(), "homeward-erase-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const store = stack.use(await openReadingsSqlite({ file: join(folder, "readings.sqlite") }));
  const raw = new TextEncoder().encode(`{"seq":1,"${CANARY}`.repeat(20));
  for (let position = 1; position <= 5; position++)
    await store.write(
      [message(position, [sample(T0 + position, 95)], { quarantined: [{ reason: "bad_json", raw, sample: { said: CANARY } }] })],
      () => "ward-1" as InstitutionId,
    );
  const holding = async (): Promise<string[]> => {
    const names = await readdir(folder);
    const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "latin1")] as const));
    return texts.filter(([, text]) => text.includes(CANARY)).map(([name]) => name);
  };
  expect(await holding()).not.toEqual([]);
  await store.erase([whole()]);
  expect(await holding()).toEqual([]);
});
