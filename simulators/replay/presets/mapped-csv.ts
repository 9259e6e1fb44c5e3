/** Any CSV: one column of time, others mapped to metrics by the person who knows them. */
import { SECOND } from "#core/time.ts";
import { numberIn, readTable } from "../csv.ts";
import { localTime } from "../local-time.ts";
import { type RecordedSample, type Recording, RecordingProblem } from "../recording.ts";

export interface ColumnMap {
  readonly column: string;
  readonly metric: string;
  readonly unit?: string;
}

const TIME_COLUMNS = ["t", "t_ms", "time", "timestamp", "t_s", "date", "datetime"];

/** `column=metric[:unit],…`; a unit may itself hold a colon-free UCUM text such as `L/s`. */
export const parseColumnMap = (text: string): ColumnMap[] | null => {
  const parts = text.split(",").map((part) => /^([^=]+)=([a-z0-9_]+)(?::(.+))?$/.exec(part.trim()));
  if (parts.some((part) => part === null)) return null;
  return parts.map((part) => {
    const [, column, metric, unit] = part as unknown as [string, string, string, string | undefined];
    return { column: column.trim(), metric, ...(unit === undefined ? {} : { unit }) };
  });
};

export const readMappedCsv = (file: string, map: readonly ColumnMap[], zone: string): Recording => {
  const table = readTable(file);
  const timeName = TIME_COLUMNS.find((name) => table.header.some((column) => column.toLowerCase() === name));
  if (timeName === undefined)
    throw new RecordingProblem("replay_bad_file", `${file} has no column of time: name one of ${TIME_COLUMNS.join(", ")}`);
  const time = table.header.findIndex((column) => column.toLowerCase() === timeName);
  const columns = map.map(({ column, ...rest }) => ({ index: table.column(column), ...rest }));
  const samples: RecordedSample[] = [];
  for (const row of table.rows) {
    const at = timeOf(row[time] ?? "", timeName, zone);
    if (at === null) continue;
    for (const { index, metric, unit } of columns) {
      const value = numberIn(row, index);
      if (value !== null) samples.push({ at, metric, value, ...(unit === undefined ? {} : { unit }) });
    }
  }
  if (samples.length === 0)
    throw new RecordingProblem("replay_bad_file", `${file} has no row with a readable time and a number in a mapped column`);
  samples.sort((a, b) => a.at - b.at);
  const start = samples[0]?.at as number;
  const placed = samples.map((sample) => ({ ...sample, at: sample.at - start }));
  return {
    samples: placed,
    blocks: [],
    durationMs: placed.at(-1)?.at as number,
    recordedAt: start > 86_400_000 * 365 ? start : null,
    notes: [],
  };
};

/** Milliseconds; seconds for a column named so or a number too small to be milliseconds of our age; ISO text with or without zone. */
const timeOf = (text: string, column: string, zone: string): number | null => {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const number = Number(trimmed);
  if (Number.isFinite(number))
    return Math.round(column === "t_s" || (column !== "t_ms" && Math.abs(number) < 1e11 && column !== "t") ? number * SECOND : number);
  if (/(Z|[+-]\d{2}:?\d{2})$/.test(trimmed)) {
    const parsed = Date.parse(trimmed);
    return Number.isNaN(parsed) ? null : parsed;
  }
  return localTime(trimmed, zone);
};
