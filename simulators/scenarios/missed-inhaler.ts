/** Asthma that gets worse in a cold while the controller is left out: peak flow falls through the yellow zone into the red one. */
import { viralAsthma } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const DAY_MIN = 1_440;
/** The story starts on the second day of the cold, in the morning. */
const COLD_MIN = -DAY_MIN;
const WORST = 0.42;
/** Peak flow falls in a straight line from 95 % on day 2 to the worst on day 5; the person's own level is 97 % of the reference, early in the day less. */
const reaches = (percent: number): number => COLD_MIN + DAY_MIN * (2 + (3 * (0.95 - (percent + 3) / 97)) / (0.95 - WORST));
/** Who sleeps does not blow: the evening's measurement may be good and the next is the morning's. */
const A_NIGHT_MIN = 13 * 60;

export const missedInhaler: Scenario = {
  name: "missed-inhaler",
  title: { zh: "漏用控制药物，哮喘加重", en: "Asthma getting worse with the controller left out" },
  startsAtHour: 7,
  lastsMin: 4.5 * DAY_MIN,
  people: [
    {
      key: "patient",
      persona: "asthma",
      devices: [
        { kind: "peak_flow_meter", artefacts: false },
        { kind: "smart_inhaler", artefacts: false },
      ],
      episodes: [
        ...viralAsthma({ dayZeroMin: COLD_MIN, dayMin: DAY_MIN, worst: WORST }),
        { kind: "missed_controller", onsetMin: 0, peakMin: DAY_MIN, endMin: 5 * DAY_MIN, offsets: {}, skips: ["inhale_controller"] },
      ],
    },
  ],
  must: [
    { person: "patient", rule: "ASTH-2", severity: "S3", fromMin: reaches(80), withinMin: A_NIGHT_MIN },
    { person: "patient", rule: "ASTH-2", severity: "S2", fromMin: reaches(60), withinMin: A_NIGHT_MIN },
    { person: "patient", rule: "ASTH-1", severity: "S1", fromMin: reaches(50), withinMin: A_NIGHT_MIN },
  ],
  may: ["DEV-3", "DEV-4"],
  mustNot: ["SPO2-S1", "TEMP-1", "TEMP-2"],
  notYet: ["ASTH-4", "ASTH-6"],
};
