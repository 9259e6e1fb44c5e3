/** Fourteen days of one thing: a dot, a bar or a range a day; an empty day stays empty. */
import { useMemo, type ReactElement } from "react";
import { foldDays, type DayCell, type DayRow } from "../data/day-strip.ts";
import { formatValue, metricUnit, seriesOf } from "../data/metric-view.ts";
import type { OwnRange } from "../data/own-range.ts";
import type { Series } from "../data/wire.ts";
import { useLocalTime, useWords } from "../rooms/house-context.ts";

const WIDTH = 280;
const HEIGHT = 70;
const DAY = 86_400_000;
const DAYS = 14;

const scaleOf = (cells: readonly DayCell[], own: OwnRange | null, fold: DayRow["fold"]): ((value: number) => number) => {
  const values = cells.flatMap(({ low, middle, high }) => (fold === "night" ? [low, high] : [middle]));
  if (own !== null && fold !== "sum") values.push(own.low, own.high);
  const low = fold === "sum" ? 0 : Math.min(...values);
  const high = Math.max(...values);
  const pad = fold === "sum" ? 0 : Math.max(1, (high - low) * 0.18);
  const [min, max] = [low - pad, high + (fold === "sum" ? Math.max(1, high * 0.08) : pad)];
  return (value) => HEIGHT - ((value - min) / Math.max(1e-6, max - min)) * HEIGHT;
};

export const DayStrip = ({
  row: { metric, fold },
  series,
  own,
  now,
}: {
  readonly row: DayRow;
  readonly series: Series;
  readonly own: OwnRange | null;
  readonly now: number;
}): ReactElement | null => {
  const words = useWords();
  const time = useLocalTime();
  const days = useMemo(() => Array.from({ length: DAYS }, (_each, index) => time.day(now - (DAYS - 1 - index) * DAY)), [time, now]);
  const cells = useMemo(
    () => foldDays(series, fold, days, { dayOf: (t) => time.day(t), hourOf: (t) => Number(time.minute(t).slice(0, 2)) }),
    [series, fold, days, time],
  );
  const known = cells.filter((cell) => cell !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  const y = scaleOf(known, own, fold);
  const step = WIDTH / DAYS;
  const bars = fold === "sum" || fold === "night";
  const say = (value: number): string => formatValue(fold === "sum" ? null : metric, fold === "sum" ? Math.round(value) : value);
  const middles = known.map(({ middle }) => middle);
  const name = words.patient.strips[`${metric} ${fold}`] ?? metric;
  const text = fold === "night" ? `${say(last.low)}–${say(last.high)}` : say(last.middle);
  return (
    <figure className={`strip p-${seriesOf(metric)}`}>
      <figcaption>
        <span>{name}</span>
        <b>
          {text}
          {fold !== "sum" && <small>{metricUnit(metric)}</small>}
        </b>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.patient.stripSentence(name, known.length, say(Math.min(...middles)), say(Math.max(...middles)), text)}
      >
        {own !== null && !bars && (
          <rect className="own" x="0" width={WIDTH} y={y(own.high)} height={Math.max(1, y(own.low) - y(own.high))} />
        )}
        {!bars &&
          cells.map((cell, index) => {
            const before = cells[index - 1];
            return cell === null || before === null || before === undefined ? null : (
              <line
                key={cell.day}
                className="link-line"
                x1={(index - 0.5) * step}
                x2={(index + 0.5) * step}
                y1={y(before.middle)}
                y2={y(cell.middle)}
              />
            );
          })}
        {cells.map((cell, index) =>
          cell === null ? (
            <rect key={days[index]} className="gap" x={index * step + 1} width={step - 2} y={HEIGHT - 6} height="6" fill="url(#hatch)" />
          ) : bars ? (
            <rect
              key={cell.day}
              className={fold === "night" ? "day-bar soft" : "day-bar"}
              x={index * step + 2}
              width={step - 4}
              y={y(cell.high)}
              height={Math.max(fold === "night" ? 2 : 0, y(cell.low) - y(cell.high))}
            >
              <title>{`${cell.day} ${fold === "night" ? `${say(cell.low)}–${say(cell.high)}` : say(cell.middle)}`}</title>
            </rect>
          ) : (
            <line
              key={cell.day}
              className="point"
              x1={(index + 0.5) * step}
              x2={(index + 0.5) * step}
              y1={y(cell.middle)}
              y2={y(cell.middle)}
            >
              <title>{`${cell.day} ${say(cell.middle)}`}</title>
            </line>
          ),
        )}
        {fold === "night" &&
          cells.map((cell, index) =>
            cell === null ? null : (
              <line
                key={`m${cell.day}`}
                className="middle"
                x1={index * step + 2}
                x2={(index + 1) * step - 2}
                y1={y(cell.middle)}
                y2={y(cell.middle)}
              />
            ),
          )}
      </svg>
    </figure>
  );
};
