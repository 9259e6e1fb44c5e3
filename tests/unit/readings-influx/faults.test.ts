/** What the InfluxDB adapter does when the database is busy, refuses, cuts or forgets: nothing lost, nothing twice, position on 204 alone. */
import { describe, expect, onTestFinished, test } from "vitest";
import type { InstitutionId } from "#core/ids.ts";
import { InfluxError } from "#contracts/errors/influx.ts";
import type { ReadingsInfluxOptions } from "#adapters/readings-influx/open-readings-influx.ts";
import type { Committed } from "#ports/journal.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import { message, sample, T0 } from "#tests/contract/reading-store-contract.ts";
import { startInfluxStub, type InfluxStub } from "#tests/support/influx-stub.ts";
import { openInfluxStore } from "#tests/support/open-influx-store.ts";

const BUCKET = "readings";
const HOME = "ward-1" as InstitutionId;

const setUp = async (
  more: Partial<ReadingsInfluxOptions> = {},
): Promise<{ stub: InfluxStub; store: ReadingStore; troubles: (string | null)[] }> => {
  const stub = await startInfluxStub();
  const troubles: (string | null)[] = [];
  const { store, release } = await openInfluxStore({
    url: stub.url,
    org: "o",
    token: "t",
    bucket: BUCKET,
    onTrouble: (trouble) => troubles.push(trouble?.code ?? null),
    ...more,
  });
  onTestFinished(async () => {
    await release();
    await stub.close();
  });
  return { stub, store, troubles };
};

const many = (count: number, position = 1, from = 0): Committed =>
  message(
    position,
    Array.from({ length: count }, (_, index) => sample(T0 + (from + index) * 1_000, 90 + (index % 7))),
  );
const write = (store: ReadingStore, ...batch: Committed[]) => store.write(batch, () => HOME);
const codeOf = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(
    () => "stored",
    (error: unknown) => (error instanceof InfluxError ? error.code : String(error)),
  );
const readings = (stub: InfluxStub): string[] => [...(stub.points.get(BUCKET)?.keys() ?? [])].filter((name) => name.startsWith("reading,"));

