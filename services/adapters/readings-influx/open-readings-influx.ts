/** The reading store on InfluxDB 2: readings and roll-ups there, quarantine and the position reached in a store beside it. */
import type { DeviceId } from "#core/ids.ts";
import { InfluxError } from "#contracts/errors/influx.ts";
import { unpackPoints } from "#core/series/fold-points.ts";
import { minuteOf } from "#core/series/minute.ts";
import { MINUTE, type EpochMs } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Position } from "#ports/journal.ts";
import type { ReadingStore } from "#ports/reading-store.ts";
import { eraseSpan, pruneReadings } from "./delete-readings.ts";
import { createDeliverLines } from "./deliver-lines.ts";
import { createDeviceShelf } from "./device-shelf.ts";
import { createInfluxHttp } from "./influx-http.ts";
import { readLatest, readNewest } from "./read-latest.ts";
import { readRaw } from "./read-raw.ts";
import { readSeries } from "./read-series.ts";
import { ROLLUP_RETENTION } from "./retention.ts";
import { createWriteReadings } from "./write-readings.ts";

export interface ReadingsInfluxOptions {
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly rollupBucket: string;
  readonly token: string;
  /** Null: `token` may read as well. */
  readonly readToken: string | null;
  /** Keeps what does not belong in a database of time series; closed with this store. */
  readonly local: ReadingStore;
  readonly clock: Pick<TransportClock, "now" | "monotonic" | "after">;
  readonly random: () => number;
  readonly diagnostics: Diagnostics;
  /** Told when writing fails and why, and null when it works again. */
  readonly onTrouble?: (trouble: InfluxError | null) => void;
  readonly writeTimeoutMs?: number;
  /** The server stops: waiting ends at once, a request under way gets a moment more. What was not stored stays in the journal. */
  readonly stopping?: AbortSignal;
}

/** A healthy database answers within it. */
const GRACE_MS = 3_000;

export const openReadingsInflux = (options: ReadingsInfluxOptions): ReadingStore => {
  const { local, clock, diagnostics, onTrouble } = options;
  const buckets = { raw: options.bucket, rollups: options.rollupBucket };
  const givingUp = new AbortController();
  const http = createInfluxHttp({
    giveUp: givingUp.signal,
    url: options.url,
    org: options.org,
    token: options.token,
    readToken: options.readToken ?? options.token,
    now: () => clock.now(),
    ...(options.writeTimeoutMs === undefined ? {} : { writeTimeoutMs: options.writeTimeoutMs }),
  });
  const shelf = createDeviceShelf(http, buckets);
  const lines = createDeliverLines(http, clock, options.random);
  const stop = (): void => {
    lines.close();
    clock.after(GRACE_MS, () => givingUp.abort());
  };
  options.stopping?.addEventListener("abort", stop, { once: true });

  /** Without this an absent bucket would look like patients without readings. */
  const checkBuckets = async (): Promise<void> => {
    if (!(await http.isReadable(buckets.raw))) throw new InfluxError("influx_bucket_missing", `${buckets.raw} cannot be read`);
    if (await http.isReadable(buckets.rollups)) return;
    await http.ensureBucket(buckets.rollups, ROLLUP_RETENTION);
    if (!(await http.isReadable(buckets.rollups))) throw new InfluxError("influx_bucket_missing", `${buckets.rollups} cannot be read`);
  };
  let checking: Promise<void> | null = null;
  const ready = (): Promise<void> => {
    checking ??= checkBuckets().catch((error: unknown) => {
      checking = null;
      throw error;
    });
    return checking;
  };
  /** A read that fails makes the next one look at the buckets again. */
  const reading = async <Answer>(read: () => Promise<Answer>): Promise<Answer> => {
    await ready();
    try {
      return await read();
    } catch (error) {
      checking = null;
      throw error;
    }
  };

  const writer = createWriteReadings({ http, buckets, shelf, lines, local, clock, diagnostics, ready });
  /** Writing, erasing and pruning one after the other: what the writer holds of the database must stay true. */
  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const turn = tail.then(work);
    tail = turn.catch(() => undefined);
    return turn;
  };
  let submitted: Position = writer.position();
  let trouble: InfluxError | null = null;
  const tell = (next: InfluxError | null): void => {
    if (next?.code === trouble?.code) return;
    trouble = next;
    onTrouble?.(next);
  };

  return {
    position: () => writer.position(),
    write(batch, institutionOf) {
      const after = submitted;
      submitted = Math.max(submitted, batch.at(-1)?.position ?? 0);
      return inTurn(async () => {
        // What was sent behind a batch that failed must not pass it.
        if (writer.position() < after) throw new InfluxError("influx_failing", `a batch after ${after} cannot follow ${writer.position()}`);
        const report = await writer.write(batch, institutionOf);
        tell(null);
        return report;
      }).catch((error: unknown) => {
        submitted = writer.position();
        checking = null;
        if (error instanceof InfluxError && error.code !== "influx_closed") tell(error);
        throw error;
      });
    },
    series: (query) =>
      reading(async () => {
        const { points, degraded, bad, quiet, resolutionMs } = await readSeries(http, buckets, query);
        return { points: unpackPoints(points, degraded), bad, quiet, resolutionMs };
      }),
    latest: (spans) => reading(() => readLatest(http, buckets, spans)),
    async *raw(query) {
      await ready();
      yield* readRaw(http, buckets, query);
    },
    newestOf: (device, metric) => {
      const known = newestHeld(device, metric);
      return known === null ? reading(() => readNewest(http, buckets, device, metric)) : Promise.resolve(known);
    },
    quarantine: (query) => local.quarantine(query),
    quarantineCounts: () => local.quarantineCounts(),
    prune: (limits) =>
      inTurn(async () => {
        await ready();
        const deleted = await pruneReadings(http, buckets, limits);
        if (deleted > 0) shelf.forget();
        return deleted;
      }),
    erase: (spans) =>
      inTurn(async () => {
        await ready();
        for (const span of spans) {
          shelf.forget(span.device);
          await eraseSpan(http, buckets, span, (bucket, texts) =>
            lines.deliver(bucket, texts, (_, reason) => diagnostics.error("roll_up_refused", { reason })),
          );
        }
        await local.erase(spans);
      }),
    async [Symbol.asyncDispose]() {
      stop();
      await tail;
      await writer.close();
      await http.close();
      await local[Symbol.asyncDispose]();
    },
  };

  /** What the writer knows: it is newer than what the database would say, and costs nothing. */
  function newestHeld(device: DeviceId, metric: number | undefined): EpochMs | null {
    const held = shelf.device(device);
    if (held === undefined) return null;
    let newest = -Infinity;
    let bound = -Infinity;
    for (const series of held.series.values()) {
      if (metric !== undefined && series.metric !== metric) continue;
      newest = Math.max(newest, series.newest);
      // A series not written to since the start, or one of waveforms, may end anywhere in its newest minute.
      if (minuteOf(series.newest) < series.newestMinute) bound = Math.max(bound, (series.newestMinute + 1) * MINUTE);
    }
    return newest >= bound && newest > -Infinity ? newest : null;
  }
};
