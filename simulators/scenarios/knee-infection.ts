/** A knee gets infected in the fourth week: pain and stiffness first, fever within three days. */
import { kneeInfection } from "../physiology/exacerbation.ts";
import type { Scenario } from "./scenario.ts";

const DAY_MIN = 1_440;
const ONSET_MIN = 600;
/** From here the fever is there in the evenings, and most of the day. */
const FEVER_MIN = ONSET_MIN + 2 * DAY_MIN;

export const kneeInfectionStory: Scenario = {
  name: "knee-infection",
  title: { zh: "膝关节感染", en: "A knee that gets infected" },
  startsAtHour: 7,
  lastsMin: 4 * DAY_MIN,
  people: [
    {
      key: "patient",
      persona: "tka",
      devices: [
        { kind: "knee_brace", artefacts: false },
        { kind: "thermometer", artefacts: false },
        { kind: "blood_pressure_cuff", artefacts: false },
      ],
      episodes: [
        ...kneeInfection({ dayZeroMin: ONSET_MIN }),
        // This one has more fever than most.
        {
          kind: "knee_infection",
          onsetMin: ONSET_MIN + DAY_MIN,
          peakMin: FEVER_MIN,
          endMin: ONSET_MIN + 8 * DAY_MIN,
          offsets: { coreTemp: 0.6 },
        },
      ],
    },
  ],
  must: [{ person: "patient", rule: "TEMP-2", severity: "S3", fromMin: FEVER_MIN, withinMin: 24 * 60 }],
  may: ["TEMP-1", "DEV-3", "DEV-4"],
  mustNot: ["BP-1", "SPO2-S1", "DEV-6", "DEV-7"],
  notYet: ["REH-3", "REH-5", "REH-6"],
};
