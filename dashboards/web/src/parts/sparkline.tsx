/** Six hours of one metric: fixed axis, target band, hatched gaps, a dot where the data end; never joined, never filled. */
/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing made here is the image: there is no file for an <img> */
import { memo, useMemo, useSyncExternalStore, type ReactElement } from "react";
import { axisOf, metricLabel, seriesOf, targetOf } from "../data/metric-view.ts";
import { TREND_MS, lineSegments, type Trend } from "../data/trends.ts";
import type { Patient } from "../data/wire.ts";
import { useHouse, useLanguage, useTicking, useWords } from "../rooms/house-context.ts";

const WIDTH = 240;
const HEIGHT = 32;
const TAIL_MS = 600_000;
/** A shorter one is no more than a speck here. */
const LEAST_GAP_MS = 60_000;

const draw = (trend: Trend, metric: string, patient: Patient, now: number): ReactElement => {
  const from = now - TREND_MS;
  const values = trend.points.map(([, value]) => value);
  const { min, max } = axisOf(metric, Math.min(...values), Math.max(...values));
  const x = (t: number): number => ((t - from) / TREND_MS) * WIDTH;
  const y = (value: number): number => HEIGHT - 2 - ((value - min) / (max - min)) * (HEIGHT - 4);
  const target = targetOf(metric, patient);
  const last = trend.points.at(-1);
  const hatches = trend.gaps
    .filter((gap) => gap.to - gap.from >= LEAST_GAP_MS)
    .map(({ from: start, to }) => [Math.max(start, from), Math.min(to, now)] as const);
  // What came after the read gaps: silence up to now is hatched too.
  if (last !== undefined && now - last[0] > TAIL_MS && !hatches.some(([, to]) => to >= now - TAIL_MS)) hatches.push([last[0], now]);
  return (
    <>
      {target !== null && (
        <rect
          className="band"
          x="0"
          width={WIDTH}
          y={y(Math.min(max, target[1]))}
          height={Math.max(1, y(target[0]) - y(Math.min(max, target[1])))}
        />
      )}
      {hatches.map(([start, to]) => (
        <rect key={start} className="gap" x={x(start)} width={Math.max(1, x(to) - x(start))} y="0" height={HEIGHT} fill="url(#hatch)" />
      ))}
      {lineSegments(trend).map((segment) => (
        <polyline
          key={segment[0]?.[0]}
          className={`line s-${seriesOf(metric)}`}
          points={segment.map(([t, value]) => `${x(t).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
        />
      ))}
      {last !== undefined && last[0] >= from && <circle className={`dot s-${seriesOf(metric)}`} cx={x(last[0])} cy={y(last[1])} r="2" />}
    </>
  );
};

export const Sparkline = memo(({ patient, metric }: { readonly patient: Patient; readonly metric: string }): ReactElement => {
  const { trends, ticker } = useHouse();
  const words = useWords();
  const language = useLanguage();
  const trend = useSyncExternalStore(trends.subscribe, () => trends.get(patient.id, metric));
  // Moves on twice a minute, not with every value, and not all of them at once; asks for its data once the clock is known.
  const phase = useMemo(
    () => Array.from(patient.id).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 30, 0) * 1_000,
    [patient.id],
  );
  useTicking((now) => Math.floor((now + phase) / 30_000));
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${metricLabel(metric, language)}, ${words.sixHours}`}
    >
      {trend !== undefined && trend.points.length > 0 && draw(trend, metric, patient, ticker.now())}
    </svg>
  );
});
