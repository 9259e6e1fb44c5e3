/** A past that is told meets no state of the present: alerts that are over, and samples of long ago (semantics 3.4, 6.3). */
import { expect, test } from "vitest";
import { D1, probeOff, sample, START, Ward } from "./ward.ts";

const raisedRules = (ward: Ward): string[] =>
  ward.events.flatMap((event) => (event.kind === "alert" && event.type === "alert.raised" ? [event.alert.rule.id] : []));

/** A finished story, as another engine tells it. */
const finished = (): Ward => {
  const ward = Ward.standard();
  ward.stream("spo2", START, 700, 90);
  const alert = ward.events.flatMap((event) => (event.kind === "alert" ? [event.alert] : [])).at(-1);
  if (alert === undefined) throw new Error("nothing was alerted");
  ward.act(alert, { kind: "close", disposition: "advice" });
  return ward;
};

test("alerts of a past pass on under their own keys, marked, and are nobody's alerts now", () => {
  const past = finished().events.flatMap((event) => (event.kind === "alert" || event.kind === "act-recorded" ? [event] : []));
  const ward = Ward.standard();
  const before = ward.engine.alertsOf("p-one" as never);
  const events = ward.step({ kind: "past", at: ward.now + 1_000, events: past });
  expect(events.map((event) => ("key" in event ? event.key : ""))).toEqual(past.map(({ key }) => key));
  expect(events.filter((event) => event.kind === "alert").every(({ past: isPast }) => isPast === true)).toBe(true);
  expect(ward.engine.alertsOf("p-one" as never)).toEqual(before);
});

test("hours of the past, newest first between live samples, disturb neither clock, contact nor silence", () => {
  const ward = Ward.standard();
  const from = START;
  let told = from;
  for (let second = 0; second < 3_600; second++) {
    const t = from + second * 1_000;
    ward.send([sample("spo2", t, 96, { tags: "context=rest" })], t, D1);
    if (second % 30 !== 0) continue;
    // Half an hour a message, low and off the finger now and then.
    const minutes = Array.from({ length: 30 }, (_, index) => told - (index + 1) * 60_000);
    told = minutes.at(-1) as number;
    ward.send(
      minutes.map((then, index) => (index % 3 === 0 ? probeOff("spo2", then) : sample("spo2", then, 80, { tags: "context=rest" }))),
      t,
      D1,
    );
  }
  // Off the finger now, for less than half an hour.
  const end = from + 3_600_000;
  for (let second = 0; second < 240; second++) ward.send([probeOff("spo2", end + second * 1_000)], end + second * 1_000, D1);
  ward.pass(end + 240_000);
  expect(raisedRules(ward)).toEqual([]);
});
