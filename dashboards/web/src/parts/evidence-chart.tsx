/** What the rule saw: its points, its limit, the stretch that fulfilled it; never joined over missing samples. */
/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing made here is the image: there is no file for an <img> */
import type { ReactElement } from "react";
import { aggregateInWords } from "../data/aggregate-words.ts";
import { axisOf, formatValue, metricLabel, metricUnit, seriesOf } from "../data/metric-view.ts";
import type { WireAlert } from "../data/wire.ts";
import { useLanguage, useLocalTime, useWords } from "../rooms/house-context.ts";

const WIDTH = 460;
const HEIGHT = 130;
const LEFT = 34;
const FOOT = 16;

export const EvidenceChart = ({ alert }: { readonly alert: WireAlert }): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { metric, points } = alert.evidence;
  if (metric === null || points.length === 0) return <p className="hint">{words.noEvidence}</p>;
  const pairs = points.flatMap(([t, value]) => (t === undefined || value === undefined ? [] : [[t, value] as const]));
  const from = Math.min(alert.evidence.from, pairs[0]?.[0] ?? alert.evidence.from);
  const to = Math.max(alert.evidence.to, pairs.at(-1)?.[0] ?? 0, from + 1_000);
  const values = pairs.map(([, value]) => value);
  const limit = alert.threshold;
  const low = Math.min(...values, ...(limit === null ? [] : [limit]));
  const high = Math.max(...values, ...(limit === null ? [] : [limit]));
  const pad = Math.max(1, (high - low) * 0.25);
  const { min, max } = { ...axisOf("", low, high), min: Math.floor(low - pad), max: Math.ceil(high + pad) };
  const x = (t: number): number => LEFT + ((t - from) / (to - from)) * (WIDTH - LEFT - 6);
  const y = (value: number): number => 4 + (1 - (value - min) / (max - min)) * (HEIGHT - FOOT - 8);
  const usual = pairs.length < 2 ? to - from : (to - from) / (pairs.length - 1);
  const pieces: (readonly [number, number])[][] = [];
  for (const point of pairs) {
    const piece = pieces.at(-1);
    const last = piece?.at(-1);
    if (piece === undefined || last === undefined || point[0] - last[0] > 3 * usual + 1_000) pieces.push([point]);
    else piece.push(point);
  }
  const ticks = [min, (min + max) / 2, max];
  const onset = Math.max(from, alert.onsetAt);
  return (
    <figure className="evidence">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${metricLabel(metric, language)}: ${formatValue(metric, Math.min(...values))}–${formatValue(metric, Math.max(...values))} ${metricUnit(metric)}`}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line className="grid" x1={LEFT} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
            <text className="tick" x={LEFT - 4} y={y(tick) + 3} textAnchor="end">
              {formatValue(null, Math.round(tick * 10) / 10)}
            </text>
          </g>
        ))}
        <rect className="window" x={x(onset)} y="2" width={Math.max(1, x(to) - x(onset))} height={HEIGHT - FOOT - 2} />
        {pieces.map((piece) => (
          <polyline
            key={piece[0]?.[0]}
            className={`line s-${seriesOf(metric)}`}
            points={piece.map(([t, value]) => `${x(t).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
          />
        ))}
        {pairs.length <= 120 &&
          pairs.map(([t, value]) => <circle key={t} className={`dot s-${seriesOf(metric)}`} cx={x(t)} cy={y(value)} r="1.6" />)}
        {limit !== null && (
          <g>
            <line className="limit" x1={LEFT} x2={WIDTH} y1={y(limit)} y2={y(limit)} />
            <text className="tick" x={WIDTH - 4} y={y(limit) - 4} textAnchor="end">
              {formatValue(metric, limit)}
            </text>
          </g>
        )}
        <text className="tick" x={LEFT} y={HEIGHT - 3}>
          {time.minute(from)}
        </text>
        <text className="tick" x={WIDTH - 4} y={HEIGHT - 3} textAnchor="end">
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
