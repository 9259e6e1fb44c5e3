/** One metric of the stack: its newest value and reading at the left, the drawing with bands, gaps and alert markers at the right. */
import { memo, useMemo, useSyncExternalStore, type CSSProperties, type ReactElement } from "react";
import type { Crosshair } from "../data/crosshair.ts";
import { columnsOf, type Columns } from "../data/pane-columns.ts";
import { axisOf, axisTicks, formatValue, metricName, metricTag, metricUnit, seriesOf, targetOf } from "../data/metric-view.ts";
import { concerns, limitLinesOf, onPane, type LimitLine } from "../data/limit-lines.ts";
import type { OwnRange } from "../data/own-range.ts";
import type { PanePlan } from "../data/pane-plan.ts";
import type { SeriesBook } from "../data/series-book.ts";
import type { ChartWindow, TimeTick } from "../data/chart-window.ts";
import { formatAge } from "../data/format-time.ts";
import type { Patient, PatientRule, Series, WireAlert } from "../data/wire.ts";
import type { Words } from "../i18n/en.ts";
import { useHouse, useLanguage, useLocalTime, useWords } from "../rooms/house-context.ts";
import { usePaneSeries, useSeries } from "../rooms/use-series-book.ts";
import { AlertMarkers, WORSE, type Marker } from "./alert-markers.tsx";
import { PaneName } from "./pane-name.tsx";
import { Plot, type PlotState } from "./plot.tsx";
import { SeriesTable } from "./series-table.tsx";

export interface PaneProps {
  readonly patient: Patient;
  readonly plan: PanePlan;
  readonly book: SeriesBook;
  readonly comparison: { readonly book: SeriesBook; readonly shift: number } | null;
  readonly window: ChartWindow;
  /** Width of the drawing in px. */
  readonly width: number;
  readonly ticks: readonly TimeTick[];
  readonly own: OwnRange | null;
  readonly alerts: readonly WireAlert[];
  readonly rules: readonly PatientRule[];
  readonly chosen: string | null;
  readonly crosshair: Crosshair;
  readonly table: boolean;
  /** Metrics of the panes above: a gap they already name is only hatched here. */
  readonly above: readonly string[];
  readonly onAlert: (id: string) => void;
  readonly onShow: (t: number) => void;
}

const NOTHING: Columns = { t: [], mean: [], min: [], max: [], rough: new Set(), spacingMs: 1_000 };
/** Active flexion after a knee replacement by week (domain 5.5): 117 − 46.9 · e^(−w/4.20). */
const EXPECTED_WEEKS = [1, 4, 8] as const;
const expectedFlexion = (week: number): number => 117 - 46.9 * Math.exp(-week / 4.2);
const PEF_ZONES = [50, 80] as const;

const DOT_ROOM = 0.07;

const trimmed = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

interface Level {
  readonly value: number;
  readonly text: string;
}

/** Lines that help to read a metric: zones of the best peak flow, expected flexion by week for a replaced knee. */
const levelsOf = (metric: string, patient: Patient, words: Words): readonly Level[] => {
  const best = patient.baseline["pef"] ?? patient.baseline["pef_predicted"];
  if (metric === "pef" && best !== undefined)
    return PEF_ZONES.map((percent) => ({ value: (best * percent) / 100, text: words.patient.ofBest(String(percent)) }));
  if (metric === "knee_flexion_max" && patient.conditions.includes("tka"))
    return EXPECTED_WEEKS.map((week) => ({ value: expectedFlexion(week), text: words.patient.expectedWeek(week) }));
  return [];
};

const extremes = (lists: readonly (Series | undefined)[], extra: readonly number[]): readonly [number, number] => {
  let low = Infinity;
  let high = -Infinity;
  for (const series of lists)
    for (const { min, max } of series?.points ?? []) {
      if (min < low) low = min;
      if (max > high) high = max;
    }
  for (const value of extra) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
};

const overlaps = (gap: Series["gaps"][number], other: Series["gaps"][number]): boolean =>
  gap.reason === other.reason && Math.min(gap.to, other.to) - Math.max(gap.from, other.from) > 0.7 * (gap.to - gap.from);

interface GapLabel {
  readonly key: number;
  readonly place: number;
  readonly row: number;
  readonly text: string;
}

/** A shorter gap is hatched and needs no words: a probe that was put on a moment ago is no news. */
const LEAST_NAMED_MS = 60_000;

/** Words on gaps that no pane above has named, in up to three rows so that none covers another. */
const gapLabels = (
  gaps: Series["gaps"],
  named: readonly Series["gaps"][number][],
  place: (t: number) => number,
  width: number,
  words: Words,
): readonly GapLabel[] => {
  const ends = [-Infinity, -Infinity, -Infinity];
  return gaps.flatMap((gap): GapLabel[] => {
    const [from, to] = [Math.max(0, place(gap.from)), Math.min(1, place(gap.to))];
    if (to <= 0 || from >= 1 || gap.to - gap.from < LEAST_NAMED_MS || named.some((other) => overlaps(gap, other))) return [];
    const text = `${words.gaps[gap.reason]} ${formatAge(gap.to - gap.from, words)}`;
    const half = 4 + Array.from(text).reduce((sum, letter) => sum + (letter > "\u2e80" ? 12 : 6.6), 0) / 2;
    const centre = Math.min(width - half, Math.max(half + 26, ((from + to) / 2) * width));
    const row = ends.findIndex((end) => centre - half > end + 4);
    if (row === -1) return [];
    ends[row] = centre + half;
    return [{ key: gap.from, place: centre / width, row, text }];
  });
};

