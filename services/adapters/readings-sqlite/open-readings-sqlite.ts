/** The reading store on SQLite: one thread writes, another reads, the event loop does neither. */
import { metricByCode, metrics } from "#core/metrics/catalogue.ts";
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import type { QualityCode } from "#core/samples/sample.ts";
import { unpackPoints } from "#core/series/fold-points.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { QuarantineRecord, RawReading, ReadingStore } from "#ports/reading-store.ts";
import { openDatabaseThread } from "./database-thread.ts";
import type { DatabaseThread } from "./database-thread.ts";
import { createBatchEncoder } from "./encode-batch.ts";
import { parseQuarantineId, quarantineId } from "./quarantine-rows.ts";
import { RAW } from "./wire.ts";
import type { QuarantineAnswer, RawPage, Slice } from "./wire.ts";

/** Names the writing thread holds for us before both sides forget them: about 30 MB. */
const MOST_NAMES = 100_000;

export interface ReadingsSqliteOptions {
  readonly file: string;
  readonly diagnostics?: Diagnostics;
}

export const openReadingsSqlite = async ({ file, diagnostics }: ReadingsSqliteOptions): Promise<ReadingStore> => {
  const writer = await openDatabaseThread(new URL("./readings-worker.ts", import.meta.url), file, diagnostics);
  const reader = await openDatabaseThread(new URL("./reader-worker.ts", import.meta.url), file, diagnostics);
  const encoder = createBatchEncoder();
  let encodedFor = writer.generation;
  let stored = writer.position;
  let submitted = stored;

  const inSlices = async (slice: (next: string) => Promise<Slice>): Promise<number> => {
    let deleted = 0;
    for (let next: string | null = ""; next !== null;) {
      const done: Slice = await slice(next);
      deleted += done.deleted;
      next = done.next;
    }
    return deleted;
  };

  return {
    position: () => stored,
    async write(batch, institutionOf) {
      const last = batch.at(-1);
      if (last === undefined) return { stored: 0, repeats: 0, conflicts: 0 };
      if (writer.generation === -1) await writer.revive();
      if (writer.generation !== encodedFor || encoder.size > MOST_NAMES) {
        encoder.reset();
        encodedFor = writer.generation;
      }
      const encoded = encoder.encode(batch, submitted, institutionOf);
      submitted = Math.max(submitted, last.position);
      try {
        const report = await writer.call({ kind: "write", batch: encoded.batch }, encoded.transfer);
        stored = Math.max(stored, last.position);
        return report;
      } catch (error) {
        // What was sent behind it will be refused; the next call begins where the store stands.
        submitted = stored;
        throw error;
      }
    },
    async series(query) {
      const spot = metricByCode(query.metric)?.spot ?? false;
      const answer = await reader.call({ kind: "series", question: { ...query, spans: [...query.spans], spot } });
      return {
        points: unpackPoints(answer.points, answer.degraded),
        bad: answer.bad,
        quiet: answer.quiet,
        resolutionMs: answer.resolutionMs,
      };
    },
    async latest(spans) {
      const answers = await reader.call({ kind: "latest", spans });
      return answers.map(({ device, metric, t, value, mark, tags }) => ({ metric, t, value, tags, ...deviceAndMark(device, mark) }));
    },
    raw: (query) => pagesOf(reader, query),
    newestOf: (device, metric) => reader.call({ kind: "newest", device, metric: metric ?? null }),
    async quarantine({ institution, before, limit }) {
      const ordinal = before === undefined ? Number.MAX_SAFE_INTEGER : parseQuarantineId(before);
      if (ordinal === null) return [];
      const answers = await reader.call({ kind: "quarantine", institution: institution ?? "", before: ordinal, limit });
      return answers.map(recordOf);
    },
    quarantineCounts: () => reader.call({ kind: "counts" }),
    prune(limits) {
      const spots = metrics.filter((metric) => metric.spot).map((metric) => metric.code);
      return inSlices((next) => writer.call({ kind: "prune", limits, spots, next }));
    },
    async erase(spans) {
      await inSlices((next) => writer.call({ kind: "erase", spans, next }));
    },
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await writer[Symbol.asyncDispose]();
    },
  };
};

const deviceAndMark = (device: string, mark: number): Pick<RawReading, "device" | "quality" | "flags"> => ({
  device: device as DeviceId,
  quality: (mark & 3) as QualityCode,
  flags: mark >>> 2,
});

async function* pagesOf(reader: DatabaseThread, query: Parameters<ReadingStore["raw"]>[0]): AsyncIterable<RawReading[]> {
  const { spans, metrics: wanted, to } = query;
  for (let from: number | null = query.from; from !== null && from < to;) {
    const page: RawPage = await reader.call({ kind: "raw", spans, metrics: wanted ?? null, from, to });
    const readings = readingsOf(page);
    if (readings.length > 0) yield readings;
    from = page.next;
  }
}

const readingsOf = ({ rows, sources, tags }: RawPage): RawReading[] => {
  const at = (index: number): number => rows[index] ?? Number.NaN;
  return Array.from({ length: rows.length / RAW }, (_, index) => {
    const first = index * RAW;
    const source = sources[at(first)];
    return {
      metric: source?.metric ?? -1,
      t: at(first + 1),
      value: at(first + 2),
      tags: tags[at(first + 4)] ?? "",
      ...deviceAndMark(source?.device ?? "", at(first + 3)),
    };
  });
};

const recordOf = ({ ordinal, institution, reason, topic, device, at, raw, sample }: QuarantineAnswer): QuarantineRecord => ({
  id: quarantineId(ordinal),
  reason,
  topic,
  device: device as DeviceId | null,
  institution: institution === "" ? null : (institution as InstitutionId),
  at,
  raw,
  ...(sample === null ? {} : { sample: JSON.parse(sample) as unknown }),
});
