/** Somebody on ventilation at night whose mask slips: the machine blows beside the face, and the breathing it was for is missed. */
import type { Episode } from "../people/episode.ts";
import type { Scenario } from "./scenario.ts";

const SLIPS_MIN = 150;

const leak: Episode = {
  kind: "mask_leak",
  onsetMin: SLIPS_MIN,
  peakMin: SLIPS_MIN + 10,
  endMin: SLIPS_MIN + 300,
  offsets: { maskLeak: 0.7, spo2: -9, respRate: 2, pulse: 8, etco2: 9 },
};

export const maskLeak: Scenario = {
  name: "mask-leak",
  title: { zh: "无创通气面罩漏气", en: "Mask leak on ventilation at night" },
  startsAtHour: 22,
  lastsMin: 540,
  people: [
    {
      key: "patient",
      persona: "niv",
      devices: [
        { kind: "niv", artefacts: false },
        { kind: "oximeter", artefacts: false },
      ],
      episodes: [leak],
    },
  ],
  must: [{ person: "patient", rule: "SPO2-C1", severity: "S1", fromMin: SLIPS_MIN, withinMin: 30 }],
  may: ["SPO2-C2", "SPO2-C3"],
  mustNot: ["SPO2-A1", "SPO2-C4", "RR-1", "RR-3", "HR-1", "HR-2", "DEV-1", "MEAS-1"],
  notYet: ["PAP-3", "PAP-4", "CO2-1"],
};
