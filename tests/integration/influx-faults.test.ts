/** The InfluxDB store against a real InfluxDB 2 that is killed, frozen, restored and taken by others: everything is in it once. */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { encodeLine, encodeSeries } from "#adapters/readings-influx/encode-line.ts";
import { createTransportClock } from "#adapters/clock-system/create-transport-clock.ts";
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import type { InstitutionId } from "#core/ids.ts";
import { startStoreReadings } from "#ingest/store-readings.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import { message, sample, SPO2, T0, whole } from "#tests/contract/reading-store-contract.ts";
import { createCollectingDiagnostics } from "#tests/support/collecting-diagnostics.ts";
import { startInfluxd, type Influxd } from "#tests/support/influxd.ts";
import { openInfluxStore } from "#tests/support/open-influx-store.ts";

const HOME = "ward-1" as InstitutionId;

let influxd: Influxd;
let made = 0;
beforeAll(async () => {
  influxd = await startInfluxd();
});
afterAll(() => influxd.stop());

const post = async (bucket: string, body: string): Promise<number> => {
  const path = `/api/v2/write?org=${influxd.org}&bucket=${bucket}&precision=ms`;
  return (await fetch(influxd.url + path, { method: "POST", headers: { authorization: `Token ${influxd.token}` }, body })).status;
};
/** What somebody else's Flux query says. */
const flux = async (query: string): Promise<string> => {
  const answer = await fetch(`${influxd.url}/api/v2/query?org=${influxd.org}`, {
    method: "POST",
    headers: { authorization: `Token ${influxd.token}`, "content-type": "application/vnd.flux", accept: "application/csv" },
    body: query,
  });
  return answer.text();
};
const counted = async (bucket: string): Promise<number> => {
  const filter = `filter(fn: (r) => r._measurement == "reading" and r._field == "value")`;
  const text = await flux(`from(bucket: "${bucket}") |> range(start: 0) |> ${filter} |> group() |> count() |> keep(columns: ["_value"])`);
  return Number(/,(\d+)\s*$/.exec(text.trim())?.[1] ?? 0);
};

/** Samples that the roll-ups speak of. */
const rolledUp = async (bucket: string): Promise<number> => {
  const filter = `filter(fn: (r) => r._measurement == "minute" and r._field == "n")`;
  const text = await flux(`from(bucket: "${bucket}") |> range(start: 0) |> ${filter} |> group() |> sum() |> keep(columns: ["_value"])`);
  return Number(/,(\d+)\s*$/.exec(text.trim())?.[1] ?? 0);
};

const setUp = async (retentionSeconds = 0): Promise<{ readonly store: ReadingStore; readonly bucket: string }> => {
  made += 1;
  const bucket = `faults-${made}`;
  await influxd.makeBucket(bucket, retentionSeconds);
  const { store, release } = await openInfluxStore({
    url: influxd.url,
    org: influxd.org,
    token: influxd.token,
    bucket,
    writeTimeoutMs: 2_000,
  });
  onTestFinished(release);
  return { store, bucket };
};

const follow = (store: ReadingStore) => {
  const journal = createJournalMemory();
  const following = startStoreReadings({
    journal,
    store,
    institutionOf: () => HOME,
    clock: createTransportClock(),
    diagnostics: createCollectingDiagnostics(),
  });
  let seconds = 0;
  return {
    following,
    /** A message of ten samples, a second each. */
    add: async (messages: number): Promise<void> => {
      for (let count = 0; count < messages; count += 1) {
        const samples = Array.from({ length: 10 }, () => sample(T0 + seconds++ * 1_000, 90 + (seconds % 9)));
        const { entry } = message(0, samples);
        await journal.commit(entry);
      }
    },
    sent: () => seconds,
  };
};

