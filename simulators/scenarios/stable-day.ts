/** The control: ordinary people, ordinary sensors with all their misfortunes, and nothing that anybody should be called for. */
import type { Scenario, ScenarioPerson } from "./scenario.ts";

const lives = (key: string, persona: string, ...kinds: readonly string[]): ScenarioPerson => ({
  key,
  persona,
  devices: kinds.map((kind) => ({ kind })),
});

export const stableDay: Scenario = {
  name: "stable-day",
  title: { zh: "平稳的一天（对照）", en: "A stable ward day, the control" },
  startsAtHour: 7,
  lastsMin: 540,
  people: [
    lives("carer", "healthy_older", "oximeter", "blood_pressure_cuff", "thermometer"),
    lives("gold2", "copd_gold2", "oximeter", "respiration_belt", "spirometer", "smart_inhaler"),
    lives("gold3", "copd_gold3", "hub", "oxygen_concentrator", "smart_inhaler"),
    lives("own_target", "copd_gold3_custom", "oximeter", "respiration_belt", "peak_flow_meter"),
    lives("asthma", "asthma", "oximeter", "peak_flow_meter", "smart_inhaler"),
    lives("ventilated", "niv", "niv", "oximeter"),
    lives("heart", "heart_failure_copd", "hub"),
    lives("knee", "tka", "knee_brace", "gait_wearable", "thermometer", "oximeter"),
    lives("frail", "frail_elder", "gait_wearable", "hub"),
  ],
  must: [],
  // Radios, batteries and loose probes have their ordinary day, too.
  may: ["DEV-1", "DEV-3", "DEV-4", "DEV-5", "DEV-6", "DEV-7", "MEAS-1"],
  mustNot: ["SPO2-A1", "SPO2-A2", "SPO2-C1", "SPO2-C2", "SPO2-T1", "SPO2-T2", "RR-1", "RR-3", "HR-1", "HR-2", "ASTH-1", "TEMP-1", "BP-1"],
  notYet: [],
};
