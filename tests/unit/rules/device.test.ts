/** Devices: silence and our own outages, clocks, battery, faults, strangers (semantics 3, domain 2.3 DEV). */
import { describe, expect, test } from "vitest";
import type { DeviceId } from "#core/ids.ts";
import type { Condition } from "#core/people.ts";
import { D1, NURSE, P1, sample, START, Ward } from "./ward.ts";

const MIN = 60_000;
const HOUR = 60 * MIN;

describe("silence", () => {
  test("raises DEV-1 after 5 min, says who is silent, and clears after 2 min of data", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 400, 97);
    const last = ward.now;
    ward.pass(last + 10 * MIN);
    expect(ward.story("DEV")).toEqual(["DEV-1 alert.raised"]);
    expect(ward.newest("DEV-1").raisedAt - last).toBeLessThanOrEqual(5 * MIN + 1);
    ward.stream("spo2", ward.now + 1000, 130, 97);
    expect(ward.story("DEV")).toEqual(["DEV-1 alert.raised", "DEV-1 alert.cleared"]);
    expect(ward.events.flatMap((event) => (event.kind === "device-presence" ? [event.type] : []))).toEqual([
      "device.silent",
      "device.returned",
    ]);
  });

  test("is not the patient's when we were the ones who could not hear", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 400, 97);
    const down = ward.now;
    ward.step({ kind: "receiving", at: down, receiving: false });
    ward.pass(down + HOUR);
    ward.step({ kind: "receiving", at: down + HOUR, receiving: true });
    ward.pass(down + HOUR + 4 * MIN);
    expect(ward.story("DEV")).toEqual([]);
    ward.pass(down + HOUR + 6 * MIN);
    expect(ward.story("DEV")).toEqual(["DEV-1 alert.raised"]);
  });

  test("of a device that never reported counts from its assignment", () => {
    const ward = Ward.standard();
    ward.pass(START + 6 * MIN);
    expect(ward.story("DEV")).toEqual(["DEV-1 alert.raised"]);
  });

  test("is expected while the patient is paused", () => {
    const ward = Ward.standard();
    ward.enrol({ pause: { from: START, to: START + HOUR, reason: "bath" } });
    ward.pass(START + 59 * MIN);
    expect(ward.story("DEV")).toEqual([]);
    ward.pass(START + HOUR + 6 * MIN);
    expect(ward.story("DEV")).toEqual(["DEV-1 alert.raised"]);
  });

  test("that comes again soon after the first is found as soon", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 400, 97);
    ward.pass(ward.now + 7 * MIN);
    ward.stream("spo2", ward.now + 1000, 150, 97);
    const last = ward.now;
    ward.pass(last + 6 * MIN);
    expect(ward.story("DEV")).toEqual(["DEV-1 alert.raised", "DEV-1 alert.cleared", "DEV-1 alert.raised"]);
    expect(ward.newest("DEV-1").raisedAt - last).toBeLessThanOrEqual(5 * MIN + 1);
  });

  test("that goes on after its alert was closed raises another after as long again", () => {
    const ward = Ward.standard();
    ward.pass(START + 6 * MIN);
    const closedAt = ward.now;
    ward.act(ward.newest("DEV-1"), { kind: "close", disposition: "other" });
    ward.pass(closedAt + 4 * MIN);
    expect(ward.story("DEV-1")).toEqual(["DEV-1 alert.raised", "DEV-1 alert.closed"]);
    ward.pass(closedAt + 5 * MIN + 1000);
    expect(ward.story("DEV-1")).toEqual(["DEV-1 alert.raised", "DEV-1 alert.closed", "DEV-1 alert.raised"]);
  });

  test("is measured against the learned interval of a device that states none", () => {
    const ward = new Ward();
    ward.enrol();
    ward.device({});
    ward.wear();
    ward.send(Array.from({ length: 11 }, (_, index) => sample("spo2", START - (10 - index) * 4 * MIN, 97)));
    ward.pass(START + 8 * MIN);
    expect(ward.story("DEV")).toEqual([]);
    ward.pass(START + 8 * MIN + 1000);
    expect(ward.story("DEV")).toEqual(["DEV-1 alert.raised"]);
  });

  test("of a device that sends no metric of any rule is measured against its messages", () => {
    const ward = new Ward();
    ward.enrol();
    ward.device({});
    ward.wear();
    for (let hour = 0; hour < 5; hour++) ward.send([sample("cough_count", START + hour * HOUR, 3)]);
    const last = ward.now;
    const before = ward.events.length;
    ward.pass(last + 3 * HOUR);
    expect(ward.events.slice(before).flatMap((event) => (event.kind === "alert" ? [event.alert.rule.id] : []))).toEqual([]);
  });

  test("is noticed 5 min after the newest sample when a spot device became a stream", () => {
    const ward = new Ward();
    ward.enrol();
    ward.device({});
    ward.wear();
    ward.send([sample("spo2", START - 12 * HOUR, 97), sample("spo2", START - 6 * HOUR, 97), sample("spo2", START, 97)], START);
    ward.stream("spo2", START + MIN, 600, 97);
    const last = ward.now;
    ward.pass(last + 6 * MIN);
    expect(ward.story("DEV-1")).toEqual(["DEV-1 alert.raised"]);
    expect(ward.newest("DEV-1").raisedAt - last).toBeLessThanOrEqual(5 * MIN + 1);
  });

  test("of a device whose clock runs ahead is not hidden by times that have not come yet", () => {
    const ward = Ward.standard();
    for (let second = 0; second < 120; second++) {
      const at = START + second * 1000;
      ward.send([sample("spo2", at + HOUR, 97)], at);
    }
    const last = ward.now;
    ward.pass(last + 6 * MIN);
    expect(ward.story("DEV")).toEqual(["DEV-6 alert.raised", "DEV-1 alert.raised"]);
    expect(ward.newest("DEV-1").onsetAt).toBe(last);
  });

  test("becomes DEV-2 also when the urgent alert comes after it, from another device", () => {
    const other = "oxi-2" as DeviceId;
    const ward = Ward.standard();
    ward.device({ spo2: 1 }, other);
    ward.wear(other);
    ward.stream("spo2", START, 60, 97);
    const silentFrom = ward.now;
    for (let t = START + 60_000; t < START + 90 * MIN; t += 1000) {
      ward.send([sample("spo2", t, t < START + 80 * MIN ? 97 : 89)], t, other);
      if (ward.nextWakeAt <= t) ward.tick(t);
    }
    expect(ward.newest("SPO2-A1").device).toBe(other);
    expect(ward.newest("DEV-2")).toMatchObject({ device: D1, severity: "S3" });
    expect(ward.newest("DEV-2").raisedAt - silentFrom).toBeGreaterThan(80 * MIN);
  });

  test("of a patient with an urgent alert becomes DEV-2, S3 after an hour", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 400, 89);
    ward.pass(ward.now + 65 * MIN);
    expect(ward.newest("DEV-2")).toMatchObject({ severity: "S3", version: 2 });
  });

  describe("in the night", () => {
    /** 21:00 in Shanghai. */
    const EVENING = Date.UTC(2026, 2, 2, 13, 0, 0);
    const silentFrom = (conditions: readonly Condition[], from: number, to: number): Ward => {
      const ward = new Ward();
      ward.pass(from - MIN);
      ward.enrol({ conditions });
      ward.device({ spo2: 1, pulse_rate: 1 });
      ward.wear();
      ward.stream("spo2", from - MIN, 60, 97);
      ward.pass(to);
      return ward;
    };

    test("of a patient who is treated through it becomes DEV-2 half an hour after it began, S3 after an hour", () => {
      const from = EVENING + 2 * HOUR;
      expect(silentFrom(["pap"], from, from + 29 * MIN).story("DEV-2")).toEqual([]);
      expect(silentFrom(["oxygen"], from, from + 31 * MIN).newest("DEV-2")).toMatchObject({ severity: "T", version: 1 });
      expect(silentFrom(["pap"], from, from + 61 * MIN).newest("DEV-2")).toMatchObject({ severity: "S3", version: 2 });
    });

    test("that began in the evening counts from the beginning of the night, to the minute", () => {
      const ward = silentFrom(["pap"], EVENING - 2 * HOUR, EVENING + 3 * HOUR);
      const times = ward.events.flatMap((event) => (event.kind === "alert" && event.alert.rule.id === "DEV-2" ? [event.at] : []));
      expect(times.map((at) => Math.floor((at - EVENING) / MIN))).toEqual([90, 120]);
      expect(ward.newest("DEV-2").summary.en).toContain("night");
    });

    test("of a patient without such a treatment, and by day, stays DEV-1", () => {
      expect(silentFrom(["copd"], EVENING + 2 * HOUR, EVENING + 5 * HOUR).story("DEV-2")).toEqual([]);
      expect(silentFrom(["pap"], EVENING - 9 * HOUR, EVENING).story("DEV-2")).toEqual([]);
    });
  });

  test("of a daily measurement is DEV-3 after a day and S3 after three", () => {
    const ward = Ward.standard({}, { pef: 43_200 });
    ward.send([sample("pef", START, 500)]);
    ward.pass(START + 25 * HOUR);
    expect(ward.newest("DEV-3").severity).toBe("T");
    ward.pass(START + 73 * HOUR);
    expect(ward.newest("DEV-3").severity).toBe("S3");
  });
});

