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

/** What is said beside a number in a tile or beside a chart: the full name stands in lists and titles. */
const BRIEF: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  body_temp: { en: "Temp", zh: "体温" },
  skin_temp: { en: "Skin temp", zh: "皮温" },
  systolic_bp: { en: "BP", zh: "血压" },
  diastolic_bp: { en: "Diastolic", zh: "舒张压" },
  step_count: { en: "Steps", zh: "步数" },
  oxygen_flow: { en: "O₂", zh: "氧流量" },
  pef_pct_best: { en: "PEF % best", zh: "PEF 占最佳" },
  cough_count: { en: "Cough", zh: "咳嗽" },
  inspiratory_flow_peak: { en: "Inhaler flow", zh: "吸气流速" },
  spo2_night_mean: { en: "Night SpO₂", zh: "夜间 SpO₂" },
  spo2_night_nadir: { en: "Night lowest", zh: "夜间最低" },
  pap_usage: { en: "PAP usage", zh: "呼吸机使用" },
  pap_leak_p95: { en: "Mask leak P95", zh: "漏气 P95" },
  knee_angle: { en: "Knee angle", zh: "膝角" },
  knee_flexion_max: { en: "Knee flexion", zh: "膝屈曲" },
  knee_extension_deficit: { en: "Extension deficit", zh: "伸直欠缺" },
  rom_arc: { en: "Range of motion", zh: "活动弧" },
  movement_quality: { en: "Movement quality", zh: "动作质量" },
  movement_smoothness: { en: "Smoothness", zh: "流畅度" },
  semg_rms: { en: "sEMG RMS", zh: "肌电 RMS" },
  semg_mvc_pct: { en: "sEMG % MVC", zh: "肌电 % MVC" },
  gait_asymmetry: { en: "Step asymmetry", zh: "步态不对称" },
  double_support: { en: "Double support", zh: "双支撑" },
  tug_time: { en: "Up and go", zh: "起立行走" },
  sit_to_stand_5x: { en: "Sit to stand ×5", zh: "五次坐站" },
  freezing_episodes: { en: "Freezing", zh: "冻结步态" },
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
/** Both pressures of one measurement. */
const UPPER = "systolic_bp";
const LOWER = "diastolic_bp";
/** The other half of a value that is written as two: 118/74. */
export const lowerOf = (metric: string): string | null => (metric === UPPER ? LOWER : null);
export const TILE_METRICS: readonly string[] = ["spo2", "pulse_rate", "resp_rate"];

/** Without the method in brackets: that belongs to documents, not beside a number. */
export const metricName = (metric: string, language: Language): string =>
  (metricByKey(metric)?.[language] ?? metric).replace(/\s*[（(][^（(]*[)）]$/u, "");
export const metricLabel = (metric: string, language: Language): string => SHORT[metric] ?? metricName(metric, language);
export const metricTag = (metric: string, language: Language): string =>
  SHORT[metric] ?? BRIEF[metric]?.[language] ?? metricName(metric, language);
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

/** The three values of a tile: what the patient sends, filled up with what is usually sent; a blood pressure is one value. */
export const tileMetrics = (streams: Streams): readonly string[] => {
  const sent = orderMetrics(Object.keys(streams)).filter((metric) => metric !== LOWER || streams[UPPER] === undefined);
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

interface FixedAxis {
  readonly min: number;
  readonly max: number;
  /** It widens by whole steps of this. */
  readonly step: number;
}
const axis = (min: number, max: number, step: number): FixedAxis => ({ min, max, step });
const AXES: Readonly<Record<string, FixedAxis>> = {
  spo2: axis(75, 100, 25),
  pulse_rate: axis(50, 150, 25),
  heart_rate: axis(50, 150, 25),
  resp_rate: axis(8, 40, 8),
  pef: axis(0, 600, 150),
  pef_pct_best: axis(0, 110, 20),
  fev1: axis(0, 4, 1),
  fvc: axis(0, 6, 1),
  body_temp: axis(35, 40, 1),
  skin_temp: axis(28, 38, 2),
  systolic_bp: axis(40, 200, 20),
  diastolic_bp: axis(40, 200, 20),
  oxygen_flow: axis(0, 4, 2),
  perfusion_index: axis(0, 10, 5),
  etco2: axis(20, 60, 10),
  knee_angle: axis(0, 140, 35),
  knee_flexion_max: axis(0, 140, 35),
  knee_extension_deficit: axis(-5, 20, 5),
  rom_arc: axis(0, 140, 20),
  pain_nrs: axis(0, 10, 10),
  borg_dyspnoea: axis(0, 10, 10),
  cat_score: axis(0, 40, 10),
  grip_strength: axis(0, 50, 10),
  adherence: axis(0, 100, 100),
  movement_quality: axis(0, 100, 100),
  set_completion: axis(0, 100, 100),
  step_count: axis(0, 1_000, 1_000),
};

/** A fixed axis for what the table above leaves out: round, from the usual range of the catalogue. */
const usualAxis = (metric: string): FixedAxis | null => {
  const found = metricByKey(metric);
  const { min, max } = found?.typical ?? {};
  if (found === undefined || min === undefined || max === undefined || max <= min) return null;
  const step = roundStep((max - min) / 2);
  const low = Math.floor((min - (max - min)) / step) * step;
  return axis(Math.max(found.hardLimits.min < 0 ? low : 0, low), Math.ceil((max + (max - min)) / step) * step, step);
};

/** 1, 2 or 5 times a power of ten, the first that is not smaller. */
export const roundStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-6)));
  return power * ([1, 2, 5, 10].find((times) => times * power >= least * 0.999) ?? 10);
};

export interface ShownAxis {
  readonly min: number;
  readonly max: number;
  readonly widened: boolean;
}

/** Fixed per metric; widens in whole steps when something lies outside, and then says so. PEF reaches to 1.1 times the person's best. */
export const axisOf = (metric: string, low: number, high: number, best?: number): ShownAxis => {
  const fixed =
    metric === "pef" && best !== undefined && best > 0
      ? axis(0, Math.ceil((best * 1.1) / 10) * 10, Math.ceil(best / 40) * 10)
      : (AXES[metric] ?? usualAxis(metric));
  if (fixed === null) {
    if (!(high >= low)) return { min: 0, max: 1, widened: false };
    const step = roundStep(Math.max(high - low, Math.abs(high) / 10, 1) / 3);
    const min = Math.floor(low / step) * step;
    return { min: low >= 0 ? Math.max(0, min - step) : min - step, max: Math.ceil(high / step) * step + step, widened: false };
  }
  const { min, max, step } = fixed;
  const below = low < min ? Math.ceil((min - low) / step) * step : 0;
  const above = high > max && metric !== "spo2" ? Math.ceil((high - max) / step) * step : 0;
  return { min: metric === "pain_nrs" || min >= 0 ? Math.max(0, min - below) : min - below, max: max + above, widened: below + above > 0 };
};

/** Round values of an axis, about `most` of them, none at its very ends. */
export const axisTicks = ({ min, max }: Pick<ShownAxis, "min" | "max">, most: number): readonly number[] => {
  const step = roundStep((max - min) / Math.max(1, most));
  const ticks: number[] = [];
  for (let tick = Math.ceil((min + (max - min) * 0.04) / step) * step; tick <= max - (max - min) * 0.04; tick += step)
    ticks.push(Math.round(tick * 1e6) / 1e6);
  return ticks;
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
