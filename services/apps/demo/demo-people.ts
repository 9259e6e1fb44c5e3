/** The demo's patients: twelve personas in the alliance and two people outside it, with the devices they live with; all invented. */
import type { PatientConfig } from "#core/people.ts";
import type { Identity } from "#ports/identity-vault.ts";

export interface DemoDevice {
  readonly id: string;
  readonly kind: string;
  /** Of a hub. */
  readonly carries?: readonly string[];
  /** It says nothing but a stream: what it said before the streams of the past begin is not told. */
  readonly streams: boolean;
}

export interface DemoPerson {
  readonly patient: string;
  readonly persona: string;
  readonly institution: string;
  readonly site: string;
  readonly tier: PatientConfig["tier"];
  readonly pseudonym: string;
  readonly identity: Identity;
  readonly devices: readonly DemoDevice[];
}

/** By kind: what its ids begin with, and whether it streams. */
const KINDS: Readonly<Record<string, readonly [prefix: string, streams: boolean]>> = {
  oximeter: ["ox", true],
  respiration_belt: ["belt", true],
  oxygen_concentrator: ["oxygen", true],
  gait_wearable: ["gait", true],
  spirometer: ["spiro", false],
  peak_flow_meter: ["pef", false],
  smart_inhaler: ["inhaler", false],
  niv: ["niv", false],
  thermometer: ["temp", false],
  blood_pressure_cuff: ["cuff", false],
  knee_brace: ["brace", false],
  strength_kit: ["strength", false],
  hub: ["hub", false],
};
const ON_THE_HUB = ["oximeter", "respiration_belt", "thermometer", "blood_pressure_cuff"];

/** 天干 and 地支: letters, not names. */
const LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯";
/** A region that does not exist, the day of birth, and the digit that tells men from women. */
const nationalId = (birthDate: string, sex: "female" | "male"): string =>
  `000000${birthDate.replaceAll("-", "")}00${sex === "male" ? 1 : 2}X`;

const person = (
  number: number,
  persona: string,
  tier: PatientConfig["tier"],
  birthDate: string,
  sex: "female" | "male",
  kinds: readonly string[],
  place: "willow" | "maple" = "willow",
): DemoPerson => {
  const two = String(number).padStart(2, "0");
  return {
    patient: `p_demo_${two}`,
    persona,
    institution: `inst-t1-${place}`,
    site: place,
    tier,
    pseudonym: `D-1${two}`,
    identity: {
      name: `演示 ${LETTERS[number - 1]} (Demo ${String.fromCodePoint(64 + number)})`,
      birthDate,
      nationalId: nationalId(birthDate, sex),
    },
    devices: kinds.map((kind) => {
      const [prefix, streams] = KINDS[kind] ?? [kind, false];
      return { id: `${prefix}-demo-${two}`, kind, streams, ...(kind === "hub" ? { carries: ON_THE_HUB } : {}) };
    }),
  };
};

export const demoPeople: readonly DemoPerson[] = [
  person(1, "copd_gold2", "T1", "1959-03-04", "male", ["oximeter", "respiration_belt", "spirometer", "smart_inhaler"]),
  person(2, "copd_gold3", "T2", "1955-01-19", "male", ["oximeter", "respiration_belt", "oxygen_concentrator", "smart_inhaler"]),
  person(3, "asthma", "T1", "1981-06-30", "female", ["oximeter", "peak_flow_meter", "smart_inhaler"]),
  person(4, "healthy_older", "T0", "1958-09-12", "female", ["oximeter", "blood_pressure_cuff", "thermometer"]),
  person(5, "copd_gold3_custom", "T3", "1957-05-23", "female", ["oximeter", "respiration_belt", "spirometer", "smart_inhaler"]),
  person(6, "niv", "T3", "1960-02-11", "female", ["oximeter", "niv", "blood_pressure_cuff"]),
  person(7, "heart_failure_copd", "T2", "1952-08-02", "male", ["hub"]),
  person(8, "tka", "T1", "1958-04-17", "female", ["knee_brace", "gait_wearable", "thermometer", "oximeter"]),
  person(9, "stroke", "T2", "1960-07-08", "male", ["gait_wearable", "strength_kit", "blood_pressure_cuff", "oximeter"]),
  person(10, "parkinson", "T1", "1956-10-05", "male", ["gait_wearable", "strength_kit", "oximeter"]),
  person(11, "frail_elder", "T1", "1942-01-28", "female", [
    "gait_wearable",
    "strength_kit",
    "blood_pressure_cuff",
    "thermometer",
    "oximeter",
  ]),
  person(12, "covid_like", "T0", "1966-02-14", "male", ["oximeter", "respiration_belt", "thermometer"]),
  person(13, "asthma", "T1", "1979-09-21", "female", ["oximeter", "smart_inhaler"], "maple"),
  person(14, "healthy_older", "T0", "1957-03-15", "female", ["oximeter", "blood_pressure_cuff"], "maple"),
];
