/** The catalogue against a table typed from the domain page: row, key, unit, hard limits, decimals. */
import { describe, expect, test } from "vitest";
import { metricByCode, metricByKey, metrics, storedMetric } from "#core/metrics/catalogue.ts";
import { CODE_SYSTEMS } from "#core/metrics/metric.ts";

const TABLE = `
  1 spo2 % 50 100 0
  2 pulse_rate /min 20 250 0
  3 perfusion_index % 0.02 20 2
  4 resp_rate /min 3 60 0
  5 heart_rate /min 20 250 0
  6 fev1 L 0.2 7 2
  7 fvc L 0.3 9 2
  8 fev1_fvc % 15 100 1
  9 fev1_pct_pred % 5 150 0
  10 pef L/min 30 900 0
  11 pef_pct_best % 5 150 0
  12 pef_diurnal_var % 0 100 1
  13 inhaler_controller {actuations} 0 10 0
  14 inhaler_rescue {actuations} 0 10 0
  15 inspiratory_flow_peak L/min 5 200 0
  16 inhaler_technique_ok 1 0 1 0
  17 cough_count {coughs}/h 0 300 0
  18 odi3 {events}/h 0 150 1
  18 odi4 {events}/h 0 150 1
  19 t90 % 0 100 1
  19 spo2_night_mean % 50 100 1
  19 spo2_night_nadir % 50 100 1
  20 oxygen_flow L/min 0 15 1
  21 oxygen_hours h/d 0 24 1
  22 pap_usage h 0 24 2
  23 pap_leak_p95 L/min 0 150 1
  24 pap_ahi {events}/h 0 150 1
  25 etco2 mm[Hg] 5 100 0
  26 mmrc {score} 0 4 0
  27 cat_score {score} 0 40 0
  28 borg_dyspnoea {score} 0 10 1
  29 body_temp Cel 30 43 1
  30 skin_temp Cel 15 43 1
  31 systolic_bp mm[Hg] 50 280 0
  31 diastolic_bp mm[Hg] 20 180 0
  32 consciousness_acvpu - 0 4 -
  33 news2 {score} 0 20 0
  33 news2_partial {score} 0 20 0
  34 knee_angle deg -20 165 1
  35 knee_flexion_max deg 0 165 0
  36 knee_extension_deficit deg -15 60 0
  37 rom_arc deg 0 200 0
  38 rep_count {reps} 0 1000 0
  39 set_completion % 0 100 0
  40 session_duration min 0 240 1
  41 adherence % 0 100 0
  42 movement_quality {score} 0 100 0
  43 movement_smoothness 1 -20 0 2
  44 gait_speed m/s 0.05 3 2
  45 cadence {steps}/min 10 220 0
  46 step_count {steps} 0 60000 0
  47 stride_length m 0.1 2.4 2
  48 gait_asymmetry % 0 100 1
  49 double_support % 5 80 1
  50 tug_time s 3 180 1
  51 sit_to_stand_5x s 3 120 1
  52 six_min_walk m 0 1000 0
  53 sway_velocity mm/s 0 300 1
  54 grip_strength kg 0 100 1
  55 semg_rms uV 0 5000 0
  56 semg_mvc_pct % 0 200 0
  57 exercise_heart_rate /min 30 230 0
  58 borg_rpe {score} 6 20 0
  59 pain_nrs {score} 0 10 0
  60 fall_event 1 0 1 -
  61 freezing_episodes {events}/h 0 120 0
  62 battery_level % 0 100 0
  63 rssi - -120 0 0
  64 signal_quality % 0 100 0
  65 skin_contact 1 0 1 0
  66 clock_offset ms -8.64e+07 86400000 0
  67 heartbeat 1 1 1 0
`;

const rows = TABLE.trim()
  .split("\n")
  .map((line) => {
    const [row, key, unit, min, max, precision] = line.trim().split(" ") as [string, string, string, string, string, string];
    return {
      row: Number(row),
      key,
      unit: unit === "-" ? null : unit,
      min: Number(min),
      max: Number(max),
      precision: precision === "-" ? null : Number(precision),
    };
  });

