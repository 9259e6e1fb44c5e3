/** What every reading store promises, as one suite that each backend runs (port `reading-store`). */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { metricByKey } from "#core/metrics/catalogue.ts";
import { flag } from "#core/samples/flags.ts";
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import type { MessageEntry, WaveformBlock } from "#core/journal-entry.ts";
import type { Sample } from "#core/samples/sample.ts";
import type { Committed } from "#ports/journal.ts";
import type { RawReading, ReadingStore } from "#ports/reading-store.ts";

const MINUTE = 60_000;
export const T0 = 1_795_255_200_000;
export const D1 = "finger-1" as DeviceId;
const D2 = "finger-2" as DeviceId;
const HOME = "ward-1" as InstitutionId;

const codeOf = (key: string): number => {
  const metric = metricByKey(key);
  if (metric === undefined) throw new Error(`no metric ${key}`);
  return metric.code;
};
export const SPO2 = codeOf("spo2");
const PULSE = codeOf("pulse_rate");
const KNEE = codeOf("knee_angle");

export const sample = (t: number, value: number, more: Partial<Sample> = {}): Sample => ({
  metric: SPO2,
  t,
  value,
  quality: 0,
  flags: 0,
  tags: more.identity ?? "",
  identity: "",
  ...more,
});
const probeOff = (t: number): Sample => sample(t, Number.NaN, { quality: 2, flags: flag("sensor-off") });

export const message = (position: number, samples: readonly Sample[], more: Partial<MessageEntry> = {}): Committed => ({
  position,
  entry: {
    kind: "message",
    device: D1,
    topic: `homeward/v1/site/${more.device ?? D1}/telemetry`,
    arrivedAt: T0 + position,
    hash: position,
    samples,
    quarantined: [],
    ...more,
  },
});
const institutionOf = (): InstitutionId => HOME;
export const whole = (device: DeviceId = D1) => ({ device, from: 0, to: 4e12 });
const knee = (t0: number, hz: number, values: number[]): WaveformBlock => ({
  signal: "knee_angle",
  t0,
  hz,
  unit: "deg",
  values: Float32Array.from(values),
});

export const rawOf = async (store: ReadingStore, device: DeviceId = D1): Promise<RawReading[]> => {
  const readings: RawReading[] = [];
  for await (const page of store.raw({ spans: [whole(device)], from: 0, to: 4e12 })) readings.push(...page);
  return readings;
};

