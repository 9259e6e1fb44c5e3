/** The same random journal told to InfluxDB and to SQLite: late, repeated, contradicting, restarted and erased, both must answer alike. */
import { afterAll, beforeAll, expect, onTestFailed, onTestFinished, test } from "vitest";
import { openReadingsSqlite } from "#adapters/readings-sqlite/open-readings-sqlite.ts";
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import { flag } from "#core/samples/flags.ts";
import type { Sample } from "#core/samples/sample.ts";
import type { Committed } from "#ports/journal.ts";
import type { DeviceSpan, ReadingStore } from "#ports/reading-store.ts";
import { message, sample, T0 } from "#tests/contract/reading-store-contract.ts";
import { startInfluxd, type Influxd } from "#tests/support/influxd.ts";
import { openInfluxStore } from "#tests/support/open-influx-store.ts";
import { seededRandom } from "#tests/support/seeded-random.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

let influxd: Influxd;
beforeAll(async () => {
  influxd = await startInfluxd();
});
afterAll(() => influxd.stop());

const SEED = 20_261_122;
const HOME = "ward-1" as InstitutionId;
const DEVICES = ["a", "b"] as DeviceId[];
const HOURS = 3;
const END = T0 + HOURS * 3_600_000;
const codeOf = (key: string): number => metricByKey(key)?.code ?? -1;
const METRICS = ["spo2", "pulse_rate", "knee_angle", "pef"].map(codeOf);

test("InfluxDB and SQLite answer alike, whatever they were told", { timeout: 300_000 }, async () => {
  const dice = seededRandom(SEED);
  const below = (most: number): number => dice.below(most);
  const pick = <Item>(items: readonly Item[]): Item => dice.pick(items);
  const random = (): number => below(1_000_000) / 1_000_000;
  onTestFailed(() => {
    process.stderr.write(`failed with seed ${SEED}\n`);
  });
  await influxd.makeBucket("twin");
  const where = { url: influxd.url, org: influxd.org, token: influxd.token, bucket: "twin" };
  const folder = await mkdtemp(join(tmpdir(), "homeward-twin-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  let influx = await openInfluxStore(where, folder);
  onTestFinished(() => influx.release());
  const sqlite = await openReadingsSqlite({ file: join(folder, "sqlite.sqlite") });
  onTestFinished(() => sqlite[Symbol.asyncDispose]());

  let position = 0;
  const clock = new Map(DEVICES.map((device) => [device, T0]));
  const told: Committed[] = [];

  const someSample = (device: DeviceId): Sample => {
    const metric = pick(METRICS);
    const now = clock.get(device) ?? T0;
    const late = random() < 0.2;
    const side = metric === codeOf("knee_angle") ? pick(["", "side=left", "side=right"]) : "";
    // The order of what one metric has at one moment is nobody's promise: series of one metric never meet.
    const moment = late ? T0 + below(now - T0 + 1) : now + below(3) * 500;
    const t = moment - (moment % 10) + ["", "side=left", "side=right"].indexOf(side);
    const bad = random() < 0.1;
    const more: Partial<Sample> = {
      metric,
      quality: bad ? 2 : random() < 0.1 ? 1 : 0,
      flags: bad && random() < 0.5 ? flag("sensor-off") : 0,
      ...(side === "" ? {} : { identity: side }),
      ...(random() < 0.1 ? { tags: "context=rest" } : {}),
    };
    clock.set(device, Math.max(now, t) + below(20_000));
    return sample(
      t,
      bad && random() < 0.5 ? Number.NaN : 60 + below(40),
      more.identity === undefined ? more : { ...more, tags: more.identity },
    );
  };
  const someMessage = (): Committed => {
    position += 1;
    const device = pick(DEVICES);
    if (random() < 0.08) {
      const t0 = T0 + below((clock.get(device) ?? T0) - T0 + 1);
      const begin = t0 - (t0 % 10) + 3;
      const values = Float32Array.from({ length: 1 + below(400) }, () => below(90));
      return message(position, [], { device, waveform: { signal: "knee_angle", t0: begin, hz: pick([1, 5, 50]), unit: "deg", values } });
    }
    const again = random() < 0.1 && told.length > 0 ? pick(told).entry : null;
    if (again?.kind === "message") return { position, entry: again };
    return message(
      position,
      Array.from({ length: 1 + below(12) }, () => someSample(device)),
      { device },
    );
  };

  const raw = async (store: ReadingStore, spans: readonly DeviceSpan[]): Promise<unknown[]> => {
    const all = [];
    for await (const page of store.raw({ spans, from: 0, to: 4e12 })) all.push(...page);
    return all.sort(
      (left, right) => left.t - right.t || left.metric - right.metric || (left.tags < right.tags ? -1 : 1) || left.value - right.value,
    );
  };
  const compare = async (): Promise<void> => {
    for (let round = 0; round < 12; round += 1) {
      const from = T0 + below(END - T0);
      const to = from + (random() < 0.3 ? below(120_000) : below(END - from + 60_000));
      const middle = from + below(to - from + 1);
      const spans = [
        { device: pick(DEVICES), from, to: middle },
        { device: pick(DEVICES), from: middle, to },
      ];
      const query = { spans, metric: pick(METRICS), from, to, maxPoints: pick([1, 7, 60, 100_000]) };
      const [one, other] = [await influx.store.series(query), await sqlite.series(query)];
      // Which of samples and roll-ups a chart is made of is the store's choice near the border: then only what does not depend on it.
      const seen = ({ points, bad, quiet }: typeof one): unknown =>
        query.maxPoints > 1_500
          ? { bad, quiet, points: points.map((point) => ({ ...point, mean: Math.round(point.mean * 1e9) / 1e9 })) }
          : {
              n: points.reduce((sum, { n }) => sum + n, 0),
              min: Math.min(...points.map(({ min }) => min)),
              max: Math.max(...points.map(({ max }) => max)),
              quiet,
            };
      expect(one.points.length).toBeLessThanOrEqual(query.maxPoints);
      expect(seen(one), JSON.stringify(query)).toEqual(seen(other));
    }
    const always = DEVICES.map((device) => ({ device, from: 0, to: 4e12 }));
    expect(await raw(influx.store, always)).toEqual(await raw(sqlite, always));
    const latest = async (store: ReadingStore) =>
      (await store.latest(always)).map(({ metric, t, value }) => `${metric} ${t} ${value}`).sort();
    expect(await latest(influx.store)).toEqual(await latest(sqlite));
    for (const device of DEVICES) {
      expect(await influx.store.newestOf(device)).toEqual(await sqlite.newestOf(device));
      for (const metric of METRICS) expect(await influx.store.newestOf(device, metric)).toEqual(await sqlite.newestOf(device, metric));
    }
    expect(await influx.store.quarantineCounts()).toEqual(await sqlite.quarantineCounts());
  };

  for (let round = 0; round < 24; round += 1) {
    const batch = Array.from({ length: 1 + below(60) }, someMessage);
    told.push(...batch);
    const reports = [await influx.store.write(batch, () => HOME), await sqlite.write(batch, () => HOME)];
    expect(reports[0]).toEqual(reports[1]);
    if (round % 6 === 5) {
      await influx.release();
      influx = await openInfluxStore(where, folder);
    }
    if (round % 8 === 3) {
      const from = T0 + below(END - T0);
      const spans = [{ device: pick(DEVICES), from, to: from + below(900_000) }];
      await influx.store.erase(spans);
      await sqlite.erase(spans);
    }
    if (round % 4 === 3) await compare();
  }
});
