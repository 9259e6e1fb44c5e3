/** Two frail people fall: one lies there, the other gets up again. */
import { fallEpisode } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const devices = [
  { kind: "gait_wearable", artefacts: false },
  { kind: "oximeter", artefacts: false },
];

export const fall: Scenario = {
  name: "fall",
  title: { zh: "跌倒", en: "A fall" },
  startsAtHour: 10,
  lastsMin: 240,
  people: [
    { key: "lies", persona: "frail_elder", devices, episodes: fallEpisode({ atMin: 90, stillS: 900 }) },
    { key: "gets_up", persona: "frail_elder", devices, episodes: fallEpisode({ atMin: 120, stillS: 25, impactG: 3 }) },
  ],
  must: [],
  may: [],
  mustNot: ["SPO2-A1", "SPO2-A2", "HR-1", "HR-2", "DEV-1", "DEV-7", "MEAS-1"],
  notYet: ["FALL-1", "FALL-2"],
};
