/** Three homes lose their way out for six hours: one had a bad hour meanwhile, one is getting worse when it comes back, one is well. */
import { acuteHypoxia } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const CUT_MIN = 45;
const BACK_MIN = CUT_MIN + 360;
const faults = [{ kind: "offline", fromMin: CUT_MIN, toMin: BACK_MIN }] as const;
const devices = [{ kind: "hub", artefacts: false, faults }];

export const hubOffline: Scenario = {
  name: "hub-offline",
  title: { zh: "家庭网关离线六小时后恢复", en: "A home hub offline for six hours, and back" },
  startsAtHour: 10,
  lastsMin: 540,
  people: [
    { key: "well", persona: "frail_elder", devices },
    {
      key: "was_ill",
      persona: "copd_gold2",
      devices,
      episodes: acuteHypoxia({ startMin: 150, peakMin: 160, endMin: 240, points: 7 }),
    },
    {
      key: "is_ill",
      persona: "copd_gold2",
      devices,
      episodes: acuteHypoxia({ startMin: 340, peakMin: 350, endMin: 620, points: 7 }),
    },
  ],
  must: [
    { person: "well", rule: "DEV-1", severity: "T", fromMin: CUT_MIN, withinMin: 8, untilMin: BACK_MIN },
    { person: "was_ill", rule: "DEV-1", severity: "T", fromMin: CUT_MIN, withinMin: 8, untilMin: BACK_MIN },
    { person: "is_ill", rule: "DEV-1", severity: "T", fromMin: CUT_MIN, withinMin: 8, untilMin: BACK_MIN },
    // What is over was real: it is told, without a sound.
    { person: "was_ill", rule: "SPO2-A1", late: true, fromMin: BACK_MIN, withinMin: 25, untilMin: BACK_MIN + 45 },
    // What still holds is of the present as soon as the present has arrived.
    { person: "is_ill", rule: "SPO2-A1", severity: "S2", late: false, fromMin: BACK_MIN, withinMin: 25 },
  ],
  may: ["SPO2-A2", "RR-1", "RR-2", "HR-2", "DEV-2"],
  mustNot: ["SPO2-C1", "RR-3", "HR-1", "DEV-6", "DEV-7", "DEV-8", "MEAS-1"],
  notYet: [],
};
