/** What happens in the demo: one deterioration now, and some that are over; minutes from the start (domain 5.6). */
import type { Actor } from "#core/journal-entry.ts";
import type { InstitutionId, UserId } from "#core/ids.ts";
import type { PastAct, PastScene } from "#simulators/past/past-plan.ts";
import type { Episode } from "#simulators/people/episode.ts";
import type { DeviceFault } from "#simulators/scenarios/scenario.ts";

interface Today {
  readonly patient: string;
  readonly episodes: readonly Episode[];
}

/** It began a few minutes before the start, is alerted within two minutes, and is over after about an hour. */
export const today: readonly Today[] = [
  {
    patient: "p_demo_01",
    episodes: [
      {
        kind: "exacerbation",
        onsetMin: -10,
        peakMin: -4.2,
        endMin: 58,
        offsets: { spo2: -7.6, pulse: 16, respRate: 2.5, symptoms: 3, coughFactor: 2.5 },
        course: [
          [-10, 0],
          [-5, 0.2],
          [-4.2, 0.86],
          [4, 0.87],
          [11, 1],
          [45, 1],
          [58, 0],
        ],
      },
      // Who cannot get their breath neither walks nor sleeps.
      { kind: "stays_in", onsetMin: -60, peakMin: -59, endMin: 120, offsets: { stepsFactor: 0 }, awake: true },
    ],
  },
];

/** Devices misbehave, too: one falls silent for a while, one comes off. */
export const todaysFaults: Readonly<Record<string, DeviceFault>> = {
  "gait-demo-10": { kind: "dead", fromMin: 6, toMin: 21 },
  "ox-demo-12": { kind: "off_body", fromMin: 12, toMin: 15 },
};

const staff = (username: string, roles: readonly string[]): Actor => ({
  user: `u_demo_${username}` as UserId,
  institution: "inst-t1-willow" as InstitutionId,
  roles,
});
const nurse = staff("nurse", ["community_nurse"]);
const doctor = staff("doctor", ["family_doctor"]);

/** A story may be told by the one rule or by the other of a family. */
const about = (rules: readonly string[], acts: readonly Omit<PastAct, "rule">[]): PastAct[] =>
  rules.flatMap((rule) => acts.map((act) => ({ rule, ...act })));
const FEVER = ["TEMP-2", "TEMP-1"];

const stillFor = (fromMin: number, toMin: number): Episode => ({
  kind: "stays_in",
  onsetMin: fromMin,
  peakMin: fromMin + 1,
  endMin: toMin,
  offsets: { stepsFactor: 0 },
  awake: true,
});

/** Not well yet, and so the temperature is taken once more: the last that is known of a fever is its end. */
const checksAgain = (atMin: number): Episode => ({
  kind: "checks_again",
  onsetMin: atMin,
  peakMin: atMin + 2,
  endMin: atMin + 20,
  offsets: { symptoms: 3.6 },
});