describe("a wrong clock", () => {
  test("is estimated from a live stream: DEV-6, and the alert of the stream is not late", () => {
    const ward = Ward.standard();
    for (let s = 0; s < 420; s++) ward.send([sample("spo2", START - 3 * HOUR + s * 1000, 89)], START + s * 1000);
    expect(ward.story("DEV-6")).toEqual(["DEV-6 alert.raised"]);
    expect(ward.newest("SPO2-A1")).toMatchObject({ late: false });
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised"]);
    for (let s = 420; s < 520; s++) ward.send([sample("spo2", START + s * 1000, 89)], START + s * 1000);
    expect(ward.newest("DEV-6").status).toBe("cleared");
  });

  test("that ran an hour ahead and is set right leaves nobody unwatched for that hour", () => {
    const ward = Ward.standard();
    for (let s = 0; s < 600; s++) ward.send([sample("spo2", START + HOUR + s * 1000, 97)], START + s * 1000);
    for (let s = 600; s < 600 + 7 * 60; s++) ward.send([sample("spo2", START + s * 1000, 89)], START + s * 1000);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised"]);
    expect(ward.newest("SPO2-A1")).toMatchObject({ late: false });
  });

  test("is not read from a backlog that was cut and goes on after a pause", () => {
    const ward = Ward.standard();
    const backlog = (from: number, to: number, arrivedAt: number): void => {
      for (let s = from; s < to; s += 7) ward.send([sample("spo2", START - HOUR + s * 1000, 97)], arrivedAt + s);
    };
    backlog(0, 300, START);
    backlog(300, 600, START + 45_000);
    expect(ward.story("DEV-6")).toEqual([]);
  });

  test("that is set right does not make a fault of a backlog: what is old stays old", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 600, 97);
    for (let s = 0; s < 400; s++) ward.send([sample("spo2", START - HOUR + s * 1000, 85)], t + s);
    ward.stream("spo2", t, 300, 97);
    expect(ward.story("SPO2")).toEqual([]);
  });
});

