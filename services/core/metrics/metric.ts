/** What the catalogue says about one metric (domain 1.1): the shape of its data, nothing computed. */
import type { MetricCode } from "#core/samples/sample.ts";
import type { TagRule } from "#core/metrics/tag-rule.ts";

type Cadence = "continuous" | "intermittent" | "session" | "nightly" | "daily" | "event" | "questionnaire" | "derived";

/** FHIR R4 observation-category; null for what describes the device, not the person. */
type ObservationCategory = "vital-signs" | "activity" | "survey" | "exam" | "therapy" | null;

export const CODE_SYSTEMS = {
  loinc: "http://loinc.org",
  mdc: "urn:iso:std:iso:11073:10101",
  snomed: "http://snomed.info/sct",
} as const;

/** A verified standard code. A metric without one is coded by its key in the project's own CodeSystem. */
interface Coding {
  readonly system: keyof typeof CODE_SYSTEMS;
  readonly code: string;
  readonly display?: string;
}

export interface Metric {
  /**
   * Number for ever, never reused: it stands in the journal and the store. The row of the domain table; the second key of a
   * row is 100 + row, the third 200 + row.
   */
  readonly code: MetricCode;
  /** Row of the tables in domain 1.2 to 1.4. */
  readonly row: number;
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** Canonical UCUM unit, in which values are stored; null where UCUM has none (dBm) or the value is a code. */
  readonly unit: string | null;
  /** What a person reads beside the number; "" for none. */
  readonly displayUnit: string;
  /** Outside is no measurement: quarantined as `out_of_range`. Both ends belong to the range. */
  readonly hardLimits: { readonly min: number; readonly max: number };
  /** Adult at rest, for display bands only, never a threshold. */
  readonly typical?: { readonly min?: number; readonly max?: number };
  /** Decimal places shown (semantics 1.5: values are stored unrounded); null where digits make no sense. */
  readonly precision: number | null;
  readonly cadence: Cadence;
  /** Usual spacing in seconds of a continuous metric. */
  readonly everyS?: number;
  /** A single value that is kept long, not one of a stream. */
  readonly spot: boolean;
  readonly category: ObservationCategory;
  readonly codings: readonly Coding[];
  /** Codes that hold only for samples with this tag. */
  readonly codingsWhen?: readonly { readonly tag: string; readonly value: string; readonly codings: readonly Coding[] }[];
  /** The panel this metric is a component of. */
  readonly panel?: readonly Coding[];
  /** Tags allowed beside the universal ones (semantics 1.1). */
  readonly tags: Readonly<Record<string, TagRule>>;
  /** Values are codes; a stored sample holds the index. */
  readonly coded?: readonly string[];
  /** What each code of `coded` says, in the same order. */
  readonly meanings?: readonly { readonly en: string; readonly zh: string; readonly codings: readonly Coding[] }[];
  /** 0 or 1, nothing between. */
  readonly binary?: true;
  /** Not a series of its own: samples are stored as metric `of` with these tags. */
  readonly alias?: { readonly of: string; readonly tags: Readonly<Record<string, string>> };
  /** Most that one day can hold, where a single event has a limit of its own. */
  readonly dailyMax?: number;
}
