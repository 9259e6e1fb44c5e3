/** What the writer knows of the devices it met: where their series end, and the newest minute of each with its samples. */
import { metricByCode } from "#core/metrics/catalogue.ts";
import type { DeviceId } from "#core/ids.ts";
import type { MetricCode } from "#core/samples/sample.ts";
import { addSample, minuteOf } from "#core/series/minute.ts";
import { MINUTE, type EpochMs } from "#core/time.ts";
import { HeldMinute } from "./held-minute.ts";
import type { InfluxHttp } from "./influx-http.ts";
import { readRows } from "./influx-rows.ts";
import { isOneOf } from "./influxql.ts";
import { readStored, readWaveValues } from "./read-samples.ts";
import { type Buckets, parseSeriesName, seriesTags } from "./schema.ts";

export interface HeldSeries {
  readonly device: DeviceId;
  readonly metric: MetricCode;
  readonly identity: string;
  readonly spot: boolean;
  /** Tags of its lines. */
  readonly tags: string;
  /** Newest sample, bad ones included. */
  newest: EpochMs;
  newestMinute: number;
  /** The minutes held: between two batches the newest alone. */
  readonly minutes: Map<number, HeldMinute>;
}

export interface HeldSignal {
  newest: EpochMs;
  reach: number;
}

export interface HeldDevice {
  readonly series: Map<string, HeldSeries>;
  readonly signals: Map<string, HeldSignal>;
}

/** Minutes nearer than this are read in one go. */
const NEAR = 30;
const DEVICES_A_QUERY = 40;
const AT_ONCE = 6;
/** Past this many samples everything is forgotten and read again when it is needed: about 100 MB. */
const MOST_SAMPLES = 1_000_000;

export interface DeviceShelf {
  /** Reads what the database has of these devices, as far as it is not known. */
  meet(devices: Iterable<DeviceId>): Promise<void>;
  device(device: DeviceId): HeldDevice | undefined;
  /** The series of a device that was met. */
  series(device: DeviceId, metric: MetricCode, identity: string): HeldSeries;
  /** Reads minutes that are not held and may have samples; each series' newest minute comes along. */
  hold(wanted: ReadonlyMap<HeldSeries, ReadonlySet<number>>): Promise<void>;
  /** Keeps the newest minute of each series; `added`: samples that came into minutes since. */
  tidy(touched: Iterable<HeldSeries>, added: number): void;
  forget(device?: DeviceId): void;
}

