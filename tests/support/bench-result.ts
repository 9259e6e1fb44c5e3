/** Results of a benchmark as a file beside what it prints: the source of the figures in the documentation. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { loadOfMachine } from "#tests/support/bench-process.ts";

export const RESULTS_FOLDER = resolve(import.meta.dirname, "../bench/results");

export interface BenchResult {
  readonly name: string;
  readonly title: string;
  /** The command that gives these figures again. */
  readonly command: string;
  readonly at: string;
  readonly machine: string;
  readonly node: string;
  readonly sqlite: string;
  readonly loadAverage: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

export const writeResult = (result: Pick<BenchResult, "name" | "title" | "command" | "columns" | "rows" | "notes">): void => {
  const processors = cpus();
  const whole: BenchResult = {
    ...result,
    at: new Date().toISOString(),
    machine: `${processors.length} × ${processors[0]?.model ?? "unknown processor"}, ${process.platform} ${process.arch}`,
    node: process.versions.node,
    sqlite: process.versions["sqlite"] ?? "unknown",
    loadAverage: loadOfMachine(),
  };
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  writeFileSync(join(RESULTS_FOLDER, `${result.name}.json`), `${JSON.stringify(whole, null, 2)}\n`);
};

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

export const quantileOf = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
