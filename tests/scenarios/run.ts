/**
 * Tells every story to a whole server at high speed and compares what it says with what really happened.
 *
 * `npm run scenarios [-- --only NAME[,NAME]] [--update] [--report FILE]`; `--update` writes the leads down as the new baseline,
 * `--report` the numbers of checks as JSON in the words of the test runner.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MINUTE } from "#core/time.ts";
import { scenarios } from "#simulators/scenarios/scenarios.ts";
import { say } from "#tests/support/bench-result.ts";
import { judgeStory, type Ring } from "./judge-story.ts";
import { tellByServer, type ToldByServer } from "./told-by-server.ts";

const SEED = 7;
const BASELINE = join(import.meta.dirname, "baseline.json");
/** Streams, where half a second of the machine is minutes; and single measurements over days. */
const HOURS_SPEED = 160;
const DAYS_SPEED = 2_000;
const DAYS_FROM_MIN = 24 * 60;
/** Clearly worse than the baseline: what the machine and the minute of the start may change is not. */
const WORSE_BY_MIN = { hours: 8, days: 240 } as const;
const WORSE_BY_SHARE = 0.3;
/** Before its first message a device is silent; enrolling takes minutes at this speed. */
const SETTLING = 12 * MINUTE;
/** Rules about time, and how late the machine must have been to be their cause; where an hour lasts a second or two it always is. */
const TIMING: Readonly<Record<string, number>> = { "DEV-1": 2 * MINUTE, "DEV-2": 2 * MINUTE, "DEV-6": MINUTE / 3 };

type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

