/** What the rule saw: its points, its limit, the stretch that fulfilled it; never joined over missing samples. */
/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing made here is the image: there is no file for an <img> */
import type { ReactElement } from "react";
import { aggregateInWords } from "../data/aggregate-words.ts";
import { formatAge } from "../data/format-time.ts";
import { onPane } from "../data/limit-lines.ts";
import { axisTicks, formatValue, metricLabel, metricUnit, seriesOf } from "../data/metric-view.ts";
import type { WireAlert } from "../data/wire.ts";
import { useHouse, useLanguage, useLocalTime, useWords } from "../rooms/house-context.ts";

const WIDTH = 460;
const HEIGHT = 132;
const LEFT = 30;
const FOOT = 16;
const HEAD = 16;
const DOTS = 130;

type Pair = readonly [t: number, value: number];

const piecesOf = (pairs: readonly Pair[]): readonly (readonly Pair[])[] => {
  const rests = pairs.slice(1).map(([t], index) => t - (pairs[index]?.[0] ?? t));
  const usual = rests.toSorted((left, right) => left - right)[rests.length >> 1] ?? 0;
  const pieces: Pair[][] = [];
  for (const point of pairs) {
    const piece = pieces.at(-1);
    const last = piece?.at(-1);
    if (piece === undefined || last === undefined || point[0] - last[0] > 4 * usual + 1_000) pieces.push([point]);
    else piece.push(point);
  }
  return pieces;
};

export const EvidenceChart = ({ alert }: { readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { store } = useHouse();
  const { metric, points } = alert.evidence;
  const patient = alert.patient;
  if (metric === null || points.length === 0) return <p className="hint">{words.noEvidence}</p>;
  const pairs = points.flatMap(([t, value]) => (t === undefined || value === undefined ? [] : [[t, value] as const]));
  const from = Math.min(alert.evidence.from, pairs[0]?.[0] ?? alert.evidence.from);
  const to = Math.max(alert.evidence.to, pairs.at(-1)?.[0] ?? 0, from + 1_000);
  const values = pairs.map(([, value]) => value);
  const best = patient === null ? undefined : store.patient(patient)?.baseline["pef"];
  const limit = alert.threshold === null ? null : onPane(metric, alert.threshold, alert.unit, best);
  const shown = limit === null ? values : [...values, limit];
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const pad = Math.max(1, (high - low) * 0.3);
  const [min, max] = [low - pad, high + pad];
  const x = (t: number): number => LEFT + ((t - from) / (to - from)) * (WIDTH - LEFT - 8);
  const y = (value: number): number => HEAD + (1 - (value - min) / (max - min)) * (HEIGHT - FOOT - HEAD - 2);
  const onset = Math.min(to, Math.max(from, alert.onsetAt));
  const color = `s-${seriesOf(metric)}`;
  const width = Math.max(1, x(to) - x(onset));
  const held = to > onset && pairs.length > 1 ? words.patient.heldLabel(formatAge(to - onset, words)) : "";
  return (
    <figure className="evidence">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${metricLabel(metric, language)}: ${formatValue(metric, Math.min(...values))}–${formatValue(metric, Math.max(...values))} ${metricUnit(metric)}`}
      >
        {axisTicks({ min, max }, 4).map((tick) => (
          <g key={tick}>
            <line className="grid" x1={LEFT} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
            <text className="tick" x={LEFT - 4} y={y(tick) + 3} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        <rect className="window" x={x(onset)} y="0" width={width} height={HEIGHT - FOOT} />
        {pairs.length > DOTS || pairs.length < 3
          ? null
          : pairs.map(([t, value]) => <circle key={t} className={`dot ${color}`} cx={x(t)} cy={y(value)} r="1.8" />)}
        {piecesOf(pairs).map((piece) =>
          piece.length === 1 || pairs.length < 3 ? (
            piece.map(([t, value]) => <circle key={t} className={`dot ${color}`} cx={x(t)} cy={y(value)} r="3.5" />)
          ) : (
            <polyline
              key={piece[0]?.[0]}
              className={`line ${color}`}
              points={piece.map(([t, value]) => `${x(t).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
            />
          ),
        )}
        {held !== "" && width > 40 && (
          <text className="tick" x={x(onset) + width / 2} y="11" textAnchor="middle">
            {held}
          </text>
        )}
        {limit !== null && (
          <g>
            <line className="limit" x1={LEFT} x2={WIDTH} y1={y(limit)} y2={y(limit)} />
            <text className="tick strong" x={LEFT + 4} y={y(limit) - 3}>
              {formatValue(metric, limit)}
            </text>
          </g>
        )}
        <text className="tick" x={LEFT} y={HEIGHT - 4}>
          {time.minute(from)}
        </text>
        <text className="tick" x={WIDTH - 4} y={HEIGHT - 4} textAnchor="end">
          {time.clock(to)}
        </text>
      </svg>
      <figcaption>
        {metricLabel(metric, language)} {metricUnit(metric)}
        {alert.evidence.aggregate !== undefined && ` · ${aggregateInWords(alert.evidence.aggregate, words)}`}
      </figcaption>
    </figure>
  );
};
