/** The values of one patient: number, unit, state and age; what is not current is grey and says so. */
import type { ReactElement } from "react";
import { formatValue, metricLabel, metricName, metricUnit, tileMetrics } from "../data/metric-view.ts";
import { patienceOf, valueStateOf, type TileState } from "../data/reading-state.ts";
import { useHouse, useLanguage, useStore, useTicking } from "../rooms/house-context.ts";

const HIDES: ReadonlySet<TileState> = new Set(["silent", "paused", "never_started"]);

export const Value = ({
  patient,
  metric,
  hidden,
  trigger,
}: {
  readonly patient: string;
  readonly metric: string;
  /** The whole patient is silent, paused or new: no number may look current. */
  readonly hidden: boolean;
  readonly trigger: boolean;
}): ReactElement => {
  const { store } = useHouse();
  const language = useLanguage();
  const stream = useStore(`r:${patient}`, () => store.streams(patient)[metric]);
  const state = useTicking((now) => valueStateOf(stream, now, patienceOf(metric)));
  const unit = metricUnit(metric);
  const gone = hidden || state === "missing" || state === "off_body" || state === "unusable" || stream === undefined;
  return (
    <span className={`value v-${state}`}>
      <span className="value-name" title={metricName(metric, language)}>
        {metricLabel(metric, language)}
        {trigger && <span aria-hidden="true"> ◂</span>}
      </span>
      <span className="value-number">
        {gone ? "––" : `${state === "degraded" ? "~" : ""}${formatValue(metric, stream.newest.value ?? "––")}`}
        {unit !== "" && <small>{unit}</small>}
      </span>
    </span>
  );
};

export const Values = ({
  patient,
  state,
  trigger = null,
}: {
  readonly patient: string;
  readonly state: TileState;
  readonly trigger?: string | null;
}): ReactElement => {
  const metrics = useTileMetrics(patient, trigger);
  return (
    <span className={`values${metrics.length === 1 ? " one" : ""}`}>
      {metrics.map((metric) => (
        <Value key={metric} patient={patient} metric={metric} hidden={HIDES.has(state)} trigger={metric === trigger} />
      ))}
    </span>
  );
};

/** The metric that fired always has a place. */
export const useTileMetrics = (patient: string, trigger: string | null = null): readonly string[] => {
  const { store } = useHouse();
  const keys = useStore(`r:${patient}`, () => tileMetrics(store.streams(patient)).join(" ")).split(" ");
  if (trigger === null || keys.includes(trigger) || store.streams(patient)[trigger] === undefined) return keys;
  return [...keys.slice(0, 2), trigger];
};

/** When the newest value of the patient's first metric was taken; null: never. */
export const useNewestAt = (patient: string): number | null => {
  const { store } = useHouse();
  return useStore(`r:${patient}`, () => {
    const streams = store.streams(patient);
    const first = tileMetrics(streams)[0];
    return first === undefined ? null : (streams[first]?.newest.t ?? null);
  });
};
