/** Acts, versions and the ladder (contract section 3, domain 3.6, semantics 6). */
import { describe, expect, test } from "vitest";
import { sample, START, Ward } from "./ward.ts";

const MIN = 60_000;

const low = (value = 90): Ward => {
  const ward = Ward.standard();
  ward.stream("spo2", START, 6 * 60, value);
  return ward;
};
const outcome = (events: ReturnType<Ward["act"]>) => events.find((event) => event.kind === "act-outcome");

describe("the ladder", () => {
  test("of an S2 climbs at 15, 30 and 60 min, reaching T2 at its second step", () => {
    const ward = low();
    const raised = ward.newest("SPO2-A1").raisedAt;
    ward.pass(raised + 61 * MIN);
    const steps = ward.events.flatMap((event) => (event.kind === "alert" && event.type === "alert.escalated" ? [event] : []));
    expect(steps.map(({ at, alert }) => [(at - raised) / MIN, alert.escalation.step])).toEqual([
      [15, 1],
      [30, 2],
      [60, 3],
    ]);
    expect(ward.events.filter((event) => event.kind === "tier-reached")).toHaveLength(1);
    ward.act(ward.newest("SPO2-A1"), { kind: "close", disposition: "called" });
    expect(ward.events.filter((event) => event.kind === "tier-left")).toHaveLength(1);
  });

  test("stops when somebody acknowledges; an S1 without contact opens it again after 10 min", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 4 * 60, 86);
    const alert = ward.newest("SPO2-A1");
    expect(alert).toMatchObject({ severity: "S1", escalation: { step: 0, nextAt: alert.raisedAt + 2 * MIN } });
    ward.act(alert, { kind: "acknowledge" });
    ward.pass(ward.now + 9 * MIN);
    expect(ward.story("SPO2")).not.toContain("SPO2-A1 alert.escalated");
    ward.pass(ward.now + 2 * MIN);
    expect(ward.newest("SPO2-A1").escalation.step).toBe(1);
    ward.act(ward.newest("SPO2-A1"), { kind: "contact", outcome: "reached" });
    const before = ward.story("SPO2").length;
    ward.pass(ward.now + 60 * MIN);
    expect(ward.story("SPO2").length).toBe(before);
  });

  test("of a late alert does not exist, nor after it was acknowledged while late", () => {
    const ward = Ward.standard();
    for (let s = 0; s < 600; s++) ward.send([sample("spo2", START + s * 1000, 89)], START + 3_600_000);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.late"]);
    ward.act(ward.newest("SPO2-A1"), { kind: "acknowledge" });
    for (let s = 600; s < 3600; s++) ward.send([sample("spo2", START + s * 1000, 89)], START + 3_600_000);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.late", "SPO2-A1 alert.acknowledged", "SPO2-A1 null"]);
    expect(ward.newest("SPO2-A1")).toMatchObject({ late: false, escalation: { nextAt: null } });
  });
});

describe("acts", () => {
  test("on a version whose face changed are answered with the alert as it is", () => {
    const ward = low();
    const seen = ward.newest("SPO2-A1");
    ward.act(seen, { kind: "acknowledge" });
    expect(outcome(ward.act(seen, { kind: "close", disposition: "called" }))).toMatchObject({ outcome: "changed", alert: { version: 2 } });
    expect(outcome(ward.act(seen, { kind: "comment", text: "x" }, 99))).toMatchObject({ outcome: "changed" });
    expect(outcome(ward.act(ward.newest("SPO2-A1"), { kind: "comment", text: "x" }))).toMatchObject({ outcome: "done" });
  });

  test("on a version after which only the ladder moved are done", () => {
    const ward = low();
    const seen = ward.newest("SPO2-A1");
    ward.pass(ward.now + 20 * MIN);
    expect(outcome(ward.act(seen, { kind: "acknowledge" }))).toMatchObject({ outcome: "done" });
  });

  test("cannot snooze an S1, nor an S2 for longer than an hour; a snooze ends by itself", () => {
    expect(outcome(low(86).act(low(86).newest("SPO2-A1"), { kind: "snooze", untilAt: START + 60 * MIN, reason: "x" }))).toMatchObject({
      outcome: "refused",
      code: "snooze_refused_s1",
    });
    const ward = low();
    const alert = ward.newest("SPO2-A1");
    expect(outcome(ward.act(alert, { kind: "snooze", untilAt: ward.now + 61 * MIN, reason: "x" }))).toMatchObject({ outcome: "refused" });
    ward.act(alert, { kind: "snooze", untilAt: ward.now + 30 * MIN, reason: "x" });
    expect(ward.newest("SPO2-A1").status).toBe("snoozed");
    ward.pass(ward.now + 31 * MIN);
    expect(ward.newest("SPO2-A1").status).toBe("open");
  });

  test("snooze is broken when it gets worse", () => {
    const ward = low();
    ward.act(ward.newest("SPO2-A1"), { kind: "snooze", untilAt: ward.now + 50 * MIN, reason: "x" });
    ward.stream("spo2", ward.now + 1000, 5 * 60, 87);
    expect(ward.newest("SPO2-A1")).toMatchObject({ status: "open", severity: "S1", snoozedUntilAt: null });
  });
});

test("an emergency that comes again less bad keeps its severity and its tier", () => {
  const ward = Ward.standard();
  let t = ward.stream("pulse_rate", START, 5 * 60, (at) => 155 + ((at / 1000) % 2));
  expect(ward.newest("HR-1")).toMatchObject({ severity: "S1", tier: "E" });
  const fall = t;
  t = ward.stream("pulse_rate", t, 60, (at) => Math.max(80, 155 - (at - fall) / 500));
  t = ward.stream("pulse_rate", t, 12 * 60, (at) => 80 + ((at / 1000) % 2));
  expect(ward.newest("HR-1").status).toBe("cleared");
  const rise = t;
  t = ward.stream("pulse_rate", t, 60, (at) => Math.min(135, 80 + (at - rise) / 500));
  ward.stream("pulse_rate", t, 7 * 60, (at) => 135 + ((at / 1000) % 2));
  expect(ward.newest("HR-1")).toMatchObject({ status: "open", recurrences: 1, severity: "S1", tier: "E", threshold: 131 });
});