describe("writing to InfluxDB", () => {
  test("a batch goes out packed, in requests of at most 5,000 lines, and moves the position", async () => {
    const { stub, store } = await setUp();
    await write(store, many(4_000, 1), many(4_000, 2, 4_000), many(4_000, 3, 8_000));
    expect(stub.writes.filter(({ bucket }) => bucket === BUCKET).map(({ lines }) => lines.length)).toEqual([5_000, 5_000, 2_000]);
    expect(stub.writes.filter(({ lines }) => lines.length > 20).every(({ packed }) => packed)).toBe(true);
    expect(readings(stub)).toHaveLength(12_000);
    expect(store.position()).toBe(3);
  });

  test.each([
    [503, "influx_busy"],
    [429, "influx_busy"],
    [500, "influx_failing"],
    [401, "influx_token_refused"],
    [403, "influx_token_refused"],
    [404, "influx_bucket_missing"],
    [200, "influx_query_failed"],
    [302, "influx_query_failed"],
  ])("an answer of %i moves nothing, and what waited is stored when it has passed", async (status, code) => {
    const { stub, store, troubles } = await setUp();
    stub.fault = () => ({ status, headers: { "retry-after": "0" } });
    expect(await codeOf(write(store, many(10)))).toBe(code);
    expect(await codeOf(write(store, many(10)))).toBe(code);
    expect(store.position()).toBe(0);
    expect(troubles).toEqual([code]);
    stub.fault = null;
    expect(await write(store, many(10))).toEqual({ stored: 10, repeats: 0, conflicts: 0 });
    expect(readings(stub)).toHaveLength(10);
    expect(store.position()).toBe(1);
    expect(troubles).toEqual([code, null]);
  });

  test("a batch behind one that failed does not pass it", async () => {
    const { stub, store } = await setUp();
    stub.fault = () => ({ status: 500 });
    const first = codeOf(write(store, many(10, 1)));
    const second = codeOf(write(store, many(10, 2, 10)));
    await first;
    stub.fault = null;
    expect(await second).not.toBe("stored");
    expect(readings(stub)).toEqual([]);
    await write(store, many(10, 1), many(10, 2, 10));
    expect(readings(stub)).toHaveLength(20);
  });

  test("one bad line in 5,000 is found by halving, set aside with its reason, and the others are stored", async () => {
    const { stub, store } = await setUp();
    const bad = ` ${T0 + 3_217_000}`;
    stub.fault = ({ lines }) =>
      lines.some((line) => line.startsWith("reading") && line.endsWith(bad)) ? { status: 400, message: "unable to parse" } : undefined;
    expect(await write(store, many(5_000))).toEqual({ stored: 4_999, repeats: 0, conflicts: 0 });
    expect(readings(stub)).toHaveLength(4_999);
    expect(stub.writes.length).toBeLessThan(40);
    const items = await store.quarantine({ institution: HOME, limit: 10 });
    expect(items).toMatchObject([{ reason: "refused_by_store", sample: { metric: "spo2", t: T0 + 3_217_000, value: 90 + (3_217 % 7) } }]);
    expect(store.position()).toBe(1);
    const minute = stub.points.get(`${BUCKET}_1m`)?.get(`minute,device=finger-1,metric=spo2 ${T0 + 53 * 60_000}`);
    expect(minute).toMatch(/^n=59i,/);
  });

  test("lines that are all refused at once are not searched one by one", async () => {
    const { stub, store } = await setUp();
    stub.fault = ({ bucket, lines }) =>
      bucket === BUCKET ? { status: 422, message: `partial write: points beyond retention policy dropped=${lines.length}` } : undefined;
    expect((await write(store, many(500))).stored).toBe(0);
    expect(stub.writes.filter(({ bucket }) => bucket === BUCKET)).toHaveLength(1);
    expect(await store.quarantineCounts()).toMatchObject({ refused_by_store: 500 });
    expect([...(stub.points.get(`${BUCKET}_1m`)?.keys() ?? [])].filter((name) => name.startsWith("minute"))).toEqual([]);
  });

  test("a request that is too large is divided, and the next ones are smaller from the start", async () => {
    const { stub, store } = await setUp();
    stub.fault = ({ lines }) => (lines.length > 700 ? { status: 413, message: "too large" } : undefined);
    await write(store, many(5_000));
    const tries = stub.writes.length;
    await write(store, many(5_000, 2, 5_000));
    expect(readings(stub)).toHaveLength(10_000);
    expect(stub.writes.length - tries).toBeLessThan(tries);
    expect(await store.quarantineCounts()).toEqual({});
  });

  test("an answer lost after the commit makes nothing twice", async () => {
    const { stub, store } = await setUp();
    stub.fault = (_, response, storeThem) => {
      storeThem();
      response.destroy();
      return "answered";
    };
    expect(await codeOf(write(store, many(300)))).toBe("influx_unreachable");
    expect(store.position()).toBe(0);
    stub.fault = null;
    await write(store, many(300));
    expect(readings(stub)).toHaveLength(300);
  });

  test("a slow database gets one request at a time, and one that never answers is given up", async () => {
    const { stub, store } = await setUp({ writeTimeoutMs: 300 });
    stub.fault = () => "answered";
    const outcomes = await Promise.all([codeOf(write(store, many(10, 1))), codeOf(write(store, many(10, 2, 10)))]);
    expect(outcomes[0]).toBe("influx_unreachable");
    expect(outcomes[1]).not.toBe("stored");
    expect(stub.mostAtOnce).toBe(1);
  });

  test("a stop ends the wait that the database asked for", async () => {
    const stopping = new AbortController();
    const { stub, store } = await setUp({ stopping: stopping.signal });
    stub.fault = () => ({ status: 503, headers: { "retry-after": "3600" } });
    expect(await codeOf(write(store, many(10)))).toBe("influx_busy");
    const waiting = codeOf(write(store, many(10)));
    stopping.abort();
    expect(await waiting).toBe("influx_closed");
  });

  test("a database that is not there refuses charts and writes, not the start", async () => {
    const gone = await startInfluxStub();
    await gone.close();
    const { store } = await setUp({ url: gone.url });
    expect(store.position()).toBe(0);
    expect(await codeOf(write(store, many(10)))).toBe("influx_unreachable");
    expect(await codeOf(store.latest([]))).toBe("influx_unreachable");
    expect(await store.quarantine({ institution: HOME, limit: 1 })).toEqual([]);
  });

  test("a database restored from an older backup is told again what it forgot", async () => {
    const { stub, store } = await setUp();
    await write(store, many(10, 1));
    await write(store, many(10, 2, 10));
    stub.forget();
    stub.fault = () => ({ status: 500 });
    expect(await codeOf(write(store, many(10, 3, 20)))).toBe("influx_failing");
    stub.fault = null;
    expect(await codeOf(write(store, many(10, 3, 20)))).toBe("influx_restored");
    expect(store.position()).toBe(0);
    await write(store, many(10, 1), many(10, 2, 10), many(10, 3, 20));
    expect(readings(stub)).toHaveLength(30);
    expect(store.position()).toBe(3);
  });

  test("batches without readings move the position without a request", async () => {
    const { stub, store } = await setUp();
    await write(store, many(1));
    const before = stub.writes.length;
    await write(store, { position: 2, entry: { kind: "tick", at: T0 } });
    expect(store.position()).toBe(2);
    expect(stub.writes).toHaveLength(before);
  });
});
