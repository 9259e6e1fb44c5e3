/** Reads the CSV that InfluxQL answers: `name,tags,time` and then the columns in the order they were selected. */
import { InfluxError } from "#contracts/errors/influx.ts";

/** `cells[0]` is the first column selected; "" is none. `tags` is `key=value` of the group, joined by commas. */
type OnRow = (tags: string, time: number, cells: readonly string[]) => void;

const LEADING = 3;

export const readRows = (text: string, onRow: OnRow): void => {
  let inTable = false;
  for (let at = 0; at < text.length;) {
    let end = lineEnd(text, at);
    let line = text.slice(at, end);
    const quoted = line.includes('"');
    // A quoted value may hold line ends.
    while (quoted && countQuotes(line) % 2 === 1 && end < text.length) {
      end = lineEnd(text, end + 1);
      line = text.slice(at, end);
    }
    at = end + 1;
    if (line === "") inTable = false;
    else if (inTable) {
      const row = quoted ? splitQuoted(line) : line.split(",");
      onRow(row[1] ?? "", Number(row[2]), row.slice(LEADING));
    } else {
      // An error after the 200 comes as a table of its own.
      if (!line.startsWith("name,tags,")) throw new InfluxError("influx_query_failed", text.slice(at, at + 300) || line);
      inTable = true;
    }
  }
};

/** A column of numbers; NaN is none. */
export const numberIn = (cells: readonly string[], column: number): number => {
  const cell = cells[column];
  return cell === undefined || cell === "" ? Number.NaN : Number(cell);
};

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
};

const countQuotes = (line: string): number => {
  let count = 0;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) count += 1;
  return count;
};

const QUOTED_CELL = /"((?:[^"]|"")*)"|([^,]*)/y;

const splitQuoted = (line: string): string[] => {
  const cells: string[] = [];
  for (let at = 0; at <= line.length; at = QUOTED_CELL.lastIndex + 1) {
    QUOTED_CELL.lastIndex = at;
    const match = QUOTED_CELL.exec(line);
    cells.push(match?.[1]?.replaceAll('""', '"') ?? match?.[2] ?? "");
  }
  return cells;
};
