/** Four ordinary days in the fourth week after a new knee: nobody has to be rung. */
import type { Scenario } from "./scenario.ts";

export const kneeRecovery: Scenario = {
  name: "knee-recovery",
  title: { zh: "膝关节置换术后恢复良好", en: "A new knee that recovers well" },
  startsAtHour: 7,
  lastsMin: 4 * 1_440,
  people: [
    {
      key: "patient",
      persona: "tka",
      devices: [
        { kind: "knee_brace", artefacts: false },
        { kind: "thermometer", artefacts: false },
        { kind: "blood_pressure_cuff", artefacts: false },
      ],
    },
  ],
  must: [],
  may: ["DEV-3", "DEV-4"],
  mustNot: ["TEMP-1", "TEMP-2", "BP-1", "SPO2-S1", "DEV-6", "DEV-7"],
  notYet: [],
};
