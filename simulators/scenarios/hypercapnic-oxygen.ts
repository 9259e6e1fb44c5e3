/** Two people who keep carbon dioxide: one has the oxygen turned up too far, the other gets too little and sinks below the target. */
import type { Episode } from "../people/episode.ts";
import { hypercapnicDrift } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const UP_MIN = 60;
const DOWN_MIN = 60;

/** The tube is off and the lungs are worse than usual: a point in twelve minutes, three quarters of an hour at the bottom, and back. */
const underOxygenated: Episode = {
  kind: "under_oxygenation",
  onsetMin: DOWN_MIN,
  peakMin: DOWN_MIN + 110,
  endMin: DOWN_MIN + 200,
  offsets: { spo2: -9.5, pulse: 14, respRate: 3, symptoms: 4, stepsFactor: 0.1 },
};

const devices = [
  { kind: "oximeter", artefacts: false },
  { kind: "oxygen_concentrator", artefacts: false },
  { kind: "respiration_belt", artefacts: false },
];

export const hypercapnicOxygen: Scenario = {
  name: "hypercapnic-oxygen",
  title: { zh: "高碳酸血症患者吸氧过多与过少", en: "Hypercapnic patients with too much and too little oxygen" },
  startsAtHour: 23,
  lastsMin: 420,
  people: [
    { key: "over", persona: "copd_gold3", devices, episodes: hypercapnicDrift({ startMin: UP_MIN, hours: 5, litres: 1.5 }) },
    { key: "under", persona: "copd_gold3", devices, episodes: [underOxygenated] },
  ],
  must: [
    { person: "over", rule: "SPO2-C4", severity: "S2", fromMin: UP_MIN, withinMin: 60 },
    { person: "under", rule: "SPO2-C1", severity: "S1", fromMin: DOWN_MIN + 75, earliestMin: DOWN_MIN + 30, withinMin: 50 },
  ],
  may: ["SPO2-C2", "SPO2-C3"],
  mustNot: ["SPO2-A1", "SPO2-A2", "SPO2-T1", "RR-1", "RR-3", "HR-1", "DEV-1", "MEAS-1"],
  notYet: ["OXY-2", "CO2-1"],
};
