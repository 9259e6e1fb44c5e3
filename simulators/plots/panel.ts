/** What a panel of a day's plot shows: which series, drawn how, on which scale. */
import { metricByKey } from "#core/metrics/catalogue.ts";
import { applyConversion, type UnitConversion } from "#core/metrics/unit-conversion.ts";
import type { EpochMs } from "#core/time.ts";
import type { DeviceSample } from "../devices/simulated-device.ts";
import { type LivedDay, seriesKey } from "./live-day.ts";

type Kind = readonly [kind: string, metric: string];

export interface Panel {
  readonly title: string;
  readonly unit: string;
  /** One row of light and dark colours for everything of a system of the body. */
  readonly ink: "oxygen" | "heart" | "breath" | "warmth" | "move" | "machine";
  /** `trace`: mean, lowest and highest of each minute; `wave`: the same of a curve; `zoom`: its first seconds over the whole width; `dots`: single readings; `bars`: a sum of each stretch; `span`: two readings joined. */
  readonly draw:
    | { readonly as: "trace" | "wave" | "dots"; readonly of: readonly Kind[] }
    | { readonly as: "zoom"; readonly of: readonly [Kind]; readonly seconds: number }
    | { readonly as: "span"; readonly of: readonly [Kind, Kind] }
    | { readonly as: "bars"; readonly of: readonly [Kind]; readonly minutes: number; readonly counts: boolean };
  /** The scale reaches at least from and to here. */
  readonly scale: readonly [number, number];
}

const trace = (...of: readonly Kind[]) => ({ as: "trace", of }) as const;
const dots = (...of: readonly Kind[]) => ({ as: "dots", of }) as const;

const PANELS: readonly Panel[] = [
  { title: "SpO2", unit: "%", ink: "oxygen", draw: trace(["oximeter", "spo2"]), scale: [86, 100] },
  { title: "Oxygen flow", unit: "L/min", ink: "machine", draw: trace(["oxygen_concentrator", "oxygen_flow"]), scale: [0, 2] },
  { title: "Pulse", unit: "/min", ink: "heart", draw: trace(["oximeter", "pulse_rate"]), scale: [50, 110] },
  { title: "Perfusion index", unit: "%", ink: "heart", draw: trace(["oximeter", "perfusion_index"]), scale: [0, 5] },
  { title: "Breathing, belt", unit: "/min", ink: "breath", draw: trace(["respiration_belt", "resp_rate"]), scale: [8, 28] },
  { title: "Breathing, mask", unit: "/min", ink: "breath", draw: trace(["niv", "resp_rate"]), scale: [8, 28] },
  { title: "Tidal volume", unit: "L", ink: "breath", draw: { as: "wave", of: [["niv", "tidal_volume"]] }, scale: [0, 0.8] },
  { title: "Mask leak", unit: "L/s", ink: "machine", draw: { as: "wave", of: [["niv", "mask_leak"]] }, scale: [0, 0.5] },
  { title: "Mask pressure", unit: "cmH2O", ink: "machine", draw: { as: "wave", of: [["niv", "mask_pressure"]] }, scale: [10, 18] },
  { title: "CO2 at the mask", unit: "mmHg", ink: "breath", draw: dots(["niv", "etco2"]), scale: [35, 60] },
  { title: "Skin", unit: "°C", ink: "warmth", draw: trace(["respiration_belt", "skin_temp"]), scale: [31, 36] },
  {
    title: "Cough",
    unit: "/h",
    ink: "breath",
    draw: { as: "bars", of: [["respiration_belt", "cough_count"]], minutes: 60, counts: false },
    scale: [0, 10],
  },
  { title: "Body temperature", unit: "°C", ink: "warmth", draw: dots(["thermometer", "body_temp"]), scale: [35.5, 38] },
  {
    title: "Blood pressure",
    unit: "mmHg",
    ink: "heart",
    draw: {
      as: "span",
      of: [
        ["blood_pressure_cuff", "systolic_bp"],
        ["blood_pressure_cuff", "diastolic_bp"],
      ],
    },
    scale: [60, 160],
  },
  { title: "Peak flow", unit: "L/min", ink: "breath", draw: dots(["peak_flow_meter", "pef"], ["spirometer", "pef"]), scale: [100, 300] },
  { title: "FEV1, each blow", unit: "L", ink: "breath", draw: dots(["spirometer", "fev1"]), scale: [0.5, 2] },
  {
    title: "Steps",
    unit: "/15 min",
    ink: "move",
    draw: { as: "bars", of: [["gait_wearable", "step_count"]], minutes: 15, counts: true },
    scale: [0, 500],
  },
  { title: "Gait speed", unit: "m/s", ink: "move", draw: dots(["gait_wearable", "gait_speed"]), scale: [0.4, 1.4] },
  {
    title: "Freezing",
    unit: "/h",
    ink: "move",
    draw: { as: "bars", of: [["gait_wearable", "freezing_episodes"]], minutes: 60, counts: false },
    scale: [0, 4],
  },
  { title: "Knee angle", unit: "°", ink: "move", draw: { as: "wave", of: [["knee_brace", "knee_angle"]] }, scale: [0, 120] },
  {
    title: "Its first 2 minutes",
    unit: "°, over the whole width",
    ink: "move",
    draw: { as: "zoom", of: [["knee_brace", "knee_angle"]], seconds: 120 },
    scale: [0, 120],
  },
  {
    title: "Bends to, short by",
    unit: "°",
    ink: "move",
    draw: dots(["knee_brace", "knee_flexion_max"], ["knee_brace", "knee_extension_deficit"]),
    scale: [0, 120],
  },
  { title: "Grip", unit: "kg", ink: "move", draw: dots(["strength_kit", "grip_strength"]), scale: [10, 40] },
];

/** The panels for which this day has anything. */
export const panelsOf = (day: LivedDay): Panel[] => PANELS.filter(({ draw }) => draw.of.some((kind) => hasAny(day, kind)));

const hasAny = (day: LivedDay, [kind, metric]: Kind): boolean => {
  const key = seriesKey(kind, metric);
  return day.waveforms.has(key) || (day.samples.get(key) ?? []).some(({ value }) => typeof value === "number" && value !== 0);
};

export interface Reading {
  readonly t: EpochMs;
  /** In the catalogue's unit; null: the device has no number, or one that says so. */
  readonly value: number | null;
  readonly isDoubted: boolean;
}

/** From the units that simulated devices have of their own. */
const FROM: Readonly<Record<string, UnitConversion>> = {
  "[degF]": { factor: 1 / 1.8, offset: -32 / 1.8 },
  "L/s": { factor: 60, offset: 0 },
  kPa: { factor: 7.500_62, offset: 0 },
};

export const readingsOf = (day: LivedDay, [kind, metric]: Kind): Reading[] => {
  const limits = metricByKey(metric)?.hardLimits ?? { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const curve = (day.waveforms.get(seriesKey(kind, metric)) ?? []).flatMap(({ t0, hz, values }) =>
    values.map((value, index): Reading => ({ t: t0 + (index * 1_000) / hz, value, isDoubted: false })),
  );
  if (curve.length > 0) return curve;
  return (day.samples.get(seriesKey(kind, metric)) ?? []).map(({ t, value, unit, quality }: DeviceSample): Reading => {
    const conversion = unit === undefined ? undefined : FROM[unit];
    const number = typeof value !== "number" ? null : conversion === undefined ? value : applyConversion(value, conversion);
    const isNumber = number !== null && number >= limits.min && number <= limits.max && !(metric === "spo2" && number === 0);
    return { t, value: isNumber ? number : null, isDoubted: quality !== undefined };
  });
};
