/** Stores batches of the journal: readings, then their roll-ups, then what is kept beside the database and the position reached. */
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import type { QuarantinedItem } from "#core/journal-entry.ts";
import { InfluxError } from "#contracts/errors/influx.ts";
import { addSample } from "#core/series/minute.ts";
import { decodeValues } from "#core/series/waveform-block.ts";
import { DAY, MINUTE } from "#core/time.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Committed, Position } from "#ports/journal.ts";
import type { ReadingStore, StoreReport } from "#ports/reading-store.ts";
import type { DeliverLines } from "./deliver-lines.ts";
import type { DeviceShelf, HeldSeries } from "./device-shelf.ts";
import type { InfluxHttp } from "./influx-http.ts";
import { readRows } from "./influx-rows.ts";
import { isSameBlock, judgeBatch, minutesOf, type KnownBlock, type Message, type Origin } from "./judge-batch.ts";
import { readBlocks, readWaveValues } from "./read-samples.ts";
import { type Buckets, minuteLine, positionLine, rollUp } from "./schema.ts";

export interface WriteReadings {
  position(): Position;
  write(batch: readonly Committed[], institutionOf: (device: DeviceId) => InstitutionId | null): Promise<StoreReport>;
  /** Says to the database how far it is, when that was put off. */
  close(): Promise<void>;
}

export interface WriteReadingsParts {
  readonly http: InfluxHttp;
  readonly buckets: Buckets;
  readonly shelf: DeviceShelf;
  readonly lines: DeliverLines;
  /** Keeps quarantine and position. */
  readonly local: Pick<ReadingStore, "position" | "write">;
  readonly clock: Pick<TransportClock, "now">;
  readonly diagnostics: Pick<Diagnostics, "warn" | "error" | "count">;
  /** Rejects while the buckets cannot be read. */
  readonly ready: () => Promise<void>;
}

/** Spot samples older than this are in the bucket of the roll-ups alone: the other would refuse them. */
const SPOT_COPY = 80 * DAY;
const NOTHING: StoreReport = { stored: 0, repeats: 0, conflicts: 0 };

