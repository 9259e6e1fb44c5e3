/** A COPD exacerbation, severe, its acute part told sixteen times as fast: saturation falls for a day, breathing and pulse rise. */
import { copdExacerbation } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

/** Minutes of a day of the course. */
const DAY_MIN = 90;
const DAY_ZERO_MIN = 450;
const onDay = (day: number): number => DAY_ZERO_MIN + day * DAY_MIN;

export const copdExacerbationStory: Scenario = {
  name: "copd-exacerbation",
  title: { zh: "慢阻肺急性加重（重度）", en: "Severe COPD exacerbation" },
  startsAtHour: 9,
  lastsMin: 540,
  people: [
    {
      key: "patient",
      persona: "copd_gold2",
      devices: [
        { kind: "oximeter", artefacts: false },
        { kind: "respiration_belt", artefacts: false },
        { kind: "smart_inhaler", artefacts: false },
      ],
      episodes: copdExacerbation({ dayZeroMin: DAY_ZERO_MIN, dayMin: DAY_MIN, severity: "severe" }),
    },
  ],
  must: [
    // Two and a half points lost: 93 %.
    {
      person: "patient",
      rule: "SPO2-A2",
      severity: "S3",
      orRule: "SPO2-A1",
      fromMin: onDay(-2.5),
      earliestMin: onDay(-4.5),
      withinMin: 120,
    },
    // Five points lost: 91 %.
    { person: "patient", rule: "SPO2-A1", severity: "S2", fromMin: onDay(-1.2), earliestMin: onDay(-3.5), withinMin: 75 },
  ],
  may: ["RR-1", "RR-2"],
  mustNot: ["SPO2-C1", "SPO2-T1", "RR-3", "HR-1", "HR-2", "TEMP-1", "TEMP-2", "DEV-1", "MEAS-1"],
  notYet: ["COPD-1", "COPD-2", "COPD-4", "SPO2-B2", "NEWS-1"],
};
