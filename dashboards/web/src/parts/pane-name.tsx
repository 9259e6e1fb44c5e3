/** The gutter of a pane: name, newest value with age and quality, the limit's note, and what stands under the crosshair. */
import { useMemo, useSyncExternalStore, type ReactElement } from "react";
import type { ChartWindow } from "../data/chart-window.ts";
import type { Crosshair } from "../data/crosshair.ts";
import { formatValue, metricUnit } from "../data/metric-view.ts";
import { columnsOf, seriesAt } from "../data/pane-columns.ts";
import type { PanePlan } from "../data/pane-plan.ts";
import { patienceOf, valueStateOf } from "../data/reading-state.ts";
import type { SeriesBook } from "../data/series-book.ts";
import type { Patient } from "../data/wire.ts";
import { useHouse, useLocalTime, useReceiving, useStore, useTicking, useWords } from "../rooms/house-context.ts";
import { usePaneSeries, useSeries } from "../rooms/use-series-book.ts";
import { Age } from "./age.tsx";
import { Icon } from "./marks.tsx";

export interface PaneNameProps {
  readonly patient: Patient;
  readonly plan: PanePlan;
  readonly name: string;
  readonly book: SeriesBook;
  readonly window: ChartWindow;
  readonly crosshair: Crosshair;
  readonly loosened: boolean;
}

/** A gap says its reason. */
const Reading = ({ book, plan, crosshair, window }: Pick<PaneNameProps, "book" | "plan" | "crosshair" | "window">): ReactElement | null => {
  const words = useWords();
  const time = useLocalTime();
  const at = useSyncExternalStore(crosshair.subscribe, crosshair.get);
  const series = usePaneSeries(book, plan);
  const lower = useSeries(book, plan.with ?? "");
  const spacing = useMemo(() => (series === undefined ? 0 : columnsOf(series).spacingMs), [series]);
  if (at === null || series === undefined) return null;
  const sparse = plan.draw === "dots" || plan.draw === "bars";
  // Between two samples the nearer one stands, as the line does.
  const reach = Math.max(0.6 * spacing, (window.edge - window.from) / (sparse ? 60 : 200), 1_500);
  const found = seriesAt(series, at, reach);
  const low = lower === undefined ? null : seriesAt(lower, at, reach);
  const { metric } = plan;
  return (
    <span className="reading">
      {time.minute(at)}{" "}
      {found.kind === "point" ? (
        <>
          <b>
            {formatValue(metric, found.point.mean)}
            {low?.kind === "point" && `/${formatValue(plan.with, low.point.mean)}`}
          </b>
          {found.point.max > found.point.min ? (
            <small>
              {formatValue(metric, found.point.min)}–{formatValue(metric, found.point.max)}
            </small>
          ) : (
            <small>{metricUnit(metric)}</small>
          )}
        </>
      ) : (
        <b>{found.kind === "gap" ? words.gaps[found.gap.reason] : "–"}</b>
      )}
    </span>
  );
};

export const PaneName = ({ patient, plan, name, loosened, ...rest }: PaneNameProps): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const receiving = useReceiving();
  const { metric } = plan;
  const stream = useStore(`r:${patient.id}`, () => store.streams(patient.id)[metric]);
  const lower = useStore(`r:${patient.id}`, () => (plan.with === null ? undefined : store.streams(patient.id)[plan.with]?.newest));
  const state = useTicking((now) => valueStateOf(stream, now, plan.sporadic && plan.draw !== "line" ? Infinity : patienceOf(metric)));
  const best = patient.baseline["pef"];
  const newest = stream?.newest;
  const value = newest === undefined || newest.value === null || state === "unusable" ? null : newest.value;
  const quality =
    state === "off_body"
      ? words.states.off_body
      : state === "unusable"
        ? words.unusable
        : state === "stale"
          ? words.states.stale
          : state === "degraded"
            ? words.states.degraded
            : plan.draw === "line" && state === "live" && receiving
              ? words.patient.good
              : "";
  return (
    <div className="pane-name">
      <b>{name}</b>
      <span className={`pane-value v-${state}${lower === undefined ? "" : " pair"}`}>
        {value === null ? "––" : `${state === "degraded" ? "~" : ""}${formatValue(metric, value)}`}
        {value !== null && typeof lower?.value === "number" && `/${formatValue(plan.with, lower.value)}`}
        <small>{metricUnit(metric)}</small>
      </span>
      {newest !== undefined && (
        <span className="pane-age">
          <Age t={newest.t} ago />
          {quality !== "" && ` · ${quality}`}
        </span>
      )}
      {metric === "pef" && best !== undefined && typeof value === "number" && (
        <span className="pane-age">{words.patient.ofBest(((value / best) * 100).toFixed(0))}</span>
      )}
      {loosened && (
        <span className="loosened">
          <Icon name="degraded" size={12} /> {words.patient.loosened}
        </span>
      )}
      <Reading plan={plan} {...rest} />
    </div>
  );
};