export const createWriteReadings = (parts: WriteReadingsParts): WriteReadings => {
  const { http, buckets, shelf, lines, local, clock, diagnostics } = parts;
  let stored = local.position();
  /** What the database says it has; null while it was not asked since the last failure. */
  let confirmed: Position | null = null;

  /** The database may have been restored from a backup: then it is told again what it forgot. */
  const confirm = async (): Promise<void> => {
    await parts.ready();
    let reached: Position = 0;
    readRows(await http.query(buckets.rollups, `SELECT last("reached") FROM "position"`), (_, __, cells) => {
      reached = Number(cells[0]);
    });
    confirmed = reached;
    if (reached >= stored) return;
    const had = stored;
    stored = reached;
    throw new InfluxError("influx_restored", `position ${reached} of ${had}`);
  };

  /** Blocks that may be in the database already, by device, signal and beginning. */
  const findBlocks = async (messages: readonly Message[]): Promise<KnownBlock> => {
    const found = new Map<string, { readonly hz: number; readonly values: Float32Array }>();
    await Promise.all(
      messages.map(async ({ entry: { device, waveform } }) => {
        if (waveform === undefined) return;
        const { signal, t0 } = waveform;
        if (t0 > (shelf.device(device)?.signals.get(signal)?.newest ?? -Infinity)) return;
        for (const { hz, bytes } of await readBlocks(http, buckets, { device, from: t0, to: t0 + 1, signals: [signal] }))
          found.set(`${device} ${t0} ${signal}`, { hz, values: decodeValues(bytes) });
      }),
    );
    return ({ entry }, wave) => {
      const known = found.get(`${entry.device} ${wave.t0} ${wave.signal}`);
      return known === undefined ? undefined : { same: isSameBlock(known, wave) };
    };
  };

  /** What the database refused is as if it had never come, but for its item in quarantine. */
  const withdraw = async (refused: readonly { readonly origin: Origin; readonly reason: string }[]): Promise<void> => {
    const minutes = new Map<HeldSeries, Set<number>>();
    for (const { origin, reason } of refused) {
      diagnostics.warn("reading_refused", { position: origin.position, reason });
      diagnostics.count("homeward_readings_refused_total");
      if (origin.reading === null) continue;
      const { series, t } = origin.reading;
      const m = Math.floor(t / MINUTE);
      series.minutes.get(m)?.remove(t);
      minutes.set(series, (minutes.get(series) ?? new Set()).add(m));
    }
    for (const [series, touched] of minutes) {
      const reach = Math.max(0, ...[...(shelf.device(series.device)?.signals.values() ?? [])].map((signal) => signal.reach));
      for (const m of touched) {
        const minute = series.minutes.get(m);
        if (minute === undefined) continue;
        minute.roll = rollUp(m, minute.samples);
        const range = { device: series.device, from: m * MINUTE, to: (m + 1) * MINUTE, metrics: [series.metric], reach };
        if (series.identity !== "") continue;
        for (const { t, value } of await readWaveValues(http, buckets, range)) addSample(minute.roll, t, value, 0);
      }
    }
  };

  const deliverRollUps = async (dirty: ReadonlyMap<HeldSeries, ReadonlySet<number>>, reached: Position): Promise<void> => {
    const texts: string[] = [];
    for (const [series, minutes] of dirty) {
      for (const m of minutes) {
        const roll = series.minutes.get(m)?.roll;
        if (roll !== undefined && roll.n + roll.bad > 0) texts.push(minuteLine(series.tags, roll));
      }
    }
    texts.push(positionLine(reached, clock.now()));
    await lines.deliver(buckets.rollups, texts, (_, reason) => {
      diagnostics.error("roll_up_refused", { reason });
      diagnostics.count("homeward_rollups_refused_total");
    });
  };

  const store = async (batch: readonly Committed[], institutionOf: (device: DeviceId) => InstitutionId | null): Promise<StoreReport> => {
    const last = batch.at(-1);
    if (last === undefined) return NOTHING;
    if (confirmed === null) await confirm();
    const known = stored;
    const messages: Message[] = [];
    let repeats = 0;
    for (const { position, entry } of batch) {
      if (entry.kind !== "message") continue;
      if (position > known) messages.push({ position, entry });
      else repeats += entry.samples.length;
    }
    const speaking = messages.filter(({ entry }) => entry.samples.length > 0 || entry.waveform !== undefined);
    await shelf.meet(speaking.map(({ entry }) => entry.device));
    const touched = minutesOf(shelf, speaking);
    await shelf.hold(touched);
    const judged = judgeBatch(shelf, speaking, await findBlocks(speaking), clock.now() - SPOT_COPY);

    const items = new Map<Position, QuarantinedItem[]>(judged.conflicts);
    const refused = new Map<string, { readonly origin: Origin; readonly reason: string }>();
    const refuse = (origins: readonly ((() => Origin) | null)[]) => (index: number, reason: string) => {
      const origin = origins[index]?.();
      if (origin === undefined) return;
      const about = origin.reading === null ? `block ${index}` : `${origin.reading.series.tags} ${origin.reading.t}`;
      refused.set(`${origin.position} ${about}`, { origin, reason });
    };
    await lines.deliver(buckets.rollups, judged.spot.lines, refuse(judged.spot.origins));
    await lines.deliver(buckets.raw, judged.raw.lines, refuse(judged.raw.origins));
    if (refused.size > 0) {
      await withdraw([...refused.values()]);
      for (const { origin } of refused.values())
        items.set(origin.position, [...(items.get(origin.position) ?? []), { reason: "refused_by_store", ...origin.item }]);
    }
    const reached = Math.max(known, last.position);
    if (judged.raw.lines.length + judged.spot.lines.length + judged.dirty.size > 0) {
      await deliverRollUps(judged.dirty, reached);
      confirmed = reached;
    }
    await local.write(beside(batch, items, last), institutionOf);
    stored = reached;
    shelf.tidy(touched.keys(), judged.stored);
    return { stored: judged.stored - refused.size, repeats: repeats + judged.repeats, conflicts: judged.conflicting };
  };

  return {
    position: () => stored,
    async write(batch, institutionOf) {
      try {
        return await store(batch, institutionOf);
      } catch (error) {
        // How much of the batch is stored is not known: what was held of the database is read again.
        shelf.forget();
        confirmed = null;
        throw error;
      }
    },
    async close() {
      if (confirmed === null || confirmed >= stored) return;
      await http.write(buckets.rollups, [positionLine(stored, clock.now())]).catch((cause: unknown) => {
        // After the next start the journal is read once more from the last position said: nothing changes by it.
        diagnostics.warn("position_not_said", {}, cause);
      });
    },
  };
};

/** What of a batch stands beside the database: quarantined items, and the position. */
const beside = (batch: readonly Committed[], items: ReadonlyMap<Position, readonly QuarantinedItem[]>, last: Committed): Committed[] => {
  const kept: Committed[] = [];
  for (const { position, entry } of batch) {
    if (entry.kind !== "message") continue;
    const more = items.get(position) ?? [];
    if (entry.quarantined.length + more.length === 0) continue;
    const { waveform: _, ...rest } = entry;
    kept.push({ position, entry: { ...rest, samples: [], quarantined: [...entry.quarantined, ...more] } });
  }
  if (kept.at(-1)?.position !== last.position) kept.push({ position: last.position, entry: { kind: "tick", at: 0 } });
  return kept;
};
