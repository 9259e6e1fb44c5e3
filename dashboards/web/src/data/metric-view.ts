/** How a metric is written on screen: short label, unit, digits, fixed axis and the colour its line wears. */
import { metricByKey } from "#core/metrics/catalogue.ts";
import type { Language } from "../i18n/language.ts";
import { isClinical, type Streams } from "./reading-state.ts";

/** Signs that stay Latin in both languages. */
const SHORT: Readonly<Record<string, string>> = {
  spo2: "SpO₂",
  pulse_rate: "PR",
  heart_rate: "HR",
  resp_rate: "RR",
  pef: "PEF",
  fev1: "FEV₁",
  fvc: "FVC",
  news2: "NEWS2",
  t90: "T90",
  odi4: "ODI4",
  odi3: "ODI3",
  pap_ahi: "AHI",
  etco2: "EtCO₂",
  perfusion_index: "PI",
};

/** What is worth a tile, best first. */
const FIRST: readonly string[] = [
  "spo2",
  "pulse_rate",
  "resp_rate",
  "heart_rate",
  "pef",
  "pef_pct_best",
  "fev1",
  "body_temp",
  "systolic_bp",
  "diastolic_bp",
  "oxygen_flow",
  "knee_angle",
  "step_count",
];
export const TILE_METRICS: readonly string[] = ["spo2", "pulse_rate", "resp_rate"];

/** Without the method in brackets: that belongs to documents, not beside a number. */
export const metricName = (metric: string, language: Language): string =>
  (metricByKey(metric)?.[language] ?? metric).replace(/\s*[（(][^（(]*[)）]$/u, "");
export const metricLabel = (metric: string, language: Language): string => SHORT[metric] ?? metricName(metric, language);
export const metricUnit = (metric: string): string => metricByKey(metric)?.displayUnit ?? "";

export const formatValue = (metric: string | null, value: number | string): string => {
  if (typeof value === "string") return value;
  const digits = (metric === null ? null : metricByKey(metric)?.precision) ?? (Number.isInteger(value) ? 0 : 1);
  return value.toFixed(digits);
};

const rank = (metric: string): number => {
  const place = FIRST.indexOf(metric);
  return place === -1 ? FIRST.length + (metricByKey(metric)?.row ?? 500) : place;
};
export const orderMetrics = (metrics: readonly string[]): string[] =>
  metrics.filter(isClinical).toSorted((left, right) => rank(left) - rank(right));

/** The three values of a tile: what the patient sends, filled up with what is usually sent. */
export const tileMetrics = (streams: Streams): readonly string[] => {
  const sent = orderMetrics(Object.keys(streams));
  if (sent.length === 0) return TILE_METRICS;
  const known = sent.filter((metric) => FIRST.includes(metric));
  return (known.length > 0 ? known : sent).slice(0, 3);
};

/** Series token of a metric; overlays never share one pane. */
export const seriesOf = (metric: string): "spo2" | "pulse" | "resp" | "motion" | "therapy" => {
  if (metric === "spo2" || metric.startsWith("spo2")) return "spo2";
  if (metric === "pulse_rate" || metric === "heart_rate" || metric.endsWith("_bp")) return "pulse";
  const { category, row } = metricByKey(metric) ?? { category: null, row: 0 };
  if (metric === "resp_rate" || metric.startsWith("pef") || metric.startsWith("fev") || metric === "fvc") return "resp";
  if (category === "therapy" || metric.startsWith("pap") || metric.startsWith("oxygen")) return "therapy";
  return category === "activity" || row >= 38 ? "motion" : "therapy";
};

const AXES: Readonly<Record<string, readonly [number, number]>> = {
  spo2: [75, 100],
  pulse_rate: [50, 150],
  heart_rate: [50, 150],
  resp_rate: [8, 40],
  pef: [0, 600],
  knee_angle: [0, 140],
  knee_flexion_max: [0, 140],
};
const STEP: Readonly<Record<string, number>> = { spo2: 25, pulse_rate: 25, heart_rate: 25, resp_rate: 8 };

/** Fixed per metric; widens in whole steps when something lies outside, and then says so. */
export const axisOf = (
  metric: string,
  low: number,
  high: number,
): { readonly min: number; readonly max: number; readonly widened: boolean } => {
  const fixed = AXES[metric];
  if (fixed === undefined) {
    const span = high > low ? high - low : Math.max(1, Math.abs(high));
    return { min: low - 0.15 * span, max: high + 0.15 * span, widened: false };
  }
  const [min, max] = fixed;
  const step = STEP[metric] ?? (max - min) / 4;
  const below = low < min ? Math.ceil((min - low) / step) * step : 0;
  const above = high > max && metric !== "spo2" ? Math.ceil((high - max) / step) * step : 0;
  return { min: Math.max(0, min - below), max: max + above, widened: below + above > 0 };
};

/** The prescribed range of SpO₂ by profile (domain 2, choosing the profile); none for other metrics. */
export const targetOf = (
  metric: string,
  patient: { readonly profile: string; readonly spo2LowerLimit: number | null },
): readonly [number, number] | null => {
  if (metric !== "spo2") return null;
  if (patient.profile === "hypercapnic_target") return [88, 92];
  return patient.profile === "custom_target" && patient.spo2LowerLimit !== null ? [patient.spo2LowerLimit, 100] : null;
};
