/** Two oximeters whose clocks are an hour wrong, one ahead and one behind, until they are set: nobody is ill because of it. */
import { HOUR } from "#core/time.ts";
import { acuteHypoxia } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const WRONG_MIN = 90;
const SET_MIN = 270;

const clock = (offsetMs: number) => [
  { kind: "oximeter", artefacts: false, faults: [{ kind: "clock" as const, fromMin: WRONG_MIN, toMin: SET_MIN, offsetMs }] },
];

export const wrongClock: Scenario = {
  name: "wrong-clock",
  title: { zh: "设备时钟相差一小时", en: "A clock one hour wrong" },
  startsAtHour: 13,
  lastsMin: 420,
  people: [
    { key: "ahead", persona: "healthy_older", devices: clock(HOUR) },
    { key: "behind", persona: "healthy_older", devices: clock(-HOUR) },
    {
      // Gets worse while the clock is wrong.
      key: "ahead_and_ill",
      persona: "healthy_older",
      devices: clock(HOUR),
      episodes: acuteHypoxia({ startMin: 150, peakMin: 160, endMin: 250, points: 8 }),
    },
    {
      // Gets worse just after it was set.
      key: "set_and_ill",
      persona: "healthy_older",
      devices: clock(HOUR),
      episodes: acuteHypoxia({ startMin: SET_MIN + 10, peakMin: SET_MIN + 20, endMin: 420, points: 8 }),
    },
  ],
  must: [
    ...["ahead", "behind", "ahead_and_ill", "set_and_ill"].map((person) => ({
      person,
      rule: "DEV-6",
      severity: "T" as const,
      fromMin: WRONG_MIN,
      withinMin: 15,
      untilMin: SET_MIN,
    })),
    { person: "ahead_and_ill", rule: "SPO2-A1", severity: "S2", late: false, fromMin: 150, withinMin: 30, untilMin: 270 },
    { person: "set_and_ill", rule: "SPO2-A1", severity: "S2", late: false, fromMin: SET_MIN + 10, withinMin: 30 },
  ],
  // A device that sends once a minute is silent by its own times until its clock is judged.
  may: ["SPO2-A2", "DEV-1"],
  mustNot: ["HR-1", "HR-2", "DEV-7", "DEV-8", "MEAS-1"],
  notYet: [],
};
