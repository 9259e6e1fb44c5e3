/** The charts of a patient: one window for all panes, one crosshair, events and days on the same time, tools to move about in it. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactElement, type RefObject } from "react";
import { SPANS, panned, selected, timeTicks, windowOf, zoomed, type ChartWindow, type SpanName, type View } from "../data/chart-window.ts";
import { COUNTERS, risesOf } from "../data/counter-rises.ts";
import { createCrosshair, type Crosshair } from "../data/crosshair.ts";
import { DAY_ROWS } from "../data/day-strip.ts";
import { formatAge } from "../data/format-time.ts";
import { metricTag } from "../data/metric-view.ts";
import { ownRangeOf, type OwnRange } from "../data/own-range.ts";
import { severityRank } from "../data/order-needs.ts";
import { EVENT_METRICS, planPanes } from "../data/pane-plan.ts";
import { patientEventsOf } from "../data/patient-events.ts";
import type { SeriesBook } from "../data/series-book.ts";
import { sporadicMetrics } from "../data/sporadic.ts";
import type { Patient, PatientRule, Series } from "../data/wire.ts";
import { DayStrip } from "../parts/day-strip.tsx";
import { Empty, Trouble } from "../parts/empty.tsx";
import { EventLane } from "../parts/event-lane.tsx";
import { Pane } from "../parts/pane.tsx";
import { useHouse, useKeys, useLanguage, useLocalTime, useReceiving, useStore, useTicking, useWords } from "./house-context.ts";
import type { PatientRecord } from "./use-patient.ts";
import { useFortnight, useSeriesBook, useStretch } from "./use-series-book.ts";

const TICK_PX = 108;
const LEAST_DRAG_PX = 6;
const STEPS_ACROSS = 240;

export interface PatientChartsProps {
  readonly patient: Patient;
  readonly record: PatientRecord;
  readonly rules: readonly PatientRule[];
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly chosen: string | null;
  readonly onAlert: (id: string) => void;
}

type Comparison = "none" | "day" | "week" | "before";
const shiftOf = (comparison: Comparison, { from, to }: ChartWindow): number =>
  ({ none: 0, day: SPANS.h24, week: SPANS.d7, before: to - from })[comparison];

/** Metrics there is a value of, and those a worn device should send: what never started must be seen too. */
const useMetrics = (patient: Patient): string => {
  const { store } = useHouse();
  const devices = useStore("devices", store.devices);
  const worn = new Set(patient.devices.map(({ id }) => id));
  const declared = devices.filter(({ id }) => worn.has(id)).flatMap(({ metrics }) => Object.keys(metrics));
  const sent = useStore(`r:${patient.id}`, () => Object.keys(store.streams(patient.id)).toSorted().join(" "));
  return [...new Set([...sent.split(" "), ...declared])]
    .filter((metric) => metric !== "")
    .toSorted()
    .join(" ");
};

