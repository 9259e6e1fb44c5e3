/** One metric over the chosen range: envelope, line, target, hatched gaps with their reason, alert markers that open the evidence. */
/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a drawing made here is the image: there is no file for an <img> */
import { useEffect, useRef, type ReactElement } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { axisOf, formatValue, metricLabel, metricUnit, seriesOf, targetOf } from "../data/metric-view.ts";
import { formatAge } from "../data/format-time.ts";
import type { Patient, Series, WireAlert } from "../data/wire.ts";
import { useLanguage, useLocalTime, useTaste, useWords } from "../rooms/house-context.ts";
import { SeverityMark } from "./marks.tsx";

const HEIGHT = 170;
const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Rows for uPlot with a hole where the line must break: gaps, and more than three missing steps. */
export const columnsOf = (series: Series): { t: number[]; mean: (number | null)[]; min: (number | null)[]; max: (number | null)[] } => {
  const columns = { t: [] as number[], mean: [] as (number | null)[], min: [] as (number | null)[], max: [] as (number | null)[] };
  let before: number | null = null;
  const reach = 3 * Math.max(series.resolutionMs, 1_000);
  for (const point of series.points) {
    const last: number | null = before;
    if (last !== null && (point.t - last > Math.max(reach, 15_000) || series.gaps.some((gap) => gap.from < point.t && gap.to > last + 1))) {
      columns.t.push((last + 1) / 1_000);
      columns.mean.push(null);
      columns.min.push(null);
      columns.max.push(null);
    }
    columns.t.push(point.t / 1_000);
    columns.mean.push(point.mean);
    columns.min.push(point.min);
    columns.max.push(point.max);
    before = point.t;
  }
  return columns;
};

const hatch = (context: CanvasRenderingContext2D, left: number, top: number, width: number, height: number): void => {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.fillStyle = token("--gap");
  context.fillRect(left, top, width, height);
  context.strokeStyle = token("--edge");
  context.globalAlpha = 0.45;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left - height; x < left + width; x += 8 * devicePixelRatio) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
};

export interface PaneProps {
  readonly patient: Patient;
  readonly series: Series;
  readonly from: number;
  readonly to: number;
  readonly alerts: readonly WireAlert[];
  readonly onAlert: (id: string) => void;
}

export const Pane = ({ patient, series, from, to, alerts, onAlert }: PaneProps): ReactElement => {
  const box = useRef<HTMLDivElement>(null);
  const open = useRef(onAlert);
  const language = useLanguage();
  const words = useWords();
  const time = useLocalTime();
  const { theme } = useTaste();
  const { metric } = series;
  const values = series.points.flatMap(({ min, max }) => [min, max]);
  const axis = axisOf(metric, Math.min(...values), Math.max(...values));
  useEffect(() => {
    open.current = onAlert;
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { t, mean, min, max } = columnsOf(series);
    const stroke = token(`--s-${seriesOf(metric)}`);
    const target = targetOf(metric, patient);
    const font = `11px ${token("--font")}`;
    const ratio = devicePixelRatio;
    const span = to - from;
    const under = (plot: uPlot): void => {
      const { ctx, bbox } = plot;
      if (target !== null) {
        const top = plot.valToPos(Math.min(target[1], axis.max), "y", true);
        const bottom = plot.valToPos(Math.max(target[0], axis.min), "y", true);
        ctx.fillStyle = token("--band-target");
        ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
      }
      for (const gap of series.gaps) {
        const left = plot.valToPos(Math.max(gap.from, from) / 1_000, "x", true);
        const right = plot.valToPos(Math.min(gap.to, to) / 1_000, "x", true);
        if (right <= left) continue;
        hatch(ctx, left, bbox.top, right - left, bbox.height);
      }
    };
    /** Words stand above the grid. */
    const over = (plot: uPlot): void => {
      const { ctx, bbox } = plot;
      for (const gap of series.gaps) {
        const left = plot.valToPos(Math.max(gap.from, from) / 1_000, "x", true);
        const right = plot.valToPos(Math.min(gap.to, to) / 1_000, "x", true);
        if (right <= left) continue;
        const label = `${words.gaps[gap.reason]} ${formatAge(gap.to - gap.from, words)}`;
        ctx.font = `${12 * ratio}px ${token("--font")}`;
        const width = ctx.measureText(label).width + 10 * ratio;
        if (width > right - left + 60 * ratio) continue;
        const at = Math.min(Math.max(bbox.left, (left + right - width) / 2), bbox.left + bbox.width - width);
        ctx.fillStyle = token("--surface");
        ctx.fillRect(at, bbox.top + 4 * ratio, width, 18 * ratio);
        ctx.fillStyle = token("--ink-2");
        ctx.textAlign = "left";
        ctx.textBaseline = "middle";
        ctx.fillText(label, at + 5 * ratio, bbox.top + 13 * ratio);
      }
    };
    const plot = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height: HEIGHT,
        cursor: { sync: { key: `patient-${patient.id}` }, drag: { x: false, y: false }, points: { size: 6 } },
        legend: { show: false },
        padding: [10, 0, 0, 0],
        scales: { x: { time: true, range: () => [from / 1_000, (to + span * 0.03) / 1_000] }, y: { range: () => [axis.min, axis.max] } },
        axes: [
          {
            font,
            stroke: token("--ink-3"),
            grid: { stroke: token("--grid"), width: 1 },
            ticks: { show: false },
            size: 24,
            values: (_plot, ticks) => ticks.map((tick) => (span > 2 * 86_400_000 ? time.day(tick * 1_000) : time.minute(tick * 1_000))),
          },
          { font, stroke: token("--ink-3"), grid: { stroke: token("--grid"), width: 1 }, ticks: { show: false }, size: 38 },
        ],
        series: [
          {},
          { stroke: "transparent", points: { show: false } },
          { stroke: "transparent", points: { show: false } },
          {
            stroke,
            width: 1.6,
            points: { show: (own) => own.data[0].length < own.bbox.width / ratio / 4, size: 4, fill: stroke },
            spanGaps: false,
          },
        ],
        bands: [{ series: [2, 1], fill: `color-mix(in srgb, ${stroke} 22%, transparent)` }],
        hooks: { drawClear: [under], draw: [over] },
      },
      [t, min, max, mean],
      element,
    );
    const resize = new ResizeObserver(() => plot.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
    // The theme is read from the page and the names from the language: both draw anew.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- see above
  }, [series, from, to, metric, patient, axis.min, axis.max, language, words, time, theme]);
  const last = series.points.at(-1);
  const share = (t: number): number => ((Math.min(Math.max(t, from), to) - from) / ((to - from) * 1.03)) * 100;
  return (
    <div className="pane-plot">
      <div
        ref={box}
        role="img"
        aria-label={words.chartSentence(
          metricLabel(metric, language),
          formatValue(metric, Math.min(...values)),
          formatValue(metric, Math.max(...values)),
          last === undefined ? "–" : `${formatValue(metric, last.last)} ${metricUnit(metric)}`,
          series.gaps.length,
        )}
      />
      {axis.widened && <span className="pane-note">{words.widened}</span>}
      <div className="pane-marks">
        {alerts
          .filter(({ onsetAt }) => onsetAt >= from && onsetAt <= to)
          .map((alert) => (
            <button
              key={alert.id}
              type="button"
              className={`pane-mark m-${alert.severity}`}
              style={{ left: `${share(alert.onsetAt)}%` }}
              title={alert.summary[language]}
              onClick={() => open.current(alert.id)}
            >
              <SeverityMark severity={alert.severity} status={alert.status} size={16} />
            </button>
          ))}
      </div>
    </div>
  );
};
