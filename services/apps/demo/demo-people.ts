/** The demo's patients: a persona each, an oximeter each; names say that they are invented. */
import type { Identity } from "#ports/identity-vault.ts";
import type { PatientConfig } from "#core/people.ts";
import type { Episode } from "#simulators/people/episode.ts";

export interface DemoPerson {
  readonly patient: string;
  readonly device: string;
  readonly persona: string;
  readonly institution: string;
  readonly site: string;
  readonly tier: PatientConfig["tier"];
  readonly pseudonym: string;
  readonly identity: Identity;
  /** What happens to this person, in minutes from the start. */
  readonly episodes?: readonly Episode[];
}

export const demoPeople: readonly DemoPerson[] = [
  {
    patient: "p_demo_01",
    device: "ox-demo-01",
    persona: "copd_gold2",
    institution: "inst-t1-willow",
    site: "willow",
    tier: "T1",
    pseudonym: "D-101",
    identity: { name: "演示 甲 (Demo A)", birthDate: "1957-03-04" },
    // It has begun a few minutes before "now" and recovers under care within the hour.
    episodes: [{ kind: "exacerbation", onsetMin: -9, peakMin: -4, endMin: 55, offsets: { spo2: -11, pulse: 18, respRate: 6 } }],
  },
  {
    patient: "p_demo_02",
    device: "ox-demo-02",
    persona: "copd_gold3",
    institution: "inst-t1-willow",
    site: "willow",
    tier: "T2",
    pseudonym: "D-102",
    identity: { name: "演示 乙 (Demo B)", birthDate: "1955-11-19" },
  },
  {
    patient: "p_demo_03",
    device: "ox-demo-03",
    persona: "asthma",
    institution: "inst-t1-willow",
    site: "willow",
    tier: "T1",
    pseudonym: "D-103",
    identity: { name: "演示 丙 (Demo C)", birthDate: "1981-06-30" },
  },
  {
    patient: "p_demo_04",
    device: "ox-demo-04",
    persona: "healthy_older",
    institution: "inst-t1-willow",
    site: "willow",
    tier: "T0",
    pseudonym: "D-104",
    identity: { name: "演示 丁 (Demo D)", birthDate: "1956-09-12" },
  },
];