const useWidth = (box: RefObject<HTMLElement | null>): number => {
  const [width, setWidth] = useState(900);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => setWidth(Math.max(60, element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
};

/** What comes only while the patient walks or trains. */
const useSporadic = (patient: Patient): readonly string[] => {
  const { store } = useHouse();
  const devices = useStore("devices", store.devices);
  const keys = useStore(`r:${patient.id}`, () => sporadicMetrics(store.streams(patient.id), devices).join(" "));
  return useMemo(() => keys.split(" "), [keys]);
};

/** The line through all panes; its time stands on the axis. */
const CrosshairLine = ({
  crosshair,
  window: { from, edge },
}: {
  readonly crosshair: Crosshair;
  readonly window: ChartWindow;
}): ReactElement | null => {
  const at = useSyncExternalStore(crosshair.subscribe, crosshair.get);
  return at === null || at < from || at > edge ? null : (
    <i className="crosshair" style={{ left: `${((at - from) / (edge - from)) * 100}%` }} />
  );
};

const TimeAxis = ({
  window: { from, edge },
  ticks,
  crosshair,
}: {
  readonly window: ChartWindow;
  readonly ticks: ReturnType<typeof timeTicks>;
  readonly crosshair: Crosshair;
}): ReactElement => {
  const time = useLocalTime();
  const at = useSyncExternalStore(crosshair.subscribe, crosshair.get);
  const place = (t: number): string => `${((t - from) / (edge - from)) * 100}%`;
  const step = (ticks[1]?.t ?? 0) - (ticks[0]?.t ?? 0);
  const days = step >= SPANS.h24;
  const fine = step < 60_000;
  return (
    <div className="pane pane-axis" aria-hidden="true">
      <div className="pane-name" />
      <div className="pane-plot">
        {ticks.map(({ t, midnight }) => (
          <span key={t} style={{ left: place(t) }}>
            {days ? time.day(t) : midnight ? <b>{time.day(t)}</b> : fine ? time.clock(t) : time.minute(t)}
          </span>
        ))}
        {at !== null && at >= from && at <= edge && (
          <span className="at" style={{ left: place(at) }}>
            {days ? `${time.day(at)} ${time.minute(at)}` : fine ? time.clock(at) : time.minute(at)}
          </span>
        )}
      </div>
    </div>
  );
};

const Legend = ({ compared }: { readonly compared: string | null }): ReactElement => {
  const { legend } = useWords().patient;
  return (
    <span className="legend" aria-hidden="true">
      <span>
        <i className={compared === null ? "swatch line" : "swatch compared"} />
        {compared ?? legend.line}
      </span>
      {(["target", "own", "gap", "limit"] as const).map((key) => (
        <span key={key}>
          <i className={`swatch ${key}`} />
          {legend[key]}
        </span>
      ))}
    </span>
  );
};

const Tools = ({
  view,
  window,
  table,
  comparison,
  busy,
  onView,
  onTable,
  onComparison,
  onZoom,
  onPan,
}: {
  readonly view: View;
  readonly window: ChartWindow;
  readonly table: boolean;
  readonly comparison: Comparison;
  readonly busy: boolean;
  readonly onView: (view: View) => void;
  readonly onTable: () => void;
  readonly onComparison: (comparison: Comparison) => void;
  readonly onZoom: (factor: number) => void;
  readonly onPan: (share: number) => void;
}): ReactElement => {
  const words = useWords();
  const own = words.patient;
  const time = useLocalTime();
  const { ticker } = useHouse();
  const now = ticker.now();
  return (
    <div className="tools chart-tools">
      <fieldset className="segments" aria-label={words.range}>
        {(Object.keys(SPANS) as SpanName[]).map((key) => (
          <button
            key={key}
            type="button"
            aria-pressed={view.kind === "live" && view.span === SPANS[key]}
            onClick={() => onView({ kind: "live", span: SPANS[key] })}
          >
            {own.ranges[key]}
          </button>
        ))}
      </fieldset>
      <span className="segments steps">
        <button type="button" aria-label={own.earlier} title={`${own.earlier} ←`} onClick={() => onPan(-0.5)}>
          ‹
        </button>
        <button type="button" aria-label={own.closer} title={`${own.closer} +`} onClick={() => onZoom(0.5)}>
          +
        </button>
        <button type="button" aria-label={own.wider} title={`${own.wider} −`} onClick={() => onZoom(2)}>
          −
        </button>
        <button type="button" aria-label={own.later} title={`${own.later} →`} disabled={view.kind === "live"} onClick={() => onPan(0.5)}>
          ›
        </button>
        <button
          type="button"
          aria-label={own.newest}
          title={`${own.newest} 0`}
          disabled={view.kind === "live"}
          onClick={() => onView({ kind: "live", span: SPANS.h24 })}
        >
          »
        </button>
      </span>
      <select
        className="button choose"
        aria-label={own.compare}
        value={comparison}
        onChange={({ target }) => onComparison(target.value as Comparison)}
      >
        {(["none", "day", "week", "before"] as const).map((key) => (
          <option key={key} value={key}>
            {key === "none" ? own.compare : own.compareWith[key]}
          </option>
        ))}
      </select>
      <button type="button" className="button" aria-pressed={table} onClick={onTable}>
        {table ? words.chart : words.table} <kbd>T</kbd>
      </button>
      <button type="button" className="button print-button" onClick={() => print()}>
        {own.print}
      </button>
      <span className="tools-right">
        <Legend compared={comparison === "none" ? null : own.compared(formatAge(shiftOf(comparison, window), words))} />
        <span className="shown-range" data-busy={busy}>
          {time.day(window.from)} {time.minute(window.from)} →{" "}
          <b>
            {time.day(window.to)} {time.minute(window.to)}
          </b>{" "}
          {time.zone(window.to)}
          {view.kind === "fixed" && window.to < now - SPANS.h1 && ` · ${words.ago(formatAge(now - window.to, words))}`}
        </span>
      </span>
    </div>
  );
};

const FORTNIGHT_METRICS = new Set([...DAY_ROWS.map(({ metric }) => metric), "pulse_rate", "heart_rate"]);

const Fortnight = ({ book, owns }: { readonly book: SeriesBook; readonly owns: ReadonlyMap<string, OwnRange> }): ReactElement | null => {
  const words = useWords();
  const stretch = useStretch(book);
  if (stretch === null) return null;
  const rows = DAY_ROWS.flatMap((row) => {
    const read = book.get(row.metric);
    const series = read !== undefined && COUNTERS.has(row.metric) ? risesOf(read, SPANS.h1) : read;
    return series === undefined || series.points.length === 0 ? [] : [{ row, series }];
  });
  if (rows.length === 0) return null;
  return (
    <section className="fortnight">
      <h2>{words.patient.fourteenDays}</h2>
      {rows.slice(0, 6).map(({ row, series }) => (
        <DayStrip key={`${row.metric} ${row.fold}`} row={row} series={series} own={owns.get(row.metric) ?? null} now={stretch.to} />
      ))}
    </section>
  );
};

export const PatientCharts = ({ patient, record, rules, view, onView, chosen, onAlert }: PatientChartsProps): ReactElement => {
  const words = useWords();
  const language = useLanguage();
  const time = useLocalTime();
  const { ticker, store } = useHouse();
  const receiving = useReceiving();
  const [table, setTable] = useState(false);
  const [comparison, setComparison] = useState<Comparison>("none");
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const crosshair = useMemo(createCrosshair, []);
  const plotBox = useRef<HTMLDivElement>(null);
  const width = useWidth(plotBox);

  const metricKeys = useMetrics(patient);
  const metrics = useMemo(() => metricKeys.split(" "), [metricKeys]);
  const maxPoints = Math.max(300, Math.ceil(width / 1.3 / 300) * 300);
  const book = useSeriesBook(patient.id, metricKeys, view, maxPoints);
  const stretch = useStretch(book);
  const busy = useSyncExternalStore(book.subscribe, book.busy);
  const problem = useSyncExternalStore(book.subscribe, book.problem);
  // The window moves on in steps about a pixel wide, while the feed runs: a page that hears nothing must not pretend that time brought nothing.
  const step = view.kind === "live" ? Math.max(1_000, Math.round(view.span / 1_200)) : Infinity;
  const beat = useTicking((now) => (view.kind === "live" ? Math.floor(now / step) : now > 0 ? 1 : 0));
  // oxlint-disable-next-line react/exhaustive-deps -- the clock is read when the beat says so
  const window = useMemo(() => windowOf(view, ticker.now()), [view, beat, ticker]);
  const span = window.edge - window.from;
  const ticks = useMemo(
    () => timeTicks(window.from, window.edge, (t) => time.zone(t), Math.max(2, width / TICK_PX)),
    [window, time, width],
  );

  const shift = shiftOf(comparison, window);
  const pastView = useMemo<View>(
    () => ({ kind: "fixed", from: Math.round(window.from - shift), to: Math.round(window.edge - shift) }),
    // A following window asks again when it was moved by a tenth, not by a pixel.
    // oxlint-disable-next-line react/exhaustive-deps
    [shift, view, view.kind === "live" ? Math.floor(window.to / (view.span / 10)) : 0],
  );
  const pastBook = useSeriesBook(patient.id, comparison === "none" ? "" : metricKeys, pastView, maxPoints);
  const compared = useMemo(() => (comparison === "none" ? null : { book: pastBook, shift }), [comparison, pastBook, shift]);

  const fortnightKeys = useMemo(() => metrics.filter((metric) => FORTNIGHT_METRICS.has(metric)).join(" "), [metrics]);
  const fortnight = useFortnight(patient.id, fortnightKeys, stretch !== null);
  const days = useStretch(fortnight);
  const owns = useMemo(() => {
    const found = new Map<string, OwnRange>();
    for (const metric of days === null ? [] : fortnightKeys.split(" ")) {
      const series = fortnight.get(metric);
      const own = series === undefined ? null : ownRangeOf(metric, series);
      if (own !== null) found.set(metric, own);
    }
    return found;
  }, [fortnight, days, fortnightKeys]);

  const sporadic = useSporadic(patient);
  const alarming = useMemo(
    () =>
      record.alerts
        .filter(({ status }) => status !== "closed")
        .toSorted((left, right) => severityRank(left.severity) - severityRank(right.severity))
        .flatMap(({ evidence }) => evidence.metric ?? [])
        .join(" "),
    [record.alerts],
  );
  const plans = useMemo(
    () => planPanes(metrics, { conditions: patient.conditions, alarming: alarming.split(" "), sporadic }),
    [metrics, patient.conditions, alarming, sporadic],
  );
  const shown = useSyncExternalStore(book.subscribe, () =>
    plans
      .filter(({ metric }) => {
        const series: Series | undefined = book.get(metric);
        return series !== undefined && (series.points.length > 0 || series.gaps.length > 0);
      })
      .map(({ metric }) => metric)
      .join(" "),
  );
  const panes = plans.filter(({ metric }) => shown.split(" ").includes(metric));
  const above = useMemo(() => shown.split(" ").map((_metric, index, all) => all.slice(0, index)), [shown]);
  const blank = stretch === null || problem !== null ? [] : plans.filter(({ metric }) => !shown.split(" ").includes(metric));
  const eventSeries = useSyncExternalStore(
    book.subscribe,
    () => book.get("inhaler_rescue") ?? book.get("session_duration") ?? book.get("inhaler_controller"),
  );
  const events = useMemo(() => {
    const found = new Map<string, Series>();
    for (const metric of EVENT_METRICS) {
      const series = book.get(metric);
      if (series !== undefined) found.set(metric, series);
    }
    return patientEventsOf(patient, found, record.stories);
    // oxlint-disable-next-line react/exhaustive-deps -- the book tells through its series
  }, [book, eventSeries, stretch, patient, record.stories]);

  const show = useCallback(
    (t: number): void => {
      const length = view.kind === "live" ? view.span : view.to - view.from;
      onView(selected(t - length * 0.9, t + length * 0.1, ticker.now()));
    },
    [view, onView, ticker],
  );
  const zoom = (factor: number): void => onView(zoomed(view, ticker.now(), factor, crosshair.get()));
  const pan = (share: number): void => onView(panned(view, ticker.now(), share));
  const move = (steps: number): void => {
    const at = crosshair.get() ?? (steps < 0 ? window.to : window.from);
    const next = Math.min(window.to, at + (steps * span) / STEPS_ACROSS);
    if (next < window.from) pan(-0.5);
    else if (at >= window.to - 1 && steps > 0 && view.kind === "fixed") pan(0.5);
    crosshair.set(next);
  };
  useKeys({
    "+": () => zoom(0.5),
    "=": () => zoom(0.5),
    "-": () => zoom(2),
    "−": () => zoom(2),
    ArrowLeft: (event) => move(event.shiftKey ? -10 : -1),
    ArrowRight: (event) => move(event.shiftKey ? 10 : 1),
    "0": () => {
      crosshair.set(null);
      onView({ kind: "live", span: SPANS.h24 });
    },
    t: () => setTable((before) => !before),
    ...Object.fromEntries(Object.values(SPANS).map((length, index) => [String(index + 1), () => onView({ kind: "live", span: length })])),
  });

  const timeAt = (clientX: number): number => {
    const box = plotBox.current?.getBoundingClientRect();
    return box === undefined ? window.from : window.from + Math.min(1, Math.max(0, (clientX - box.left) / box.width)) * span;
  };
  const inPlot = (clientX: number): boolean => clientX >= (plotBox.current?.getBoundingClientRect().left ?? 0);
  const pixels = (from: number, to: number): number => (Math.abs(to - from) / span) * width;

  return (
    <div className="patient-main">
      <Tools
        view={view}
        window={window}
        table={table}
        comparison={comparison}
        busy={busy}
        onView={onView}
        onTable={() => setTable(!table)}
        onComparison={setComparison}
        onZoom={zoom}
        onPan={pan}
      />
      {problem !== null && (
        <Trouble
          problem={problem}
          retry={() => {
            void book.read(metrics, { from: Math.floor(window.from), to: Math.ceil(window.to) }, maxPoints, view.kind === "live");
          }}
        />
      )}
      {metricKeys === "" && (
        <>
          <Empty text={words.patient.nothingEver} />
          <p className="hint">{words.patient.nothingEverHint}</p>
        </>
      )}
      {/* The crosshair follows the pointer over all panes; keys do the same. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        className={`panes${table ? " as-table" : ""}${receiving ? "" : " stopped"}`}
        onPointerMove={(event) => {
          if (table || !inPlot(event.clientX)) return crosshair.set(null);
          const t = timeAt(event.clientX);
          crosshair.set(t);
          if (drag !== null) setDrag([drag[0], t]);
        }}
        onPointerLeave={() => {
          if (drag === null) crosshair.set(null);
        }}
        onPointerDown={(event) => {
          if (table || event.pointerType === "touch" || event.button !== 0 || !inPlot(event.clientX)) return;
          if (event.target instanceof Element && event.target.closest("button") !== null) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const t = timeAt(event.clientX);
          setDrag([t, t]);
        }}
        onPointerUp={() => {
          if (drag !== null && pixels(...drag) >= LEAST_DRAG_PX) onView(selected(drag[0], drag[1], ticker.now()));
          setDrag(null);
        }}
        onPointerCancel={() => setDrag(null)}
      >
        {panes.map((plan, index) => (
          <Pane
            key={plan.metric}
            patient={patient}
            plan={plan}
            book={book}
            comparison={compared}
            window={window}
            width={width}
            ticks={ticks}
            own={owns.get(plan.metric) ?? null}
            alerts={record.alerts}
            rules={rules}
            chosen={chosen}
            crosshair={crosshair}
            table={table}
            above={above[index] ?? NONE}
            onAlert={onAlert}
            onShow={show}
          />
        ))}
        {stretch === null && metricKeys !== "" && problem === null && (
          <div className="pane pane-loading" aria-busy="true">
            <div className="pane-name">{words.loading}</div>
            <div className="pane-plot" />
          </div>
        )}
        {blank.length > 0 && (
          <ul className="blank-panes">
            <li>{panes.length === 0 ? words.noDataInRange : words.patient.emptyPanes}</li>
            {blank.map(({ metric, with: lower }) => {
              const newest = store.streams(patient.id)[metric]?.newest.t;
              return (
                <li key={metric}>
                  {lower === null ? metricTag(metric, language) : words.patient.bloodPressure}
                  {newest !== undefined && (
                    <button type="button" className="link" onClick={() => show(newest)}>
                      {words.patient.newestWas(formatAge(ticker.now() - newest, words))} · {words.patient.show}
                    </button>
                  )}
                </li>
              );
            })}
          </ul>
        )}
        {!table && metricKeys !== "" && <EventLane events={events} window={window} width={width} onAlert={onAlert} />}
        {!table && metricKeys !== "" && <TimeAxis window={window} ticks={ticks} crosshair={crosshair} />}
        <div ref={plotBox} className="plot-column" aria-hidden="true">
          {!table && <CrosshairLine crosshair={crosshair} window={window} />}
          {drag !== null && pixels(...drag) >= LEAST_DRAG_PX && (
            <i
              className="selection"
              style={{
                left: `${((Math.min(...drag) - window.from) / span) * 100}%`,
                width: `${(Math.abs(drag[1] - drag[0]) / span) * 100}%`,
              }}
            />
          )}
        </div>
      </div>
      <Fortnight book={fortnight} owns={owns} />
    </div>
  );
};

const NONE: readonly string[] = [];