export const earlier: readonly PastScene[] = [
  {
    key: "emergency",
    person: "p_demo_05",
    fromMin: -48 * 60,
    toMin: -45 * 60,
    episodes: [
      {
        kind: "acute_hypoxia",
        onsetMin: -47.5 * 60,
        peakMin: -47.5 * 60 + 3,
        endMin: -47.5 * 60 + 16,
        offsets: { spo2: -14, pulse: 24, respRate: 2, symptoms: 5, coughFactor: 2 },
        course: [
          [-47.5 * 60, 0],
          [-47.5 * 60 + 3, 1],
          [-47.5 * 60 + 10, 1],
          [-47.5 * 60 + 16, 0],
        ],
      },
      stillFor(-49 * 60, -45 * 60),
    ],
    faults: [],
    acts: [
      { rule: "SPO2-T1", afterS: 74, actor: nurse, act: { kind: "acknowledge" } },
      {
        rule: "SPO2-T1",
        afterS: 190,
        actor: nurse,
        act: { kind: "contact", outcome: "reached", note: "坐位休息，已用急救吸入器。Sitting, reliever taken." },
      },
      {
        rule: "SPO2-T1",
        afterS: 900,
        actor: nurse,
        act: { kind: "comment", text: "复测血氧回升，请家庭医生复核。Saturation is coming back; family doctor to review." },
      },
      {
        rule: "SPO2-T1",
        afterS: 3_900,
        actor: doctor,
        act: { kind: "close", disposition: "medicine_change", note: "已调整用药，明日复诊。Medicine changed, visit tomorrow." },
      },
      { rule: "SPO2-T1", afterS: 4_100, actor: nurse, act: { kind: "feedback", useful: "useful" } },
    ],
    closer: nurse,
  },
  {
    key: "wound",
    person: "p_demo_08",
    fromMin: -22.5 * 60,
    toMin: -17 * 60,
    episodes: [
      {
        kind: "fever",
        onsetMin: -22 * 60,
        peakMin: -22 * 60 + 20,
        endMin: -18 * 60,
        offsets: { coreTemp: 2.25, symptoms: 3.2, spo2: -0.3 },
      },
      checksAgain(-17.4 * 60),
      stillFor(-23 * 60, -16.5 * 60),
    ],
    faults: [],
    acts: about(FEVER, [
      { afterS: 1_560, actor: nurse, act: { kind: "acknowledge" } },
      {
        afterS: 1_800,
        actor: nurse,
        act: { kind: "contact", outcome: "reached", note: "伤口无红肿渗液，请拍照。Wound dry, not red; asked for a photograph." },
      },
      {
        afterS: 6_300,
        actor: nurse,
        act: {
          kind: "comment",
          text: "照片已看，未见感染征象，今晚复测体温。Photograph seen, no sign of infection; temperature again tonight.",
        },
      },
      { afterS: 14_400, actor: nurse, act: { kind: "close", disposition: "advice" } },
      { afterS: 14_460, actor: nurse, act: { kind: "feedback", useful: "useful" } },
    ]),
    closer: nurse,
  },
  {
    key: "fever",
    person: "p_demo_12",
    fromMin: -17 * 60,
    toMin: -11.5 * 60,
    episodes: [
      {
        kind: "fever",
        onsetMin: -16.5 * 60,
        peakMin: -16.5 * 60 + 20,
        endMin: -12.5 * 60,
        offsets: { coreTemp: 2.15, symptoms: 3.2, spo2: -0.3 },
      },
      checksAgain(-11.9 * 60),
      stillFor(-17.5 * 60, -11 * 60),
    ],
    faults: [],
    acts: about(FEVER, [
      { afterS: 2_040, actor: nurse, act: { kind: "acknowledge" } },
      {
        afterS: 2_400,
        actor: nurse,
        act: { kind: "contact", outcome: "reached", note: "多饮水，已服退热药。Drinking well, took a tablet." },
      },
      { afterS: 15_000, actor: nurse, act: { kind: "close", disposition: "true_no_action" } },
      { afterS: 15_030, actor: nurse, act: { kind: "feedback", useful: "not_useful" } },
    ]),
    closer: nurse,
  },
  {
    key: "low-oxygen",
    person: "p_demo_11",
    fromMin: -10 * 60,
    toMin: -7 * 60,
    episodes: [
      {
        kind: "low_oxygen",
        onsetMin: -9.5 * 60,
        peakMin: -9.5 * 60 + 4,
        endMin: -9.5 * 60 + 60,
        offsets: { spo2: -6.2, pulse: 12, respRate: 1.5, symptoms: 2 },
        course: [
          [-9.5 * 60, 0],
          [-9.5 * 60 + 4, 1],
          [-9.5 * 60 + 45, 1],
          [-9.5 * 60 + 60, 0],
        ],
      },
      stillFor(-11 * 60, -7 * 60),
    ],
    faults: [],
    acts: [
      { rule: "SPO2-A1", afterS: 260, actor: doctor, act: { kind: "acknowledge" } },
      {
        rule: "SPO2-A1",
        afterS: 420,
        actor: doctor,
        act: { kind: "contact", outcome: "visit_arranged", note: "咳嗽两日，精神可。Coughing for two days, alert." },
      },
      {
        rule: "SPO2-A1",
        afterS: 5_400,
        actor: doctor,
        act: { kind: "close", disposition: "visit", note: "已上门查体并开药。Seen at home, medicine prescribed." },
      },
      { rule: "SPO2-A1", afterS: 5_460, actor: doctor, act: { kind: "feedback", useful: "useful" } },
    ],
    closer: doctor,
  },
  {
    key: "silence",
    person: "p_demo_04",
    fromMin: -14 * 60,
    toMin: -12 * 60,
    episodes: [],
    faults: [{ kind: "dead", device: "ox-demo-04", fromMin: -13.5 * 60, toMin: -13.5 * 60 + 42 }],
    acts: [
      {
        rule: "DEV-1",
        afterS: 840,
        actor: nurse,
        act: { kind: "comment", text: "电话告知：网关断电。By phone: the gateway had no power." },
      },
    ],
    closer: nurse,
  },
  {
    key: "battery",
    person: "p_demo_08",
    fromMin: -6 * 60,
    toMin: -4 * 60,
    episodes: [],
    faults: [
      { kind: "battery", device: "brace-demo-08", atMin: -5.8 * 60, percent: 17 },
      { kind: "battery", device: "brace-demo-08", atMin: -4.3 * 60, percent: 96 },
    ],
    acts: [{ rule: "DEV-4", afterS: 600, actor: nurse, act: { kind: "acknowledge" } }],
    closer: nurse,
  },
];