interface LimitLabel {
  readonly limit: LimitLine;
  /** Where the line ends, as a share of the width. */
  readonly end: number;
}

/** A label stands at the end of its line; a less severe one gives way to its neighbour. */
const limitLabels = (limits: readonly LimitLine[], place: (t: number) => number, y: (value: number) => number): readonly LimitLabel[] => {
  const kept: LimitLabel[] = [];
  for (const limit of limits.toSorted(
    (left, right) => Number(right.own) - Number(left.own) || WORSE.indexOf(left.severity) - WORSE.indexOf(right.severity),
  )) {
    const end = limit.to === null ? 1 : Math.min(1, place(limit.to));
    const near = kept.some((other) => Math.abs(y(other.limit.value) - y(limit.value)) < 0.12 && Math.abs(other.end - end) < 0.12);
    if (!near && end > 0.05) kept.push({ limit, end });
  }
  return kept;
};

export const Pane = memo((props: PaneProps): ReactElement | null => {
  const { patient, plan, book, comparison, window, width, ticks, own, alerts, rules, chosen, crosshair, table, above, onAlert, onShow } =
    props;
  const { metric } = plan;
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { store } = useHouse();
  const series = usePaneSeries(book, plan);
  const lower = useSeries(book, plan.with ?? "");
  const past = useSyncExternalStore(comparison === null ? book.subscribe : comparison.book.subscribe, () => comparison?.book.get(metric));
  const { from, edge } = window;
  const best = patient.baseline["pef"] ?? patient.baseline["pef_predicted"];
  const theirs = useMemo(
    () =>
      alerts.filter(({ evidence }) => concerns(metric, evidence.metric) || (plan.with !== null && concerns(plan.with, evidence.metric))),
    [alerts, metric, plan.with],
  );
  const limits = useMemo(() => limitLinesOf(metric, theirs, rules, best), [metric, theirs, rules, best]);
  const levels = useMemo(() => levelsOf(metric, patient, words), [metric, patient, words]);
  const shownLimits = limits.filter((limit) => (limit.to ?? Infinity) > from && limit.from < edge);
  const [low, high] = extremes(
    [series, lower],
    shownLimits.map(({ value }) => value),
  );
  const fixed = axisOf(metric, low, high, best);
  // A dot on the lowest line is a whole dot.
  const axis = plan.draw === "dots" ? { ...fixed, min: fixed.min - (fixed.max - fixed.min) * DOT_ROOM } : fixed;
  const height = plan.height;
  const place = (t: number): number => (t - from) / (edge - from);
  const y = (value: number): number => 1 - (value - axis.min) / (axis.max - axis.min);
  const target = targetOf(metric, patient);
  const yTicks = axisTicks(axis, height / 32);
  const columns = useMemo(() => (series === undefined ? NOTHING : columnsOf(series)), [series]);
  const lowerColumns = useMemo(() => (lower === undefined ? null : columnsOf(lower)), [lower]);
  const shift = comparison?.shift ?? 0;
  const compared = useMemo(() => {
    if (past === undefined || shift === 0) return null;
    const found = columnsOf(past);
    return { ...found, t: found.t.map((t) => t + shift) };
  }, [past, shift]);
  const opened = theirs.find(({ id }) => id === chosen);
  const state = useMemo<PlotState>(
    () => ({
      draw: plan.draw,
      stroke: `--s-${seriesOf(metric)}`,
      columns,
      lower: lowerColumns,
      compared,
      from,
      edge,
      min: axis.min,
      max: axis.max,
      xTicks: ticks,
      yTicks,
      target,
      own: own === null ? null : [own.low, own.high],
      lines: levels.map(({ value }) => value),
      gaps: series?.gaps ?? [],
      window:
        opened === undefined
          ? null
          : {
              from: opened.onsetAt,
              to: Math.max(opened.evidence.to, opened.onsetAt),
              token: opened.severity === "S1" ? "--high" : opened.severity === "S2" ? "--medium" : "--low",
            },
      limits: shownLimits.map((limit) => ({ value: limit.value, from: limit.from, to: limit.to ?? edge })),
    }),
    // What is computed above from these follows them.
    // oxlint-disable-next-line react/exhaustive-deps
    [
      plan.draw,
      metric,
      columns,
      lowerColumns,
      compared,
      from,
      edge,
      axis.min,
      axis.max,
      ticks,
      own,
      levels,
      series,
      opened,
      limits,
      height,
      patient,
    ],
  );
  const name = plan.with === null ? metricName(metric, language) : words.patient.bloodPressure;
  // Alone the upper pressure is no blood pressure.
  const short = metric === "systolic_bp" && plan.with === null ? name : metricTag(metric, language);
  const last = series?.points.at(-1);
  const longest = (series?.gaps ?? []).reduce((most, gap) => Math.max(most, gap.to - gap.from), 0);
  const sentence =
    series === undefined || series.points.length === 0
      ? `${name}: ${words.noDataInRange}. ${words.patient.sentenceGaps(series?.gaps.length ?? 0, formatAge(longest, words))}`
      : [
          words.patient.sentence(
            name,
            formatValue(metric, extremes([series], [])[0]),
            `${formatValue(metric, extremes([series], [])[1])} ${metricUnit(metric)}`,
            last === undefined ? "–" : formatValue(metric, last.last),
          ),
          words.patient.sentenceGaps(series.gaps.length, formatAge(longest, words)),
          target === null ? "" : words.patient.sentenceTarget(`${target[0]}–${target[1]}`),
          words.patient.sentenceAlerts(theirs.length),
        ].join(" ");
  const named = above.flatMap((other) => book.get(other)?.gaps ?? []);
  const newestAt = store.streams(patient.id)[metric]?.newest.t;
  const blank = series !== undefined && series.points.length === 0;
  const digits = metric === "spo2" || metric === "body_temp" ? 1 : 0;
  return (
    <section
      className={`pane p-${seriesOf(metric)} d-${plan.draw}`}
      style={{ "--h": `${height}px` } as CSSProperties}
      data-metric={metric}
      aria-label={name}
    >
      <PaneName
        patient={patient}
        plan={plan}
        name={short}
        book={book}
        window={window}
        crosshair={crosshair}
        loosened={rules.some((rule) => rule.loosened && concerns(metric, rule.metric))}
      />
      {table ? (
        series !== undefined && <SeriesTable series={series} from={from} to={window.to} />
      ) : (
        <div className="pane-plot">
          <Plot state={state} label={sentence} />
          {yTicks.map((tick) => (
            <span key={tick} className="y-label" style={{ top: `${y(tick) * 100}%` }}>
              {trimmed(tick, 2)}
            </span>
          ))}
          {target !== null && target[0] > axis.min && (
            <span className="band-label up" style={{ top: `${y(Math.min(target[1], axis.max)) * 100}%` }}>
              {words.patient.target(target[1] >= 100 ? `≥ ${target[0]}` : `${target[0]}–${target[1]}`)}
            </span>
          )}
          {own !== null && (
            <span className="band-label" style={{ top: `${y(own.low) * 100}%` }}>
              {words.patient.own(
                `${trimmed(own.low, digits)}–${trimmed(Math.min(own.high, metric === "spo2" ? 100 : Infinity), digits)}`,
                own.days,
              )}
            </span>
          )}
          {levels.map(({ value, text }) => (
            <span key={text} className="band-label level" style={{ top: `${y(value) * 100}%` }}>
              {text}
            </span>
          ))}
          {gapLabels(series?.gaps ?? [], named, place, width, words).map((label) => (
            <span key={label.key} className={`gap-label row-${label.row}`} style={{ left: `${label.place * 100}%` }}>
              {label.text}
            </span>
          ))}
          {limitLabels(shownLimits, place, y).map(({ limit, end }) => (
            <span key={limit.key} className="limit-label" style={{ top: `${y(limit.value) * 100}%`, right: `${(1 - end) * 100}%` }}>
              {(limit.side === "low" ? words.patient.atMost : words.patient.atLeast)(formatValue(metric, limit.value))}
              {limit.own && ` · ${limit.loosened ? words.patient.loosened : words.patient.own_limit(limit.severity)}`}
            </span>
          ))}
          {axis.widened && <span className="pane-note">{words.patient.widened(`${trimmed(fixed.min, 1)}–${trimmed(axis.max, 1)}`)}</span>}
          {blank && (
            <span className="pane-blank">
              {series.gaps.length === 0 && words.noDataInRange}
              {newestAt !== undefined && (
                <button type="button" className="link" onClick={() => onShow(newestAt)}>
                  {words.showNewest(time.moment(newestAt, store.latestReadingAt()))}
                </button>
              )}
            </span>
          )}
          <AlertMarkers
            markers={theirs.flatMap((alert): Marker[] => {
              const point = alert.evidence.points.at(-1);
              const at = point?.[0] ?? alert.onsetAt;
              if (at < from || at > edge) return [];
              const value = point?.[1];
              return [
                {
                  alert,
                  x: place(at),
                  y:
                    value === undefined || plan.with === alert.evidence.metric
                      ? null
                      : Math.min(1, Math.max(0, y(alert.evidence.metric === metric ? value : onPane(metric, value, alert.unit, best)))),
                },
              ];
            })}
            chosen={chosen}
            width={width}
            onAlert={onAlert}
          />
        </div>
      )}
    </section>
  );
});
