/** Two nights of people with COPD: many short falls of saturation in one, three long shallow-breathing ones in the other. */
import type { Episode } from "../people/episode.ts";
import type { Scenario } from "./scenario.ts";

const intermittent: Episode = {
  kind: "intermittent_desaturation",
  onsetMin: 90,
  peakMin: 95,
  endMin: 440,
  offsets: { desaturations: 18 },
};

/** Blocks every ninety minutes, later ones longer (domain 5.3); slow ramps at both ends. */
const BLOCKS = [
  [120, 25],
  [210, 35],
  [300, 45],
] as const;
const sustained = BLOCKS.map(([fromMin, minutes]): Episode => ({
  kind: "sustained_desaturation",
  onsetMin: fromMin,
  peakMin: fromMin + 4,
  endMin: fromMin + minutes + 4,
  offsets: { spo2: -6.5, respRate: -1, pulse: 3 },
  course: [
    [fromMin, 0],
    [fromMin + 4, 1],
    [fromMin + minutes, 1],
    [fromMin + minutes + 4, 0],
  ],
}));

const devices = [
  { kind: "oximeter", artefacts: false },
  { kind: "respiration_belt", artefacts: false },
];

export const nocturnalDesaturation: Scenario = {
  name: "nocturnal-desaturation",
  title: { zh: "夜间低氧", en: "Desaturation in the night" },
  startsAtHour: 22,
  lastsMin: 540,
  people: [
    { key: "intermittent", persona: "copd_gold2", devices, episodes: [intermittent] },
    { key: "sustained", persona: "copd_gold2", devices, episodes: sustained },
  ],
  must: [{ person: "sustained", rule: "SPO2-A1", severity: "S2", fromMin: 120, withinMin: 20 }],
  may: ["SPO2-A2"],
  mustNot: ["SPO2-C1", "RR-1", "RR-2", "RR-3", "HR-1", "HR-2", "DEV-1", "MEAS-1"],
  notYet: ["SPO2-N1"],
};
