/** Which panes a patient gets, in which order, and how each is drawn. */
import { metricByKey } from "#core/metrics/catalogue.ts";
import { orderMetrics } from "./metric-view.ts";

export interface PanePlan {
  readonly metric: string;
  /** A second metric that is one measurement with the first: the other half of a blood pressure. */
  readonly with: string | null;
  readonly draw: "line" | "steps" | "dots" | "bars";
  readonly height: number;
}

/** Shown as events on the axis, not as panes. */
export const EVENT_METRICS: readonly string[] = ["inhaler_rescue", "inhaler_controller", "session_duration"];
/** Said elsewhere: percent of best on the PEF axis, a score beside its missing parts, counts of a session beside its event. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...EVENT_METRICS,
  "news2",
  "news2_partial",
  "inhaler_technique_ok",
  "rep_count",
  "set_completion",
  "consciousness_acvpu",
]);
const STEPPED: ReadonlySet<string> = new Set(["oxygen_flow"]);
const FIRST_HEIGHT = 262;
const LINE_HEIGHT = 180;
const DOT_HEIGHT = 88;
/** Judged against lines of its own. */
const TALL: ReadonlySet<string> = new Set(["knee_flexion_max", "pef"]);
const TALL_HEIGHT = 150;
const STEP_HEIGHT = 62;
/** Says how far another curve can be trusted. */
const LOW: ReadonlySet<string> = new Set(["perfusion_index"]);

const drawOf = (metric: string): PanePlan["draw"] => {
  if (STEPPED.has(metric)) return "steps";
  const found = metricByKey(metric);
  if (found?.key === "step_count" || found?.cadence === "event") return "bars";
  return found?.spot === true ? "dots" : "line";
};

const RANKED: Readonly<Record<PanePlan["draw"], number>> = { line: 0, steps: 1, dots: 2, bars: 3 };

/** Streams first, then therapy, then what is measured now and then. */
export const planPanes = (metrics: readonly string[]): readonly PanePlan[] => {
  const has = new Set(metrics);
  const shown = orderMetrics(metrics).filter(
    (metric) =>
      !ELSEWHERE.has(metric) &&
      metricByKey(metric)?.coded === undefined &&
      !(metric === "diastolic_bp" && has.has("systolic_bp")) &&
      !(metric === "pef_pct_best" && has.has("pef")),
  );
  const planned = shown.map((metric) => ({
    metric,
    with: metric === "systolic_bp" && has.has("diastolic_bp") ? "diastolic_bp" : null,
    draw: drawOf(metric),
  }));
  const ordered = planned.toSorted((left, right) => RANKED[left.draw] - RANKED[right.draw]);
  return ordered.map((plan, index) => ({
    ...plan,
    height: LOW.has(plan.metric)
      ? DOT_HEIGHT
      : plan.draw === "line"
        ? index === 0
          ? FIRST_HEIGHT
          : LINE_HEIGHT
        : plan.draw === "steps"
          ? STEP_HEIGHT
          : TALL.has(plan.metric)
            ? TALL_HEIGHT
            : DOT_HEIGHT,
  }));
};
