/** A stable person on the right profile does not ring: the shipped rules over a day and a night of each of the twelve. */
import { expect, test } from "vitest";
import type { Sample } from "#core/samples/sample.ts";
import type { Activity } from "#simulators/people/body.ts";
import type { Episode } from "#simulators/people/episode.ts";
import { personas } from "#simulators/people/personas.ts";
import { approach } from "#simulators/physiology/approach.ts";
import { acuteHypoxia, hypercapnicDrift, suddenAsthma } from "#simulators/physiology/exacerbation.ts";
import { D1, sample, START, Ward } from "#tests/unit/rules/ward.ts";
import { personFor } from "./live-person.ts";

const CONTEXT: Readonly<Record<Activity, string>> = {
  asleep: "sleep",
  resting: "rest",
  walking: "exercise",
  exercising: "exercise",
  recovering: "recovery",
};
const STRIDE_S = 4;
const FINGER_LAG_S = 15;

/** Clinical rules that fired, with severity, when the person wore sensors without faults of their own. */
const fired = (key: string, hours: number, { seed = 1, varied = false, episodes = [] as readonly Episode[] } = {}): Set<string> => {
  const person = personFor({ key, seed, varied, origin: START, episodes });
  const { profile, conditions, spo2LowerLimit, oxygen } = person.persona;
  const ward = new Ward();
  ward.enrol({ profile, conditions, baseline: person.baseline, ...(spo2LowerLimit === undefined ? {} : { spo2LowerLimit }) });
  ward.device({ spo2: STRIDE_S, pulse_rate: STRIDE_S, resp_rate: 60 });
  ward.wear();
  let finger: number | null = null;
  let breaths = 0;
  let samples: Sample[] = [];
  for (let second = STRIDE_S; second <= hours * 3_600; second += STRIDE_S) {
    const t = START + second * 1_000;
    const body = person.step(t);
    const context = `context=${CONTEXT[body.activity]}`;
    const tags = oxygen === null ? context : `${context};oxygen=${body.oxygenFlow > 0 ? "o2" : "air"}`;
    finger = finger === null ? body.spo2 : approach(finger, body.spo2, STRIDE_S, FINGER_LAG_S);
    breaths += (body.respRate * STRIDE_S) / 60;
    samples.push(sample("spo2", t, Math.round(finger), { tags }), sample("pulse_rate", t, Math.round(body.pulse), { tags: context }));
    for (const deed of body.deeds) {
      if (deed === "take_temperature") samples.push(sample("body_temp", t, Math.round(body.coreTemp * 10) / 10));
      if (deed === "take_blood_pressure") samples.push(sample("systolic_bp", t, Math.round(body.systolic)));
      if (deed === "blow_peak_flow") samples.push(sample("pef", t, 5 * Math.round(body.pef / 5)));
    }
    if (second % 60 !== 0) continue;
    samples.push(sample("resp_rate", t, Math.round(breaths), { tags: context }));
    ward.send(samples, t, D1);
    breaths = 0;
    samples = [];
    while (ward.nextWakeAt <= t) ward.tick(Math.max(ward.nextWakeAt, ward.now));
  }
  return new Set(
    ward.events.flatMap((event) =>
      event.kind === "alert" && event.alert.severity !== "T" ? [`${event.alert.rule.id} ${event.alert.severity}`] : [],
    ),
  );
};

test.each(personas.map(({ key }) => key))("%s rings no clinical alert in a stable day and night", (key) => {
  expect(fired(key, 25)).toEqual(new Set());
});

test("others of their kind rarely do: at most one alert in two dozen days", () => {
  const days = personas.flatMap(({ key }) => [1, 2].map((seed) => fired(key, 25, { seed, varied: true }).size));
  expect(days.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
});

test("the rules do answer the courses they are for", () => {
  expect(fired("copd_gold2", 3, { episodes: acuteHypoxia({ startMin: 30, peakMin: 35, endMin: 120, points: 7.5 }) })).toContain(
    "SPO2-A1 S1",
  );
  expect(fired("asthma", 5, { episodes: suddenAsthma({ startMin: 10, worst: 0.4 }) })).toContain("ASTH-1 S1");
  expect(fired("copd_gold3", 12, { episodes: hypercapnicDrift({ startMin: 10, hours: 10 }) })).toContain("SPO2-C4 S2");
});
