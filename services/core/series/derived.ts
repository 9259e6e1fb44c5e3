/**
 * Metrics that are computed when a series is read and never stored: the personal best they refer to is changed by people,
 * and a stored percentage would keep on speaking of the old one (semantics 5.10).
 */

/** A point of a series, as far as a linear derivation touches it. */
export interface DerivablePoint {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly last: number;
}

export interface Derivation {
  /** The metric whose stored readings it is computed from. */
  readonly source: string;
  /** Keys of the patient's baseline that are 100 %, the first that is there: the personal best, else the predicted value. */
  readonly references: readonly string[];
}

const DERIVATIONS: Readonly<Record<string, Derivation>> = { pef_pct_best: { source: "pef", references: ["pef", "pef_predicted"] } };

/** How a metric is derived, or null when it is read as stored. */
export const derivationOf = (metric: string): Derivation | null =>
  Object.hasOwn(DERIVATIONS, metric) ? (DERIVATIONS[metric] ?? null) : null;

/** What counts as 100 % for this patient; undefined when nobody has said so. */
export const referenceOf = (derivation: Derivation, baseline: Readonly<Record<string, number>>): number | undefined => {
  const key = derivation.references.find((candidate) => Object.hasOwn(baseline, candidate));
  return key === undefined ? undefined : baseline[key];
};

/** Percent of a reference. Linear, so every aggregate of the source becomes the same aggregate of the percentage. */
export const percentOf = (value: number, reference: number): number => (value * 100) / reference;

/** The points as percentages of the reference; none when there is no reference above 0 (a rule without a baseline is silent too). */
export const derivePoints = <Point extends DerivablePoint>(points: readonly Point[], reference: number | undefined): Point[] =>
  reference === undefined || !(reference > 0)
    ? []
    : points.map((point) => ({
        ...point,
        min: percentOf(point.min, reference),
        max: percentOf(point.max, reference),
        mean: percentOf(point.mean, reference),
        last: percentOf(point.last, reference),
      }));
