/** Reads separated text: quotes, CRLF, ragged ends; one header line. */
import { readFileSync } from "node:fs";
import { RecordingProblem } from "./recording.ts";

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Index of a column; throws a RecordingProblem naming what is there. */
  column(name: string): number;
}

export const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new RecordingProblem("replay_bad_file", `${file} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? "unknown reason"}`);
  }
};

export const readTable = (file: string): Table => {
  const [first, ...rest] = readText(file).split(/\r?\n/);
  const header = splitLine(first ?? "").map((name) => name.trim().replace(/^\uFEFF/, ""));
  if (header.length < 2) throw new RecordingProblem("replay_bad_file", `${file} is not a CSV file with a header line`);
  return {
    header,
    rows: rest.filter((line) => line.trim() !== "").map(splitLine),
    column(name) {
      const index = header.indexOf(name);
      if (index < 0) throw new RecordingProblem("replay_bad_file", `${file} has no column "${name}"; it has ${header.join(", ")}`);
      return index;
    },
  };
};

/** A number as recorded; null for an empty cell, `NA` and other texts. */
export const numberIn = (row: readonly string[], index: number): number | null => {
  const text = row[index]?.trim();
  if (text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
};

const splitLine = (line: string): string[] => {
  if (!line.includes('"')) return line.split(",");
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index] as string;
    if (quoted && character === '"' && line[index + 1] === '"') {
      cell += '"';
      index += 1;
    } else if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) {
      cells.push(cell);
      cell = "";
    } else cell += character;
  }
  cells.push(cell);
  return cells;
};