describe("the metric catalogue", () => {
  test.each(rows)("holds $key as the domain page gives it", (expected) => {
    const metric = metricByKey(expected.key);
    expect(metric).toMatchObject({
      row: expected.row,
      unit: expected.unit,
      hardLimits: { min: expected.min, max: expected.max },
      precision: expected.precision,
    });
  });

  test("covers the 67 rows of the page and nothing else", () => {
    expect(new Set(metrics.map((metric) => metric.row))).toEqual(new Set(Array.from({ length: 67 }, (_, index) => index + 1)));
    expect(metrics.map((metric) => metric.key).toSorted()).toEqual(rows.map(({ key }) => key).toSorted());
  });

  test("gives every metric one key and one code for ever", () => {
    expect(new Set(metrics.map((metric) => metric.key)).size).toBe(metrics.length);
    expect(new Set(metrics.map((metric) => metric.code)).size).toBe(metrics.length);
    for (const metric of metrics) {
      expect(metric.code % 100).toBe(metric.row);
      expect(metricByCode(metric.code)).toBe(metric);
    }
    expect(Object.fromEntries(metrics.filter(({ code }) => code > 67).map(({ key, code }) => [key, code]))).toEqual({
      odi4: 118,
      spo2_night_mean: 119,
      diastolic_bp: 131,
      news2_partial: 133,
      spo2_night_nadir: 219,
    });
  });

  test("knows nothing by a wrong key or code", () => {
    for (const key of ["", "SPO2", "__proto__", "constructor", "toString"]) expect(metricByKey(key)).toBeUndefined();
    for (const code of [0, -1, 68, 1.5, 10_000, Number.NaN]) expect(metricByCode(code)).toBeUndefined();
  });

  test("keeps exercise heart rate as a view of heart rate, not a series", () => {
    const alias = metricByKey("exercise_heart_rate");
    expect(alias?.alias).toEqual({ of: "heart_rate", tags: { context: "exercise" } });
    expect(alias && storedMetric(alias).key).toBe("heart_rate");
    expect(metrics.filter((metric) => storedMetric(metric) !== metric)).toEqual([alias]);
  });

  test("calls vital signs only what the FHIR profiles call so, and codes SpO2 both ways", () => {
    expect(metrics.filter(({ category }) => category === "vital-signs").map(({ key }) => key)).toEqual([
      "spo2",
      "pulse_rate",
      "perfusion_index",
      "resp_rate",
      "heart_rate",
      "etco2",
      "body_temp",
      "systolic_bp",
      "exercise_heart_rate",
      "diastolic_bp",
    ]);
    const loinc = metricByKey("spo2")?.codings.filter(({ system }) => system === "loinc");
    expect(loinc?.map(({ code }) => code)).toEqual(["2708-6", "59408-5"]);
  });

  test("sends no code that the page marks as uncertain", () => {
    const codes = metrics.flatMap((metric) => metric.codings.map(({ code }) => code));
    for (const uncertain of ["8889-8", "69990-0", "8411088", "8411040", "62951-8", "153916", "8454247"])
      expect(codes).not.toContain(uncertain);
    for (const { codings } of metrics) for (const { system } of codings) expect(CODE_SYSTEMS[system]).toMatch(/^(http|urn)/);
    expect(metricByKey("skin_temp")?.codings.map(({ code }) => code)).not.toContain("8310-5");
  });

  test("spells out every code of a coded metric in both languages", () => {
    for (const { coded, meanings, hardLimits } of metrics) {
      if (coded === undefined) continue;
      expect(meanings).toHaveLength(coded.length);
      expect(hardLimits).toEqual({ min: 0, max: coded.length - 1 });
    }
    expect(metricByKey("consciousness_acvpu")?.coded).toEqual(["A", "C", "V", "P", "U"]);
  });

  test("keeps single values long and streams short", () => {
    for (const { cadence, spot } of metrics) expect(spot).toBe(cadence !== "continuous");
  });

  test("names every metric in Chinese and English", () => {
    for (const { zh, en } of metrics) {
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).toMatch(/^[A-Za-z]/);
    }
  });
});
