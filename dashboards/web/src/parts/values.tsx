/** The values of one patient: number, unit, state and age; what is not current is grey and says so. */
import type { ReactElement } from "react";
import { formatValue, lowerOf, metricName, metricTag, metricUnit, tileMetrics } from "../data/metric-view.ts";
import { patienceOf, valueStateOf, type TileState } from "../data/reading-state.ts";
import { useHouse, useLanguage, useStore, useWatching } from "../rooms/house-context.ts";

const HIDES: ReadonlySet<TileState> = new Set(["silent", "paused", "never_started", "off_body"]);

/** "steps" beside "Steps" says nothing more. */
const IS_WORD = /^[a-z]{4,}$/;

/** Where the unit stands: beside the number where there is room, beside the name in tiles, so that numbers line up. */
export type UnitPlace = "number" | "name";

export const Value = ({
  patient,
  metric,
  hidden,
  trigger,
  unitAt = "number",
  named = true,
}: {
  readonly patient: string;
  readonly metric: string;
  /** The whole patient is silent, paused, off body or new: no number may look current. */
  readonly hidden: boolean;
  readonly trigger: boolean;
  readonly unitAt?: UnitPlace;
  readonly named?: boolean;
}): ReactElement => {
  const { store } = useHouse();
  const language = useLanguage();
  // One text for state and number: a reading that reads the same draws nothing.
  const shown = useWatching(`r:${patient}`, (now) => {
    const stream = store.streams(patient)[metric];
    const state = valueStateOf(stream, now, patienceOf(metric));
    const gone = state === "missing" || state === "off_body" || state === "unusable" || stream === undefined;
    if (gone) return `${state} ––`;
    const lower = lowerOf(metric);
    const other = lower === null ? undefined : store.streams(patient)[lower]?.newest;
    const pair = typeof other?.value === "number" && other.t === stream.newest.t ? `/${formatValue(lower, other.value)}` : "";
    return `${state} ${state === "degraded" ? "~" : ""}${formatValue(metric, stream.newest.value ?? "––")}${pair}`;
  });
  const [state = "missing", number = "––"] = shown.split(" ");
  const unit = metricUnit(metric);
  return (
    <span className={`value v-${state}${trigger ? " trigger" : ""}`}>
      {named && (
        <span className="value-name" title={metricName(metric, language)}>
          {metricTag(metric, language)}
          {unitAt === "name" && unit !== "" && !IS_WORD.test(unit) && (
            <span className="value-unit">{unit.startsWith("/") ? unit : ` ${unit}`}</span>
          )}
          {trigger && <span aria-hidden="true"> ◂</span>}
        </span>
      )}
      <span className="value-number">
        {hidden ? "––" : number}
        {unitAt === "number" && unit !== "" && <small>{unit}</small>}
      </span>
    </span>
  );
};

export const Values = ({
  patient,
  state,
  trigger = null,
  unitAt = "number",
  named = true,
}: {
  readonly patient: string;
  readonly state: TileState;
  readonly trigger?: string | null;
  readonly unitAt?: UnitPlace;
  readonly named?: boolean;
}): ReactElement => {
  const metrics = useTileMetrics(patient, trigger);
  return (
    <span className="values">
      {metrics.map((metric) => (
        <Value
          key={metric}
          patient={patient}
          metric={metric}
          hidden={HIDES.has(state)}
          trigger={metric === trigger}
          unitAt={unitAt}
          named={named}
        />
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
