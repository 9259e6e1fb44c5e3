/** What the main thread and the two database threads say to each other; samples travel as numbers in transferred buffers. */
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import type { Chart } from "#core/series/chart.ts";
import type { EpochMs } from "#core/time.ts";
import type { DeviceSpan, StoreReport } from "#ports/reading-store.ts";

/** Numbers a sample: series index, t, value, mark, tags index, message index. */
export const ROW = 6;
/** Numbers a message: position, arrivedAt, source index. */
export const MESSAGE = 3;
/** Numbers a raw reading: source index, t, value, mark, tags index. */
export const RAW = 5;

/** Strings are sent once and named by an index of the sender's choice from then on. */
export interface NewSeries {
  readonly index: number;
  readonly device: string;
  readonly metric: number;
  readonly key: string;
  /** What the values of a coded metric stand for. */
  readonly codes: readonly string[] | null;
  readonly identity: string;
}
export interface NewSource {
  readonly index: number;
  readonly topic: string;
  readonly device: string;
  readonly institution: string;
}
export interface NewTags {
  readonly index: number;
  readonly tags: string;
}

export interface WireBlock {
  readonly message: number;
  readonly signal: string;
  readonly t0: EpochMs;
  readonly hz: number;
  readonly unit: string;
  readonly values: Float32Array;
  /** The series it feeds, when the signal is a metric in its own unit. */
  readonly series: number | null;
}

export interface WireQuarantine {
  readonly message: number;
  readonly index: number;
  readonly reason: QuarantineReason;
  readonly sample: string | null;
}

export interface WriteBatch {
  /** The position stored before this batch: a batch whose predecessor failed must not pass it. */
  readonly after: number;
  /** The position reached with it. */
  readonly position: number;
  readonly series: readonly NewSeries[];
  readonly sources: readonly NewSource[];
  readonly tags: readonly NewTags[];
  readonly messages: Float64Array;
  readonly rows: Float64Array;
  readonly blocks: readonly WireBlock[];
  readonly quarantined: readonly WireQuarantine[];
  /** Raw payload of each message that has quarantined items, by message index. */
  readonly payloads: readonly { readonly message: number; readonly raw: Uint8Array }[];
}

export interface PruneLimits {
  readonly rawBefore: EpochMs;
  readonly spotBefore: EpochMs;
  readonly rollupsBefore: EpochMs;
}

/** One bounded piece of a long job; `next` null: done. */
export interface Slice {
  readonly deleted: number;
  readonly next: string | null;
}

export type WriterCall =
  | { readonly kind: "write"; readonly batch: WriteBatch }
  | { readonly kind: "prune"; readonly limits: PruneLimits; readonly spots: readonly number[]; readonly next: string }
  | { readonly kind: "erase"; readonly spans: readonly DeviceSpan[]; readonly next: string };

export interface SeriesQuestion {
  readonly spans: readonly DeviceSpan[];
  readonly metric: number;
  readonly spot: boolean;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly maxPoints: number;
}

export interface RawPage {
  readonly rows: Float64Array;
  readonly sources: readonly { readonly device: string; readonly metric: number }[];
  readonly tags: readonly string[];
  /** Where the next page begins; null: no more. */
  readonly next: EpochMs | null;
}

export interface LatestAnswer {
  readonly device: string;
  readonly metric: number;
  readonly t: EpochMs;
  readonly value: number;
  readonly mark: number;
  readonly tags: string;
}

export interface QuarantineAnswer {
  readonly ordinal: number;
  readonly institution: string;
  readonly reason: QuarantineReason;
  readonly topic: string;
  readonly device: string | null;
  readonly at: EpochMs;
  readonly raw: Uint8Array;
  readonly sample: string | null;
}

export type ReaderCall =
  | { readonly kind: "series"; readonly question: SeriesQuestion }
  | { readonly kind: "latest"; readonly spans: readonly DeviceSpan[] }
  | { readonly kind: "newest"; readonly device: string; readonly metric: number | null }
  | {
      readonly kind: "raw";
      readonly spans: readonly DeviceSpan[];
      readonly metrics: readonly number[] | null;
      readonly from: EpochMs;
      readonly to: EpochMs;
    }
  | { readonly kind: "quarantine"; readonly institution: string; readonly before: number; readonly limit: number }
  | { readonly kind: "counts" };

/** What each call answers. */
export interface Answers {
  write: StoreReport;
  prune: Slice;
  erase: Slice;
  series: Chart;
  latest: readonly LatestAnswer[];
  newest: EpochMs | null;
  raw: RawPage;
  quarantine: readonly QuarantineAnswer[];
  counts: Readonly<Record<string, number>>;
}
export type Call = WriterCall | ReaderCall;

export type Reply =
  | { readonly kind: "ready"; readonly position: number }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string; readonly code: string | undefined };