describe("a real InfluxDB", () => {
  test("killed in the middle of the stream, it has every sample once when it is back, and the roll-ups agree", async () => {
    const { store, bucket } = await setUp();
    const { following, add, sent } = follow(store);
    await add(200);
    await following.caughtUp();
    for (let round = 0; round < 3; round += 1) {
      await add(100);
      await turn();
      await influxd.kill();
      await add(100);
      await influxd.start();
      await add(50);
    }
    await following.caughtUp();
    await following[Symbol.asyncDispose]();
    expect(await counted(bucket)).toBe(sent());
    const all = { spans: [whole()], metric: SPO2, from: T0, to: T0 + sent() * 1_000 };
    const rolled = await store.series({ ...all, maxPoints: 20 });
    expect(rolled.points.reduce((sum, point) => sum + point.n, 0)).toBe(sent());
  });

  test("what it kept without a roll-up, because it died between the two, is rolled up when it is told again", async () => {
    made += 1;
    const bucket = `faults-${made}`;
    await influxd.makeBucket(bucket, 0);
    const where = { url: influxd.url, org: influxd.org, token: influxd.token, bucket };
    const of = (position: number, from: number) =>
      message(
        position,
        Array.from({ length: 10 }, (_, index) => sample(T0 + (from + index) * 1_000, 90)),
      );
    const home = await openInfluxStore(where);
    onTestFinished(() => rm(home.folder, { recursive: true }));
    await home.store.write([of(1, 0)], () => HOME);
    await home.store[Symbol.asyncDispose]();
    // Another server with roll-ups of its own leaves the readings of the next message, as a batch does that failed half-way.
    const other = await openInfluxStore({ ...where, rollupBucket: `${bucket}_other` });
    onTestFinished(other.release);
    await other.store.write([of(2, 10)], () => HOME);
    const again = await openInfluxStore(where, home.folder);
    onTestFinished(again.release);
    await again.store.write([of(2, 10)], () => HOME);
    expect(await rolledUp(`${bucket}_1m`)).toBe(20);
  });

  test("frozen, it is waited for by one request, and nothing is missing when it thaws", async () => {
    const { store, bucket } = await setUp();
    const { following, add, sent } = follow(store);
    await add(20);
    await following.caughtUp();
    influxd.pause();
    try {
      await add(200);
    } finally {
      influxd.resume();
    }
    await following.caughtUp();
    await following[Symbol.asyncDispose]();
    expect(await counted(bucket)).toBe(sent());
  });

  test("restored from a copy made earlier, it is told again what it forgot", async () => {
    const { store, bucket } = await setUp();
    const { following, add, sent } = follow(store);
    await add(50);
    await following.caughtUp();
    await influxd.kill();
    const copy = `${influxd.folder}-copy`;
    await cp(influxd.folder, copy, { recursive: true });
    await influxd.start();
    await add(50);
    await following.caughtUp();
    await influxd.kill();
    await rm(join(influxd.folder, "engine"), { recursive: true });
    await cp(join(copy, "engine"), join(influxd.folder, "engine"), { recursive: true });
    await rm(copy, { recursive: true });
    const added = add(1);
    await turn();
    await influxd.start();
    await added;
    // The follower finds out with what comes next.
    for (let count = 0; count < 3; count += 1) {
      await add(1);
      await following.caughtUp();
    }
    await following[Symbol.asyncDispose]();
    expect(await counted(bucket)).toBe(sent());
  });

  test("where somebody wrote text into our field, that sample alone goes to quarantine with the database's reason", async () => {
    const { store, bucket } = await setUp();
    expect(await post(bucket, `reading,device=finger-1,metric=spo2 flags="mine" ${T0 - 1}`)).toBe(204);
    const samples = Array.from({ length: 5_000 }, (_, index) => sample(T0 + index * 1_000, 95, index === 77 ? { flags: 64 } : {}));
    expect(await store.write([message(1, samples)], () => HOME)).toMatchObject({ stored: 4_999 });
    expect(await counted(bucket)).toBe(4_999);
    expect(await store.quarantine({ institution: HOME, limit: 5 })).toMatchObject([
      { reason: "refused_by_store", sample: { t: T0 + 77_000 } },
    ]);
    expect(store.position()).toBe(1);
  });

  test("samples older than the bucket keeps are set aside, the others stored", async () => {
    const { store, bucket } = await setUp(3_600);
    const now = Date.now();
    const samples = [sample(now - 30 * 86_400_000, 91), sample(now - 2_000, 92), sample(now - 1_000, 93)];
    expect(await store.write([message(1, samples)], () => HOME)).toMatchObject({ stored: 2 });
    expect(await counted(bucket)).toBe(2);
    expect(await store.quarantineCounts()).toMatchObject({ refused_by_store: 1 });
  });

  test("two places and two devices in one millisecond: nobody replaces anybody", async () => {
    const { store, bucket } = await setUp();
    const same = [
      message(1, [sample(T0, 91), sample(T0, 92, { identity: "side=left" }), sample(T0, 93, { identity: "n=2;side=left" })]),
      message(2, [sample(T0, 94)], { device: "finger-2" as never }),
    ];
    expect(await store.write(same, () => HOME)).toMatchObject({ stored: 4, conflicts: 0 });
    expect(await counted(bucket)).toBe(4);
    expect(await store.write(same, () => HOME)).toMatchObject({ stored: 0, repeats: 4 });
  });

  test("what the corpus of line protocol spells in another way is read back as it was", async () => {
    const { bucket } = await setUp();
    const line = encodeLine(
      encodeSeries("corpus", [["host", "server, = A"]]),
      [
        ["text", { kind: "string", value: 'foo\nbar "\\' }],
        ["float", { kind: "float", value: 6_632_243 }],
      ],
      T0,
    );
    expect(await post(bucket, line)).toBe(204);
    const text = await flux(`from(bucket: "${bucket}") |> range(start: 0) |> keep(columns: ["_value", "_field", "host"])`);
    // Flux's CSV ends lines with CR LF, also inside a value.
    expect(text.replaceAll("\r", "")).toContain('"foo\nbar ""\\"');
    expect(text).toContain("6632243,float");
    expect(text).toContain('"server, = A"');
  });
});