const { values: options } = parseArgs({
  options: { only: { type: "string" }, update: { type: "boolean", default: false }, report: { type: "string" } },
});
const only = options.only?.split(",");
const unknown = only?.find((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown !== undefined) {
  say(`no scenario "${unknown}"; there are: ${scenarios.map(({ name }) => name).join(" ")}`);
  process.exit(64);
}

const chosen = scenarios.filter(({ name }) => only === undefined || only.includes(name));
const isOfDays = ({ lastsMin }: { readonly lastsMin: number }): boolean => lastsMin > DAYS_FROM_MIN;
const baseline = JSON.parse(readFileSync(BASELINE, "utf8")) as Baseline;

interface Judged {
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
  readonly leads: Readonly<Record<string, number>>;
  readonly passed: number;
  readonly failed: number;
}

const minutes = (value: number | undefined): string => (value === undefined ? "–" : `${value.toFixed(1)} min`);

const byRule = (rings: readonly Ring[]): string =>
  [...new Set(rings.map(({ rule }) => rule))].map((id) => `${id} × ${rings.filter(({ rule }) => rule === id).length}`).join(", ");

const judge = (told: ToldByServer): Judged => {
  const counts = { passed: 0, failed: 0 };
  const table: string[][] = [];
  const check = (isGood: boolean): string => {
    counts[isGood ? "passed" : "failed"] += 1;
    return isGood ? "ok" : "FAILED";
  };
  const { scenario, truth, counts: sent, series } = told;
  const { name } = scenario;
  const keyOf = (person: string | null): string => truth.people.find((who) => who.person === person)?.key ?? "–";
  const { leads, unwanted } = judgeStory(truth, told.heard);
  const before = baseline[name] ?? {};
  const now: Record<string, number> = {};
  for (const { person, rule, minutes: lead, boundMinutes } of leads) {
    const key = `${keyOf(person)} ${rule}`;
    const known = before[key];
    const slack = Math.max(WORSE_BY_MIN[isOfDays(scenario) ? "days" : "hours"], WORSE_BY_SHARE * Math.abs(known ?? 0));
    const isWorse = known !== undefined && lead !== null && lead > known + slack && !options.update;
    if (lead !== null) now[key] = Math.round(lead * 10) / 10;
    const verdict = check(lead !== null && lead <= boundMinutes && !isWorse);
    const why = lead === null ? " (did not ring)" : isWorse ? " (worse than before)" : "";
    table.push([name, keyOf(person), rule, minutes(lead ?? undefined), minutes(boundMinutes), minutes(known), `${verdict}${why}`]);
  }
  const settled = unwanted.filter(({ at, rule }) => at >= truth.from && (rule !== "DEV-1" || at >= truth.from + SETTLING));
  const isExcused = ({ rule, at }: Ring): boolean => {
    const limit = TIMING[rule];
    return limit !== undefined && (isOfDays(scenario) || told.lagAround(at) >= limit);
  };
  const faults = settled.filter((ring) => !isExcused(ring));
  const toText = ({ person, rule, severity, at }: Ring): string =>
    `${keyOf(person)} ${rule} ${severity} at ${((at - truth.from) / MINUTE).toFixed(0)} min`;
  const excused = settled.filter(isExcused);
  const quiet = `${check(faults.length === 0)}${faults.length === 0 ? "" : `: ${faults.map(toText).join(", ")}`}`;
  const machine = excused.length === 0 ? "" : ` (the machine lagged: ${byRule(excused)})`;
  table.push([name, "all", "nothing else", "", "", "", `${quiet}${machine}`]);
  const short = series.filter(({ measured, stored, setAside }) => measured !== stored + setAside);
  const aside = series.reduce((sum, { setAside }) => sum + setAside, 0);
  const isWhole = sent.waiting === 0 && sent.sent === sent.receipted && short.length === 0;
  const missing = short.map(({ of, measured, stored }) => `${of}: ${stored} of ${measured}`).join(", ");
  const whole = `${sent.receipted} of ${sent.sent} receipted, ${series.length === 0 ? "not counted" : `${series.length} series`}${aside === 0 ? "" : `, ${aside} set aside`}`;
  table.push([name, "all", "nothing lost", "", "", "", `${check(isWhole)}: ${whole}${missing === "" ? "" : `; ${missing}`}`]);
  return { name, rows: table, leads: now, ...counts };
};

const tellAll = async (names: readonly string[]): Promise<Judged[]> => {
  const stories = chosen.filter(({ name }) => names.includes(name));
  const paces = [
    { speed: HOURS_SPEED, behindMs: 40, scenarios: stories.filter((scenario) => !isOfDays(scenario)) },
    { speed: DAYS_SPEED, behindMs: 120, scenarios: stories.filter(isOfDays) },
  ].filter(({ scenarios: told }) => told.length > 0);
  const told = await Promise.all(paces.map((pace) => tellByServer({ ...pace, seed: SEED, onProgress: say })));
  return told.flat().map(judge);
};

let judged = await tellAll(chosen.map(({ name }) => name));
const doubtful = judged.filter(({ failed }) => failed > 0).map(({ name }) => name);
if (doubtful.length > 0) {
  // A machine that was busy elsewhere answers late; a fault of the product comes again.
  say(`told again: ${doubtful.join(", ")}`);
  const again = await tellAll(doubtful);
  judged = judged.map((before) => again.find(({ name }) => name === before.name) ?? before);
}
const table = [["story", "who", "rule", "lead", "bound", "baseline", ""], ...judged.flatMap(({ rows }) => rows)];
const passed = judged.reduce((sum, one) => sum + one.passed, 0);
const failed = judged.reduce((sum, one) => sum + one.failed, 0);

const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
say("");
for (const row of table)
  say(
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
say("\nnot answered yet, since the engine does not have the rule:");
for (const { name, notYet } of chosen) if (notYet.length > 0) say(`  ${name}: ${notYet.join(", ")}`);
if (options.update) {
  const leads = { ...baseline, ...Object.fromEntries(judged.map(({ name, leads: own }) => [name, own])) };
  writeFileSync(BASELINE, `${JSON.stringify(leads, null, 2)}\n`);
}
if (options.report !== undefined) writeFileSync(options.report, JSON.stringify({ numPassedTests: passed, numFailedTests: failed }));
say(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
