/** What a signal looks like in numbers: level, spread, steps from value to value, and how long it stays like itself. */

/** Equally spaced; null: nothing was measured. */
export type Signal = readonly (number | null)[];

/** Lags at which a signal is compared with itself, in values. */
const LAGS = [1, 5, 30] as const;

export interface SignalStatistics {
  readonly level: number;
  /** Standard deviation. */
  readonly spread: number;
  /** Share of steps of nothing. */
  readonly still: number;
  /** Standard deviation of the steps. */
  readonly step: number;
  readonly lag1: number;
  readonly lag5: number;
  readonly lag30: number;
}

export const NAMES = ["level", "spread", "still", "step", "lag1", "lag5", "lag30"] as const satisfies readonly (keyof SignalStatistics)[];

/** Share of a stretch that must have been measured. */
const ENOUGH = 0.7;

/** The median of each figure over all stretches of `stretch` values, so that day, night and gaps do not decide it. */
export const statisticsOf = (signals: readonly Signal[], stretch: number): SignalStatistics => {
  const full = fullStretches(signals, stretch).map(ofOne);
  if (full.length === 0) throw new Error(`no stretch of ${stretch} values is full enough to be described`);
  const middle = (name: keyof SignalStatistics): number => median(full.map((one) => one[name]));
  return Object.fromEntries(NAMES.map((name) => [name, middle(name)])) as unknown as SignalStatistics;
};

export const isDescribable = (signals: readonly Signal[], stretch: number): boolean => fullStretches(signals, stretch).length > 0;

const fullStretches = (signals: readonly Signal[], stretch: number): Signal[] =>
  signals
    .flatMap((signal) =>
      Array.from({ length: Math.floor(signal.length / stretch) }, (_, index) => signal.slice(index * stretch, (index + 1) * stretch)),
    )
    .filter((part) => part.filter((value) => value !== null).length >= ENOUGH * stretch);

const ofOne = (signal: Signal): SignalStatistics => {
  const values = signal.filter((value) => value !== null);
  const level = mean(values);
  const variance = mean(values.map((value) => (value - level) ** 2));
  const steps = pairs(signal, 1).map(([before, after]) => after - before);
  const [lag1, lag5, lag30] = LAGS.map((lag) => {
    const products = pairs(signal, lag).map(([before, after]) => (before - level) * (after - level));
    // A signal that never moves is wholly like itself.
    return variance < 1e-12 || products.length === 0 ? 1 : mean(products) / variance;
  }) as [number, number, number];
  return {
    level,
    spread: Math.sqrt(variance),
    still: steps.filter((step) => Math.abs(step) < 1e-9).length / Math.max(1, steps.length),
    step: Math.sqrt(mean(steps.map((step) => step * step))),
    lag1,
    lag5,
    lag30,
  };
};

const pairs = (signal: Signal, lag: number): [number, number][] =>
  signal.flatMap((after, index): [number, number][] => {
    const before = signal[index - lag];
    return after === null || before === null || before === undefined ? [] : [[before, after]];
  });

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};

/** The step in which a recording is written down: a simulated signal is rounded alike before it is compared. */
export const quantumOf = (signals: readonly Signal[]): number => {
  const values = signals.flat().filter((value) => value !== null);
  return [1, 0.5, 0.2, 0.1, 0.02, 0.01].find((quantum) => values.every((value) => isOn(value, quantum))) ?? 0;
};

const isOn = (value: number, quantum: number): boolean => Math.abs(value / quantum - Math.round(value / quantum)) < 1e-6;

export const onQuantum = (signal: Signal, quantum: number): Signal =>
  quantum === 0 ? signal : signal.map((value) => (value === null ? null : Math.round(value / quantum) * quantum));

/** One value each `everyMs` from `from` on: the mean of what was measured in it. */
export const resampled = (
  readings: readonly { readonly t: number; readonly value: number | null }[],
  { from, everyMs, count }: { readonly from: number; readonly everyMs: number; readonly count: number },
): Signal => {
  const sums = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (const { t, value } of readings) {
    const index = Math.floor((t - from) / everyMs);
    if (value === null || index < 0 || index >= count) continue;
    sums[index] = (sums[index] ?? 0) + value;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return Array.from(sums, (sum, index) => (counts[index] === 0 ? null : sum / (counts[index] ?? 1)));
};
