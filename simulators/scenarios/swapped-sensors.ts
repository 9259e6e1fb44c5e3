/** A couple takes each other's oximeter off the charger: for two hours her numbers stand in his name, while she gets worse. */
import { acuteHypoxia } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const SWAP_MIN = 90;
const BACK_MIN = 240;
const WORSE_MIN = 130;

export const swappedSensors: Scenario = {
  name: "swapped-sensors",
  title: { zh: "夫妻戴错血氧仪", en: "Sensors swapped between spouses" },
  startsAtHour: 14,
  lastsMin: 360,
  people: [
    {
      key: "he",
      persona: "healthy_older",
      devices: [{ kind: "oximeter", artefacts: false, faults: [{ kind: "worn_by", fromMin: SWAP_MIN, toMin: BACK_MIN, person: "she" }] }],
    },
    {
      key: "she",
      persona: "heart_failure_copd",
      devices: [{ kind: "oximeter", artefacts: false, faults: [{ kind: "worn_by", fromMin: SWAP_MIN, toMin: BACK_MIN, person: "he" }] }],
      episodes: acuteHypoxia({ startMin: WORSE_MIN, peakMin: WORSE_MIN + 20, endMin: 420, points: 11 }),
    },
  ],
  must: [
    // Her hypoxia rings, though in his name: who calls finds out. Nothing tells the two apart.
    { person: "he", rule: "SPO2-A1", severity: "S1", fromMin: WORSE_MIN, withinMin: 30, untilMin: BACK_MIN + 10 },
    // In her own again as soon as the sensors are.
    { person: "she", rule: "SPO2-T2", severity: "S2", fromMin: BACK_MIN, withinMin: 25 },
  ],
  may: ["SPO2-A2", "HR-2", "SPO2-T1", "SPO2-T3"],
  mustNot: ["SPO2-C1", "HR-1", "DEV-1", "DEV-6", "DEV-7", "MEAS-1"],
  notYet: [],
};