describe("device conditions", () => {
  test("battery: prompt below 20 %, again below 10 %, over at 30 %", () => {
    const ward = Ward.standard();
    for (const [index, battery] of [19, 15, 9, 8, 25, 31].entries())
      ward.step({ kind: "status", device: D1, arrivedAt: START + index * 1000, battery });
    expect(ward.story("DEV-4")).toEqual(["DEV-4 alert.raised", "DEV-4 alert.raised", "DEV-4 alert.cleared"]);
  });

  test("more than 5 % of samples out of range is a fault", () => {
    const ward = Ward.standard();
    for (let s = 0; s < 60; s++) {
      ward.step({
        kind: "message",
        device: D1,
        topic: "",
        arrivedAt: START + s * 1000,
        hash: 0,
        samples: [sample("spo2", START + s * 1000, 97)],
        quarantined: s % 10 === 0 ? [{ reason: "out_of_range", raw: new Uint8Array() }] : [],
      });
    }
    expect(ward.story("DEV-7")).toEqual(["DEV-7 alert.raised"]);
  });

  test("a pulse that never moves for 10 min is a fault and is trusted less", () => {
    const ward = Ward.standard();
    ward.stream("pulse_rate", START, 16 * 60, 135);
    expect(ward.story("DEV-7")).toEqual(["DEV-7 alert.raised"]);
  });

  test("a stranger raises DEV-8 for the institution, a full journal a system alert", () => {
    const ward = Ward.standard();
    ward.step({ kind: "condition", at: START, condition: "unknown_device", active: true, device: "ghost" as DeviceId });
    expect(ward.newest("DEV-8")).toMatchObject({ patient: null, severity: "T" });
    ward.step({ kind: "condition", at: START, condition: "journal_full", active: true });
    ward.step({ kind: "condition", at: START + 1, condition: "journal_full", active: false });
    expect(ward.story("SYS")).toEqual(["SYS-1 alert.raised", "SYS-1 alert.cleared"]);
  });
});

describe("who wears it", () => {
  test("decides at t: samples before a handover belong to the one before", () => {
    const ward = Ward.standard();
    ward.enrol({ id: "p-two" as typeof P1 });
    ward.wear(D1, "p-two" as typeof P1, START + 10 * MIN);
    ward.stream("spo2", START, 20 * 60, 90);
    expect(ward.engine.alertsOf(P1)).toHaveLength(1);
    expect(ward.engine.alertsOf("p-two" as typeof P1)).toHaveLength(1);
  });

  test("nobody is judged after discharge", () => {
    const ward = Ward.standard();
    ward.enrol({ status: "discharged" });
    ward.stream("spo2", START, 600, 85);
    ward.pass(ward.now + HOUR);
    expect(ward.story()).toEqual([]);
  });

  test("a discharge ends every wait: the engine does not ask for ticks in the past", () => {
    const ward = Ward.standard({}, { spo2: 14_400 });
    ward.send([sample("spo2", START, 90)]);
    ward.enrol({ status: "discharged" });
    ward.tick(START + 30 * MIN);
    ward.tick(START + 31 * MIN);
    expect(ward.nextWakeAt).toBeGreaterThan(ward.now);
    expect(ward.story("SPO2")).toEqual([]);
  });

  test("a patient's own limit moves threshold and clear", () => {
    const ward = Ward.standard();
    ward.step({ kind: "limits", at: START, actor: NURSE, patient: P1, rule: "SPO2-A1", limits: { threshold: 89, reason: "stable" } });
    const t = ward.stream("spo2", START, 12 * 60, 90);
    expect(ward.story("SPO2")).toEqual(["SPO2-A2 alert.raised"]);
    ward.stream("spo2", t, 6 * 60, 89);
    expect(ward.newest("SPO2-A1").threshold).toBe(89);
  });
});
