/**
 * Runs benchmarks one after another and writes their figures to docs/benchmarks.md: `npm run bench -- ingest|alerts|engine|…|all [options]`.
 * What is behind the name goes to that benchmark.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BenchResult, RESULTS_FOLDER, say } from "#tests/support/bench-result.ts";

const FILES: Readonly<Record<string, string>> = { alerts: "alert-latency" };
/** From the whole to its parts. */
const ORDER = ["ingest", "alerts", "engine", "broker", "decode", "journal", "readings", "ledger"];

const [name = "all", ...options] = process.argv.slice(2);
const here = import.meta.dirname;
const known = readdirSync(here)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -3));
const fileOf = (bench: string): string => FILES[bench] ?? bench;
if (name !== "all" && !known.includes(fileOf(name))) {
  say(`no benchmark "${name}"; there are: all ${ORDER.join(" ")}`);
  process.exit(64);
}

let failed = 0;
for (const bench of name === "all" ? ORDER.filter((one) => known.includes(fileOf(one))) : [name]) {
  say(`\n# ${bench}`);
  const { status } = spawnSync(process.execPath, [join(here, `${fileOf(bench)}.ts`), ...(name === "all" ? [] : options)], {
    stdio: "inherit",
  });
  if (status !== 0) failed += 1;
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const section = ({ title, command, at, machine, node, sqlite, loadAverage, columns, rows, notes }: BenchResult): string =>
  [
    `## ${title}`,
    "",
    `\`${command}\`, ${at.slice(0, 10)}, ${machine}, Node ${node}, SQLite ${sqlite}, load average of the machine ${loadAverage}.`,
    "",
    row(columns),
    row(columns.map(() => "---")),
    ...rows.map(row),
    "",
    ...notes.map((note) => `- ${note}`),
    "",
  ].join("\n");

const results = ORDER.map((bench) => join(RESULTS_FOLDER, `${bench}.json`))
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, "utf8")) as BenchResult);
if (results.length > 0) {
  const page = [
    "# Benchmarks",
    "",
    "Written by `npm run bench`; every figure can be measured again with the command above its table. Servers, load and viewers share one",
    "machine, so that rates and latencies say least about a quiet one and most about what a busy one still does.",
    "",
    ...results.map(section),
  ].join("\n");
  writeFileSync(resolve(here, "../../docs/benchmarks.md"), `${page.trimEnd()}\n`);
  say("\nfigures written to docs/benchmarks.md");
}
process.exit(failed === 0 ? 0 : 1);
