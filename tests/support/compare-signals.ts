/** Judges a simulated signal by recordings of its kind: bands wide enough for other people, too narrow for a toy. */
import { isDescribable, NAMES, onQuantum, quantumOf, type Signal, type SignalStatistics, statisticsOf } from "./signal-statistics.ts";

export interface Bands {
  /** Where the level of such a signal lies in living people. */
  readonly level: readonly [number, number];
  /** How like itself a living signal stays, whatever the recording: noise is less so, a ramp or a wave more. */
  readonly alive: { readonly lag1: readonly [number, number]; readonly lag5: readonly [number, number] };
  /** Simulated over recorded. */
  readonly spread: readonly [number, number];
  readonly step: readonly [number, number];
  /** Differences, simulated less recorded, at most. */
  readonly still: number;
  readonly lag1: number;
  readonly lag5: number;
  readonly lag30: number;
}

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  /** Null: no recording of it that is long enough. */
  readonly recorded: SignalStatistics | null;
  readonly simulated: SignalStatistics;
  /** What is out of its band, in words. */
  readonly faults: readonly string[];
}

export interface Compared {
  readonly name: string;
  readonly unit: string;
  readonly recorded: readonly Signal[];
  readonly simulated: readonly Signal[];
  /** Values in a stretch that is described by itself. */
  readonly stretch: number;
  readonly bands: Bands;
}

export const compare = ({ name, unit, recorded, simulated, stretch, bands }: Compared): Comparison => {
  // Both on the coarser of their two steps: what a display rounds away is no difference.
  const quantum = Math.max(quantumOf(recorded), quantumOf(simulated));
  const describe = (signals: readonly Signal[]): SignalStatistics =>
    statisticsOf(
      signals.map((signal) => onQuantum(signal, quantum)),
      stretch,
    );
  const was = isDescribable(recorded, stretch) ? describe(recorded) : null;
  const is = describe(simulated);
  return { name, unit, recorded: was, simulated: is, faults: faultsOf(was, is, bands, quantum) };
};

const faultsOf = (was: SignalStatistics | null, is: SignalStatistics, bands: Bands, quantum: number): string[] => {
  const faults: string[] = [];
  const [low, high] = bands.level;
  if (is.level < low || is.level > high) faults.push(`level ${is.level.toFixed(2)} is not within ${low}–${high}`);
  for (const name of ["lag1", "lag5"] as const) {
    const [least, most] = bands.alive[name];
    if (!(is[name] >= least && is[name] <= most)) faults.push(`${name} ${is[name].toFixed(2)} is not within ${least}–${most}`);
  }
  if (was === null) return faults;
  for (const name of ["spread", "step"] as const) {
    // A recording finer than its own steps cannot ask for more than a step.
    const ratio = Math.max(is[name], quantum / 4) / Math.max(was[name], quantum / 4);
    const [least, most] = bands[name];
    if (!(ratio >= least && ratio <= most)) faults.push(`${name} is ${ratio.toFixed(2)} times the recorded one, not ${least}–${most}`);
  }
  for (const name of ["still", "lag1", "lag5", "lag30"] as const) {
    const apart = Math.abs(is[name] - was[name]);
    if (!(apart <= bands[name]))
      faults.push(`${name} ${is[name].toFixed(2)} is ${apart.toFixed(2)} from the recorded one, more than ${bands[name]}`);
  }
  return faults;
};

/** As a table of a document: recorded → simulated. */
export const tableOf = (comparisons: readonly Comparison[]): string => {
  const pair = ({ recorded, simulated }: Comparison, name: keyof SignalStatistics): string =>
    `${recorded === null ? "–" : shown(recorded[name])} → ${shown(simulated[name])}`;
  return [
    "| signal, recorded → simulated | level | spread (SD) | steps of zero | SD of steps | like itself after 1 | after 5 | after 30 |",
    "|---|---|---|---|---|---|---|---|",
    ...comparisons.map((one) => `| ${one.name}, ${one.unit} | ${NAMES.map((name) => pair(one, name)).join(" | ")} |`),
  ].join("\n");
};

const shown = (value: number): string => (Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2));
