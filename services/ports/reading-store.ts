/** Port: readings as followers of the journal store them, keyed by device; whose they are is decided when they are read. */
import type { Committed, Position } from "#ports/journal.ts";
import type { DeviceId, InstitutionId } from "#core/ids.ts";
import type { MetricCode, QualityCode } from "#core/samples/sample.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { BadStretch } from "#core/series/find-quiet.ts";
import type { ChartPoint } from "#core/series/fold-points.ts";
import type { EpochMs } from "#core/time.ts";

/** A device during a span: how an assignment selects readings. `to` exclusive. */
export interface DeviceSpan {
  readonly device: DeviceId;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export type SeriesPoint = ChartPoint;

export type { BadStretch };

export interface RawReading {
  readonly device: DeviceId;
  readonly metric: MetricCode;
  readonly t: EpochMs;
  /** NaN: none. */
  readonly value: number;
  readonly quality: QualityCode;
  readonly flags: number;
  readonly tags: string;
}

export interface QuarantineRecord {
  readonly id: string;
  readonly reason: QuarantineReason;
  readonly topic: string;
  readonly device: DeviceId | null;
  readonly institution: InstitutionId | null;
  readonly at: EpochMs;
  readonly raw: Uint8Array;
  readonly sample?: unknown;
}

export interface StoreReport {
  /** Samples newly stored, repeats that changed nothing, conflicts that were quarantined. */
  readonly stored: number;
  readonly repeats: number;
  readonly conflicts: number;
}

/**
 * Guarantees
 * - `write` stores samples, roll-ups, quarantine items and the position in one durable transaction: a batch written twice changes nothing.
 * - Identity is (device, metric, t, identity tags); the first in journal order wins, another value becomes a `conflict` in quarantine and the stored reading is flagged.
 * - Roll-ups of one minute (n, min, max, mean, last of good and degraded samples) always agree with the raw readings they cover, also after late data.
 * - `series` returns at most `maxPoints` points, keeps every extreme, `from` inclusive and `to` exclusive, and reads roll-ups where raw readings are too many or gone.
 */
export interface ReadingStore extends AsyncDisposable {
  /** Highest journal position that is stored; 0 for none. */
  position(): Position;
  write(batch: readonly Committed[], institutionOf: (device: DeviceId) => InstitutionId | null): Promise<StoreReport>;
  series(query: {
    readonly spans: readonly DeviceSpan[];
    readonly metric: MetricCode;
    readonly from: EpochMs;
    readonly to: EpochMs;
    readonly maxPoints: number;
  }): Promise<{
    readonly points: SeriesPoint[];
    readonly bad: BadStretch[];
    /** 0: every point is one sample. */
    readonly resolutionMs: number;
    /** Stretches of more than 5 min without a usable sample, exact whatever the resolution. */
    readonly quiet?: readonly { readonly from: EpochMs; readonly to: EpochMs }[];
  }>;
  /** Newest good or degraded reading of every metric inside the spans. */
  latest(spans: readonly DeviceSpan[]): Promise<RawReading[]>;
  /** Raw readings in time order, bad ones included. */
  raw(query: {
    readonly spans: readonly DeviceSpan[];
    readonly metrics?: readonly MetricCode[];
    readonly from: EpochMs;
    readonly to: EpochMs;
  }): AsyncIterable<RawReading[]>;
  /** Newest `t` of a device over all metrics, and of one metric; null when it never reported. */
  newestOf(device: DeviceId, metric?: MetricCode): Promise<EpochMs | null>;
  quarantine(query: {
    readonly institution: InstitutionId | null;
    readonly before?: string;
    readonly limit: number;
  }): Promise<QuarantineRecord[]>;
  quarantineCounts(): Promise<Readonly<Record<string, number>>>;
  /** Deletes what retention no longer keeps. Returns rows deleted. */
  prune(limits: { readonly rawBefore: EpochMs; readonly spotBefore: EpochMs; readonly rollupsBefore: EpochMs }): Promise<number>;
  /** Erases every reading inside the spans (a patient's right), roll-ups included. */
  erase(spans: readonly DeviceSpan[]): Promise<void>;
}
