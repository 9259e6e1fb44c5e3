/** The chart as a table: the same buckets in words, and the gaps with their reason. */
import type { ReactElement } from "react";
import { formatAge } from "../data/format-time.ts";
import { formatValue, metricLabel, metricUnit } from "../data/metric-view.ts";
import type { Series } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useWords } from "../rooms/house-context.ts";

const ROWS = 48;

interface Row {
  readonly t: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly n: number;
}

/** At most `rows` equal stretches of the range; extremes are kept. */
const foldRows = ({ points }: Series, from: number, to: number): readonly Row[] => {
  const step = Math.max(60_000, (to - from) / ROWS);
  const rows = new Map<number, Row>();
  for (const { t, min, max, mean, n } of points) {
    const at = from + Math.floor((t - from) / step) * step;
    const row = rows.get(at);
    const weight = Math.max(1, n);
    rows.set(
      at,
      row === undefined
        ? { t: at, min, max, sum: mean * weight, n: weight }
        : { t: at, min: Math.min(row.min, min), max: Math.max(row.max, max), sum: row.sum + mean * weight, n: row.n + weight },
    );
  }
  return [...rows.values()];
};

export const SeriesTable = ({
  series,
  from,
  to,
}: {
  readonly series: Series;
  readonly from: number;
  readonly to: number;
}): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const now = useHouse().ticker.now();
  const { metric } = series;
  const lines = [
    ...foldRows(series, from, to).map((row) => ({ kind: "row" as const, at: row.t, row })),
    ...series.gaps.map((gap) => ({ kind: "gap" as const, at: gap.from, gap })),
  ].toSorted((left, right) => right.at - left.at);
  return (
    <div className="table-scroll">
      <table>
        <caption>
          {metricLabel(metric, language)} {metricUnit(metric)}
        </caption>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.lowest}</th>
            <th scope="col">{words.mean}</th>
            <th scope="col">{words.highest}</th>
            <th scope="col">{words.count}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) =>
            line.kind === "gap" ? (
              <tr key={`g${line.at}`} className="gap-row">
                <td>{time.moment(line.at, now)}</td>
                <td colSpan={4}>
                  {words.noData}: {words.gaps[line.gap.reason]}, {formatAge(line.gap.to - line.gap.from, words)}
                </td>
              </tr>
            ) : (
              <tr key={line.at}>
                <td>{time.moment(line.at, now)}</td>
                <td>{formatValue(metric, line.row.min)}</td>
                <td>{formatValue(metric, line.row.sum / line.row.n)}</td>
                <td>{formatValue(metric, line.row.max)}</td>
                <td>{line.row.n}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
};