export const createDeviceShelf = (http: Pick<InfluxHttp, "query">, buckets: Buckets): DeviceShelf => {
  const devices = new Map<DeviceId, HeldDevice>();
  let held = 0;

  const seriesOf = (owner: HeldDevice, device: DeviceId, metric: MetricCode, identity: string): HeldSeries => {
    const key = identity === "" ? `${metric}` : `${metric};${identity}`;
    let series = owner.series.get(key);
    if (series === undefined) {
      const spot = metricByCode(metric)?.spot ?? false;
      const tags = seriesTags(device, metric, identity);
      series = { device, metric, identity, spot, tags, newest: -Infinity, newestMinute: -Infinity, minutes: new Map() };
      owner.series.set(key, series);
    }
    return series;
  };

  const learn = async (some: readonly DeviceId[]): Promise<void> => {
    const where = `WHERE ${isOneOf("device", some)} GROUP BY *`;
    const [minutes, newestBlocks, reaches] = await Promise.all([
      http.query(buckets.rollups, `SELECT last("n") FROM "minute" ${where}; SELECT last("bad") FROM "minute" ${where}`),
      http.query(buckets.raw, `SELECT last("n") FROM "waveform" ${where}`),
      http.query(buckets.raw, `SELECT max("reach") FROM "waveform" ${where}`),
    ]);
    const fresh = new Map<DeviceId, HeldDevice>(some.map((device) => [device, { series: new Map(), signals: new Map() }]));
    readRows(minutes, (tags, t) => {
      const { device, metric, identity } = parseSeriesName(tags);
      const owner = fresh.get(device);
      if (owner === undefined) return;
      const series = seriesOf(owner, device, metric, identity);
      series.newestMinute = Math.max(series.newestMinute, minuteOf(t));
    });
    const signalAt = (tags: string): HeldSignal | undefined => {
      const at = tags.indexOf(",signal=");
      const owner = fresh.get(tags.slice("device=".length, at) as DeviceId);
      if (owner === undefined || at < 0) return undefined;
      const name = tags.slice(at + ",signal=".length);
      let signal = owner.signals.get(name);
      if (signal === undefined) owner.signals.set(name, (signal = { newest: -Infinity, reach: 0 }));
      return signal;
    };
    readRows(newestBlocks, (tags, t) => {
      const signal = signalAt(tags);
      if (signal !== undefined) signal.newest = t;
    });
    readRows(reaches, (tags, _, cells) => {
      const signal = signalAt(tags);
      if (signal !== undefined) signal.reach = Number(cells[0]);
    });
    for (const [device, owner] of fresh) devices.set(device, owner);
  };

  /** One stretch of minutes of one device. */
  const fill = async (device: DeviceId, from: number, to: number, missing: ReadonlyMap<HeldSeries, ReadonlySet<number>>): Promise<void> => {
    const range = { device, from: from * MINUTE, to: to * MINUTE };
    const metrics = [...missing.keys()].map(({ metric }) => metric);
    const signals = devices.get(device)?.signals ?? new Map<string, HeldSignal>();
    const reach = Math.max(0, ...[...signals.values()].map((signal) => signal.reach));
    const [rows, values] = await Promise.all([
      readStored(http, buckets, { ...range, metrics }),
      signals.size === 0 ? [] : readWaveValues(http, buckets, { ...range, metrics, reach }),
    ]);
    const minuteFor = (series: HeldSeries | undefined, t: EpochMs): HeldMinute | undefined => {
      const m = minuteOf(t);
      return series !== undefined && missing.get(series)?.has(m) === true ? series.minutes.get(m) : undefined;
    };
    const byKey = new Map([...missing.keys()].map((series) => [`${series.metric};${series.identity}`, series]));
    for (const { metric, identity, sample } of rows) {
      const series = byKey.get(`${metric};${identity}`);
      const minute = minuteFor(series, sample.t);
      if (series === undefined || minute === undefined) continue;
      minute.add(sample);
      held += 1;
      series.newest = Math.max(series.newest, sample.t);
    }
    for (const { metric, t, value } of values) {
      const minute = minuteFor(byKey.get(`${metric};`), t);
      if (minute !== undefined) addSample(minute.roll, t, value, 0);
    }
  };

  return {
    async meet(wanted) {
      const strangers = [...new Set(wanted)].filter((device) => !devices.has(device));
      const groups: DeviceId[][] = [];
      for (let at = 0; at < strangers.length; at += DEVICES_A_QUERY) groups.push(strangers.slice(at, at + DEVICES_A_QUERY));
      await inParallel(groups, learn);
    },
    device: (device) => devices.get(device),
    series(device, metric, identity) {
      const owner = devices.get(device);
      if (owner === undefined) throw new Error(`device ${device} was not met`);
      return seriesOf(owner, device, metric, identity);
    },
    async hold(wanted) {
      const byDevice = new Map<DeviceId, Map<HeldSeries, Set<number>>>();
      for (const [series, minutes] of wanted) {
        const unknown = series.newestMinute > -Infinity && series.newest === -Infinity ? [series.newestMinute] : [];
        for (const m of new Set([...unknown, ...minutes])) {
          if (series.minutes.has(m)) continue;
          series.minutes.set(m, new HeldMinute(m));
          if (m > series.newestMinute) continue;
          let missing = byDevice.get(series.device);
          if (missing === undefined) byDevice.set(series.device, (missing = new Map<HeldSeries, Set<number>>()));
          const known = missing.get(series);
          if (known === undefined) missing.set(series, new Set([m]));
          else known.add(m);
        }
      }
      const stretches = [...byDevice].flatMap(([device, missing]) =>
        stretchesOf([...missing.values()]).map(([from, to]) => ({ device, from, to, missing })),
      );
      await inParallel(stretches, ({ device, from, to, missing }) => fill(device, from, to, missing));
      // A minute whose roll-up there is but no row (retention) ends somewhere: better a little early than never.
      for (const series of wanted.keys())
        if (series.newest === -Infinity && series.newestMinute > -Infinity) series.newest = series.newestMinute * MINUTE - 1;
    },
    tidy(touched, added) {
      held += added;
      for (const series of touched) {
        for (const [m, minute] of series.minutes) {
          if (m === series.newestMinute) continue;
          series.minutes.delete(m);
          held -= minute.samples.length;
        }
      }
      if (held > MOST_SAMPLES || devices.size > MOST_SAMPLES / 10) {
        devices.clear();
        held = 0;
      }
    },
    forget(device) {
      if (device === undefined) {
        devices.clear();
        held = 0;
      } else devices.delete(device);
    },
  };
};

const stretchesOf = (sets: readonly ReadonlySet<number>[]): [from: number, to: number][] => {
  const minutes = [...new Set(sets.flatMap((set) => [...set]))].sort((left, right) => left - right);
  const stretches: [number, number][] = [];
  for (const m of minutes) {
    const previous = stretches.at(-1);
    if (previous !== undefined && m - previous[1] < NEAR) previous[1] = m + 1;
    else stretches.push([m, m + 1]);
  }
  return stretches;
};

const inParallel = async <Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
};
