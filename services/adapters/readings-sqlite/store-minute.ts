/** Writes a roll-up into the table of minutes. */
import type { Minute } from "#core/series/minute.ts";
import type { Statements } from "./statements.ts";

/** Merges a minute into what is stored of it. */
export const storeMinute = (statements: Statements, series: number, minute: Minute): void => {
  const some = minute.n > 0;
  statements.run(
    "mergeMinute",
    series,
    minute.m,
    minute.n,
    some ? minute.low : null,
    some ? minute.high : null,
    minute.total,
    some ? minute.last : null,
    some ? minute.lastT : null,
    some ? minute.firstT : null,
    minute.bad,
    minute.probeOff,
  );
};