/** `make` opens a new, empty store; `release` is called when the test is over. */
export const testReadingStore = (name: string, make: () => Promise<{ store: ReadingStore; release: () => Promise<void> }>): void => {
  describe(name, () => {
    let store: ReadingStore;
    let release: () => Promise<void>;
    beforeEach(async () => {
      ({ store, release } = await make());
    });
    afterEach(() => release());

    const write = (...batch: Committed[]) => store.write(batch, institutionOf);
    const series = (from: number, to: number, maxPoints = 1_500, metric = SPO2, spans = [whole()]) =>
      store.series({ spans, metric, from, to, maxPoints });

    test("a new store stands at position 0 and has nothing", async () => {
      expect(store.position()).toBe(0);
      expect(await store.newestOf(D1)).toBeNull();
      expect((await series(T0, T0 + MINUTE)).points).toEqual([]);
    });

    test("what comes more than a minute behind its stream is stored and marked late", async () => {
      await write(message(1, [sample(T0 + 5 * MINUTE, 95)]), message(2, [sample(T0 + 4 * MINUTE, 94), sample(T0, 93)]));
      const late = (await rawOf(store)).map(({ t, flags }) => [(t - T0) / MINUTE, (flags & flag("late")) !== 0]);
      expect(late).toEqual([
        [0, true],
        [4, false],
        [5, false],
      ]);
    });

    test("what was written is read back as it was, bad samples too", async () => {
      const given = [
        sample(T0, 93.25, { tags: "context=rest" }),
        probeOff(T0 + 1_000),
        sample(T0 + 2_000, 94, { quality: 1, flags: flag("motion") }),
      ];
      expect(await write(message(1, given))).toEqual({ stored: 3, repeats: 0, conflicts: 0 });
      expect(store.position()).toBe(1);
      expect(await rawOf(store)).toEqual(
        given.map(({ metric, t, value, quality, flags, tags }) => ({ device: D1, metric, t, value, quality, flags, tags })),
      );
    });

    test("a batch written twice changes nothing", async () => {
      const batch = [message(1, [sample(T0, 93)]), message(2, [sample(T0 + 1_000, 92)])];
      await write(...batch);
      expect(await write(...batch)).toEqual({ stored: 0, repeats: 2, conflicts: 0 });
      expect((await rawOf(store)).map((reading) => reading.value)).toEqual([93, 92]);
      expect(store.position()).toBe(2);
    });

    test("a sample sent again in another message is a repeat, also inside one batch", async () => {
      expect(await write(message(1, [sample(T0, 93), sample(T0, 93)]), message(2, [sample(T0, 93)]))).toEqual({
        stored: 1,
        repeats: 2,
        conflicts: 0,
      });
      expect((await series(T0, T0 + MINUTE)).points.map((point) => point.n)).toEqual([1]);
    });

    test("another value for the same identity is quarantined and the stored one flagged", async () => {
      const first = { ...message(1, [sample(T0, 93)]) };
      await write(first);
      expect(await write(message(2, [sample(T0 - 1_000, 90), sample(T0, 88, { tags: "context=rest" })]))).toEqual({
        stored: 1,
        repeats: 0,
        conflicts: 1,
      });
      const stored = (await rawOf(store)).find((reading) => reading.t === T0);
      expect(stored).toMatchObject({ value: 93, flags: flag("conflict") });
      const items = await store.quarantine({ institution: HOME, limit: 10 });
      expect(items).toHaveLength(1);
      expect(items[0]).toMatchObject({ reason: "conflict", device: D1, at: T0 + 2, topic: `homeward/v1/site/${D1}/telemetry` });
      expect(items[0]?.sample).toEqual({ metric: "spo2", t: T0, value: 88, tags: { context: "rest" } });
      expect(Buffer.from(items[0]?.raw ?? []).toString()).toContain("88");
      expect((await series(T0 - MINUTE, T0 + MINUTE)).points.map((point) => point.last)).toEqual([90, 93]);
    });

    test("identity tags make two samples of one moment two samples", async () => {
      const puffs = [1, 2].map((n) => sample(T0, 1, { metric: codeOf("inhaler_rescue"), identity: `n=${n}` }));
      expect((await write(message(1, puffs))).stored).toBe(2);
      expect((await series(T0, T0 + 1, 10, codeOf("inhaler_rescue"))).points.reduce((sum, point) => sum + point.n, 0)).toBe(2);
      expect((await rawOf(store)).map((reading) => reading.tags)).toEqual(["n=1", "n=2"]);
    });

    test("an entry without samples moves the position", async () => {
      await write({ position: 1, entry: { kind: "tick", at: T0 } });
      expect(store.position()).toBe(1);
    });

    test("bad samples count in no point and are named as a stretch", async () => {
      const samples = Array.from({ length: 1_800 }, (_, second) =>
        second >= 600 && second < 1_200 ? probeOff(T0 + second * 1_000) : sample(T0 + second * 1_000, 95),
      );
      await write(message(1, samples));
      for (const maxPoints of [1_500, 40]) {
        const { points, bad, quiet } = await series(T0, T0 + 1_800_000, maxPoints);
        expect(points.reduce((sum, point) => sum + point.n, 0)).toBe(1_200);
        expect(bad).toHaveLength(1);
        expect(bad[0]?.reason).toBe("probe_off");
        expect(bad[0]?.from).toBeGreaterThan(T0 + 599_000 - 1);
        expect(bad[0]?.to).toBe(T0 + 1_200_000);
        if (quiet !== undefined) expect(quiet).toEqual([{ from: T0 + 599_000, to: T0 + 1_200_000 }]);
      }
    });

    test("a point that is one doubtful sample says so, a bucket does not", async () => {
      await write(message(1, [sample(T0, 95), sample(T0 + 1_000, 90, { quality: 1 }), sample(T0 + 2_000, 94)]));
      expect((await series(T0, T0 + MINUTE)).points.map(({ quality }) => quality)).toEqual([undefined, "degraded", undefined]);
      expect((await series(T0, T0 + MINUTE, 1)).points.map(({ quality }) => quality)).toEqual([undefined]);
    });

    test("late samples correct the roll-up of their minute", async () => {
      const every = (from: number, step: number) =>
        Array.from({ length: 3_600 * 3 }, (_, index) => sample(T0 + (from + index * step) * 1_000, 95));
      await write(message(1, every(0, 2)));
      await write(message(2, [sample(T0 + 601_000, 71), sample(T0 + 603_000, 99)]));
      const { points } = await series(T0, T0 + 6 * 3_600_000, 400);
      const point = points.find((candidate) => candidate.t === T0 + 600_000);
      expect(point).toMatchObject({ min: 71, max: 99, n: 32, last: 95 });
    });

    test("`from` is inclusive and `to` exclusive, also in the middle of a minute", async () => {
      await write(
        message(
          1,
          Array.from({ length: 86_400 / 4 }, (_, index) => sample(T0 + index * 1_000, 90 + (index % 7))),
        ),
      );
      for (const [from, to] of [
        [T0 + 90_500, T0 + 20_000_500],
        [T0 + 90_000, T0 + 20_000_000],
        [T0 + 61_000, T0 + 61_001],
        [T0 + 61_000, T0 + 119_000],
      ] as const) {
        const expected = Array.from({ length: 86_400 / 4 }, (_, index) => T0 + index * 1_000).filter((t) => t >= from && t < to).length;
        const { points } = await series(from, to, 300);
        expect(points.length).toBeLessThanOrEqual(300);
        expect(points.reduce((sum, point) => sum + point.n, 0)).toBe(expected);
        expect(points.every((point) => point.t >= from && point.t < to)).toBe(true);
      }
    });

    test("a patient's series is put together from the devices of its spans, each inside its time alone", async () => {
      await write(
        message(1, [sample(T0, 91), sample(T0 + 10_000, 92), sample(T0 + 20_000, 93)]),
        message(2, [sample(T0 + 5_000, 81), sample(T0 + 15_000, 82), sample(T0 + 25_000, 83)], { device: D2 }),
      );
      const spans = [
        { device: D1, from: T0, to: T0 + 12_000 },
        { device: D2, from: T0 + 12_000, to: T0 + 25_000 },
      ];
      const { points } = await series(0, 4e12, 100, SPO2, spans);
      expect(points.map((point) => point.last)).toEqual([91, 92, 82]);
    });

    test("spans of one device that overlap count a sample once", async () => {
      await write(message(1, [sample(T0, 91)]));
      expect((await series(0, 4e12, 100, SPO2, [whole(), whole()])).points).toHaveLength(1);
    });

    test("the newest usable reading is found behind hours of a probe that is off, and late data never replaces it", async () => {
      await write(message(1, [sample(T0, 93, { tags: "context=rest" }), sample(T0, 70, { metric: PULSE })]));
      await write(
        message(
          2,
          Array.from({ length: 4_000 }, (_, index) => probeOff(T0 + (index + 1) * 10_000)),
        ),
      );
      await write(message(3, [sample(T0 - 3_600_000, 80)]));
      const latest = await store.latest([whole()]);
      expect(latest.toSorted((left, right) => left.metric - right.metric)).toEqual(
        [
          { device: D1, metric: SPO2, t: T0, value: 93, quality: 0, flags: 0, tags: "context=rest" },
          { device: D1, metric: PULSE, t: T0, value: 70, quality: 0, flags: 0, tags: "" },
        ].toSorted((left, right) => left.metric - right.metric),
      );
      expect(await store.newestOf(D1, SPO2)).toBe(T0 + 40_000_000);
      expect(await store.newestOf(D1, PULSE)).toBe(T0);
      expect(await store.newestOf(D1)).toBe(T0 + 40_000_000);
      expect(await store.latest([{ device: D1, from: T0 - 4_000_000, to: T0 }])).toMatchObject([{ value: 80 }]);
    });

    test("a waveform of a metric is charted with its extremes and nothing of it is lost", async () => {
      const values = Array.from({ length: 6_000 }, (_, index) => Math.fround(30 + 30 * Math.sin(index / 25)));
      values[3_217] = 121.5;
      const blocks = Array.from({ length: 120 }, (_, index) =>
        message(index + 1, [], { waveform: knee(T0 + index * 1_000, 50, values.slice(index * 50, index * 50 + 50)) }),
      );
      await write(...blocks);
      await write(...blocks.map(({ entry }, index) => ({ position: 200 + index, entry })));
      for (const maxPoints of [10_000, 500, 7]) {
        const { points } = await series(T0, T0 + 120_000, maxPoints, KNEE);
        expect(points.length).toBeLessThanOrEqual(maxPoints);
        expect(points.reduce((sum, point) => sum + point.n, 0)).toBe(6_000);
        expect(Math.max(...points.map((point) => point.max))).toBe(121.5);
        expect(Math.min(...points.map((point) => point.min))).toBe(Math.min(...values));
      }
      expect((await rawOf(store)).map((reading) => reading.value)).toEqual(values);
    });

    test("quarantined items keep the bytes, come newest first, by page, and once", async () => {
      const raw = new TextEncoder().encode('{"seq":');
      const batch = [1, 2, 3].map((position) =>
        message(position, [], {
          quarantined: [
            { reason: "bad_json", raw },
            { reason: "out_of_range", raw, sample: { metric: "spo2", value: 900 } },
          ],
        }),
      );
      await write(...batch);
      await write(...batch);
      const first = await store.quarantine({ institution: HOME, limit: 4 });
      expect(first.map((item) => item.reason)).toEqual(["out_of_range", "bad_json", "out_of_range", "bad_json"]);
      expect(first[0]).toMatchObject({ sample: { metric: "spo2", value: 900 }, institution: HOME, at: T0 + 3 });
      expect(Buffer.from(first[1]?.raw ?? []).toString()).toBe('{"seq":');
      const rest = await store.quarantine({ institution: HOME, limit: 4, before: first[3]?.id ?? "" });
      expect(rest).toHaveLength(2);
      expect(await store.quarantine({ institution: "other" as InstitutionId, limit: 4 })).toEqual([]);
      expect(await store.quarantineCounts()).toMatchObject({ bad_json: 3, out_of_range: 3 });
    });

    test("quarantine keeps the newest 10,000 of an institution and counts what it dropped", async () => {
      const raw = new Uint8Array(10);
      const items = Array.from({ length: 2_500 }, () => ({ reason: "bad_value" as const, raw }));
      for (let position = 1; position <= 5; position += 1) await write(message(position, [], { quarantined: items }));
      expect(await store.quarantine({ institution: HOME, limit: 20_000 })).toHaveLength(10_000);
      expect(await store.quarantineCounts()).toMatchObject({ bad_value: 12_500, dropped: 2_500 });
    });

    test("pruned raw readings leave their roll-ups, spot values stay", async () => {
      const pef = codeOf("pef");
      await write(
        message(
          1,
          Array.from({ length: 7_200 }, (_, index) => sample(T0 + index * 1_000, 90 + (index % 9))),
        ),
        message(2, [sample(T0, 70.5, { metric: pef })]),
      );
      const before = await series(T0, T0 + 7_200_000, 130);
      const cut = T0 + 86_400_000;
      expect(await store.prune({ rawBefore: cut, spotBefore: 0, rollupsBefore: 0 })).toBe(7_200);
      expect(await rawOf(store)).toHaveLength(1);
      const after = await series(T0, T0 + 7_200_000, 130);
      expect(after.points.reduce((sum, point) => sum + point.n, 0)).toBe(7_200);
      expect(Math.max(...after.points.map((point) => point.max))).toBe(98);
      expect(after.points.at(-1)?.last).toBe(before.points.at(-1)?.last);
      expect((await store.latest([whole()])).map((reading) => reading.value).toSorted((left, right) => left - right)).toEqual([
        70.5,
        90 + (7_199 % 9),
      ]);
      await write(message(3, [sample(T0 + 7_200_000, 85)]));
      expect((await series(T0, T0 + 7_260_000, 130)).points.reduce((sum, point) => sum + point.n, 0)).toBe(7_201);
      await store.prune({ rawBefore: cut, spotBefore: cut, rollupsBefore: cut });
      expect((await series(T0, T0 + 7_260_000, 130)).points).toEqual([]);
    });

    test("erasing a span leaves what lies outside it, roll-ups and extremes included", async () => {
      await write(
        message(
          1,
          Array.from({ length: 7_200 }, (_, index) => sample(T0 + index * 1_000, index === 3_000 ? 50 : 95)),
        ),
      );
      await write(
        message(2, [], {
          waveform: knee(
            T0,
            50,
            Array.from({ length: 100 }, () => 10),
          ),
        }),
      );
      await store.erase([{ device: D1, from: T0 + 1_030_000, to: T0 + 5_000_000 }]);
      for (const maxPoints of [10_000, 130, 3]) {
        const { points } = await series(T0, T0 + 7_200_000, maxPoints);
        expect(points.reduce((sum, point) => sum + point.n, 0)).toBe(7_200 - 3_970);
        expect(Math.min(...points.map((point) => point.min))).toBe(95);
      }
      await store.erase([{ device: D1, from: T0 + 6_000_000, to: 4e12 }]);
      await write(message(3, [sample(T0 + 7_000_000, 80)]));
      expect((await series(T0, T0 + 7_200_000, 130)).points.reduce((sum, point) => sum + point.n, 0)).toBe(1_030 + 1_000 + 1);
      await store.erase([whole()]);
      expect((await series(T0, T0 + 7_200_000, 130)).points).toEqual([]);
      expect(await rawOf(store)).toEqual([]);
    });

    test("raw readings of several series come in the order of time, however many pages", async () => {
      await write(
        message(
          1,
          Array.from({ length: 9_000 }, (_, index) => sample(T0 + index * 1_000, 95)),
        ),
        message(
          2,
          Array.from({ length: 150 }, (_, index) => sample(T0 + index * 60_000, 70, { metric: PULSE })),
        ),
      );
      const readings = await rawOf(store);
      expect(readings).toHaveLength(9_150);
      expect(readings.every((reading, index) => index === 0 || reading.t >= (readings[index - 1]?.t ?? 0))).toBe(true);
    });
  });
};
