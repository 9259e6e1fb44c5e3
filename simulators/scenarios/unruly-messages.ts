/** A way that says things twice, out of order and again much later: nothing may be lost, nothing counted double. */
import { acuteHypoxia } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const LASTS_MIN = 420;
const unruly = [{ kind: "unruly", fromMin: 10, toMin: LASTS_MIN }] as const;
const devices = [
  { kind: "oximeter", artefacts: false, faults: unruly },
  { kind: "respiration_belt", artefacts: false, faults: unruly },
];

export const unrulyMessages: Scenario = {
  name: "unruly-messages",
  title: { zh: "消息重复与迟到", en: "Messages twice, late and out of order" },
  startsAtHour: 9,
  lastsMin: LASTS_MIN,
  people: [
    { key: "ill", persona: "copd_gold2", devices, episodes: acuteHypoxia({ startMin: 120, peakMin: 130, endMin: 330, points: 7.5 }) },
    { key: "well", persona: "frail_elder", devices },
  ],
  must: [{ person: "ill", rule: "SPO2-A1", severity: "S2", late: false, fromMin: 120, withinMin: 25 }],
  may: ["SPO2-A2", "RR-1", "RR-2"],
  mustNot: ["SPO2-C1", "HR-1", "HR-2", "DEV-1", "DEV-6", "DEV-7", "DEV-8", "MEAS-1"],
  notYet: [],
};
