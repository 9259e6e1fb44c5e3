/** What a rule judged on, in words: `median_1min` reads "median over 1 min"; an unknown form stays as it is. */
import type { Words } from "../i18n/en.ts";

export const aggregateInWords = (aggregate: string, words: Words): string => {
  const found = /^(?<what>[a-z]+)_(?<count>\d+)(?<unit>s|min|h|d)$/.exec(aggregate)?.groups;
  const what = words.aggregates[found?.["what"] ?? aggregate];
  if (what === undefined) return aggregate;
  if (found === undefined) return what;
  const count = Number(found["count"]);
  const span = { s: words.seconds, min: words.minutes, h: words.hours, d: words.days }[found["unit"] ?? "min"];
  return span === undefined ? aggregate : words.aggregateOver(what, span(count));
};
