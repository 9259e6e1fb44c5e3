/** Which panes a patient gets, in which order, and how each is drawn. */
import { metricByKey } from "#core/metrics/catalogue.ts";
import { lowerOf, orderMetrics } from "./metric-view.ts";

export interface PanePlan {
  readonly metric: string;
  /** A second metric that is one measurement with the first: the other half of a blood pressure. */
  readonly with: string | null;
  readonly draw: "line" | "steps" | "dots" | "bars";
  readonly height: number;
  /** Comes only while somebody does something, a walk or a session: its absence is no silence. */
  readonly sporadic: boolean;
}

export interface PaneFacts {
  readonly conditions: readonly string[];
  /** What open alerts judge: their curve is never below the others. */
  readonly alarming: readonly string[];
  readonly sporadic: readonly string[];
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

/** What matters first with each condition; lungs and heart before limbs where both are ill. */
const FOCUS: readonly (readonly [condition: string, metrics: readonly string[]])[] = [
  ["copd", ["spo2", "pulse_rate", "resp_rate", "pef", "fev1", "cough_count", "body_temp"]],
  ["asthma", ["pef", "spo2", "pulse_rate", "resp_rate", "fev1", "cough_count"]],
  ["oxygen", ["spo2", "pulse_rate", "resp_rate", "oxygen_flow"]],
  ["pap", ["spo2", "pulse_rate", "resp_rate", "pap_leak_p95", "pap_usage", "pap_ahi"]],
  ["heart_failure", ["spo2", "pulse_rate", "resp_rate", "systolic_bp"]],
  ["tka", ["knee_flexion_max", "knee_extension_deficit", "pain_nrs", "body_temp", "step_count", "gait_speed", "pulse_rate", "spo2"]],
  ["stroke", ["systolic_bp", "gait_speed", "gait_asymmetry", "grip_strength", "step_count", "pulse_rate", "spo2"]],
  ["parkinson", ["gait_speed", "freezing_episodes", "stride_length", "cadence", "step_count", "pulse_rate", "spo2"]],
  ["frailty", ["systolic_bp", "body_temp", "gait_speed", "sit_to_stand_5x", "grip_strength", "step_count", "pulse_rate", "spo2"]],
];

const STEPPED: ReadonlySet<string> = new Set(["oxygen_flow"]);
/** Amounts of a stretch of time; everything else that happens now and then is a measurement. */
const AMOUNTS: ReadonlySet<string> = new Set(["step_count", "cough_count", "freezing_episodes", "fall_event"]);
const FIRST_HEIGHT = 262;
const LINE_HEIGHT = 180;
const MINOR_LINE_HEIGHT = 120;
const DOT_HEIGHT = 88;
const MINOR_DOT_HEIGHT = 70;
/** Judged against lines of its own. */
const TALL: ReadonlySet<string> = new Set(["knee_flexion_max", "pef"]);
const TALL_HEIGHT = 150;
const STEP_HEIGHT = 62;
/** Says how far another curve can be trusted. */
const LOW: ReadonlySet<string> = new Set(["perfusion_index"]);

const drawOf = (metric: string): PanePlan["draw"] => {
  if (STEPPED.has(metric)) return "steps";
  if (AMOUNTS.has(metric)) return "bars";
  return metricByKey(metric)?.spot === true ? "dots" : "line";
};

const RANKED: Readonly<Record<PanePlan["draw"], number>> = { line: 0, steps: 1, dots: 2, bars: 3 };

const heightOf = (metric: string, draw: PanePlan["draw"], first: boolean, minor: boolean): number => {
  if (LOW.has(metric)) return DOT_HEIGHT;
  if (draw === "line") return first ? FIRST_HEIGHT : minor ? MINOR_LINE_HEIGHT : LINE_HEIGHT;
  if (draw === "steps") return STEP_HEIGHT;
  return TALL.has(metric) ? TALL_HEIGHT : minor ? MINOR_DOT_HEIGHT : DOT_HEIGHT;
};

const NO_FACTS: PaneFacts = { conditions: [], alarming: [], sporadic: [] };

/** What an open alert judges, then what the conditions ask for, then streams, therapy, and what is measured now and then. */
export const planPanes = (metrics: readonly string[], { conditions, alarming, sporadic } = NO_FACTS): readonly PanePlan[] => {
  const has = new Set(metrics);
  const shown = orderMetrics(metrics).filter(
    (metric) =>
      !ELSEWHERE.has(metric) &&
      metricByKey(metric)?.coded === undefined &&
      !(metric === "diastolic_bp" && has.has("systolic_bp")) &&
      !(metric === "pef_pct_best" && has.has("pef")),
  );
  const planned = shown.map((metric) => {
    const lower = lowerOf(metric);
    const now = sporadic.includes(metric);
    const draw = drawOf(metric);
    return {
      metric,
      with: lower !== null && has.has(lower) ? lower : null,
      // A vital sign is a curve also where it is measured for some hours only.
      draw: now && draw === "line" && metricByKey(metric)?.category !== "vital-signs" ? ("dots" as const) : draw,
      sporadic: now,
    };
  });
  const focus = [...new Set(FOCUS.flatMap(([condition, wanted]) => (conditions.includes(condition) ? wanted : [])))];
  const paneOf = (metric: string): string =>
    metric === "diastolic_bp" && has.has("systolic_bp") ? "systolic_bp" : metric === "pef_pct_best" ? "pef" : metric;
  const first = alarming.map(paneOf);
  const placeOf = ({ metric, draw }: (typeof planned)[number]): number => {
    if (first.includes(metric)) return first.indexOf(metric) - 1_000;
    const place = focus.indexOf(metric);
    return place === -1 ? 1_000 + RANKED[draw] : place;
  };
  const ordered = planned.toSorted((left, right) => placeOf(left) - placeOf(right));
  return ordered.map((plan, index) => ({
    ...plan,
    height: heightOf(plan.metric, plan.draw, index === 0, focus.length > 0 && placeOf(plan) >= 1_000),
  }));
};
