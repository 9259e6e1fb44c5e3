/** Threshold rules on streams: holds, branches, bands, absorption, clearing, latching (semantics 4 and 5). */
import { describe, expect, test } from "vitest";
import { D1, P1, probeOff, sample, START, Ward } from "./ward.ts";

const MIN = 60;

describe("a low saturation in a stream", () => {
  test("raises one S2 alert with the very sample that completes median and hold, and recovery clears it", () => {
    const ward = Ward.standard();
    let t = ward.stream("spo2", START, 10 * MIN, 97);
    const fall = t;
    t = ward.stream("spo2", t, 40, (at) => 97 - (at - fall) / 5000);
    ward.stream("spo2", t, 6 * MIN, 89);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised"]);
    const alert = ward.newest("SPO2-A1");
    expect(alert).toMatchObject({
      severity: "S2",
      status: "open",
      version: 1,
      threshold: 91,
      unit: "%",
      late: false,
      patient: P1,
      device: D1,
    });
    expect(alert.raisedAt - alert.onsetAt).toBe(5 * 60_000);
    expect(alert.evidence.points.length).toBeLessThanOrEqual(600);
    const rise = ward.now + 1000;
    t = ward.stream("spo2", rise, 30, (at) => Math.min(97, 89 + (at - rise) / 2000));
    ward.stream("spo2", t, 12 * MIN, 97);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised", "SPO2-A1 alert.cleared"]);
    expect(ward.newest("SPO2-A1")).toMatchObject({ status: "cleared", latched: true, version: 2 });
  });

  test("raises at the 42nd sample plus hold when the stream starts low", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 6 * MIN, 89);
    expect(ward.newest("SPO2-A1").onsetAt).toBe(START + 41_000);
    expect(ward.newest("SPO2-A1").raisedAt).toBe(START + 341_000);
  });

  test("rises to S1 when it falls deeper, as the next version, open again", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 7 * MIN, 90);
    ward.act(ward.newest("SPO2-A1"), { kind: "acknowledge" });
    ward.stream("spo2", t, 5 * MIN, 87);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised", "SPO2-A1 alert.acknowledged", "SPO2-A1 alert.raised"]);
    expect(ward.newest("SPO2-A1")).toMatchObject({ severity: "S1", status: "open", version: 3, threshold: 88 });
  });

  test("is S1 when the respiratory rate is high as well", () => {
    const ward = Ward.standard();
    for (let s = 0; s < 12 * MIN; s++) {
      const t = START + s * 1000;
      ward.send(s % 60 === 0 ? [sample("spo2", t, 90), sample("resp_rate", t, 26)] : [sample("spo2", t, 90)]);
    }
    expect(ward.newest("SPO2-A1").severity).toBe("S1");
  });

  test("is absorbed by the worse rule of the family", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 12 * MIN, 93);
    ward.stream("spo2", t, 8 * MIN, 90);
    expect(ward.story("SPO2")).toEqual(["SPO2-A2 alert.raised", "SPO2-A1 alert.raised", "SPO2-A2 alert.closed"]);
    expect(ward.newest("SPO2-A2")).toMatchObject({ disposition: "superseded", supersededBy: ward.newest("SPO2-A1").id });
  });

  test("opens the same alert again when it recurs before a person closed it", () => {
    const ward = Ward.standard();
    let t = ward.stream("spo2", START, 7 * MIN, 90);
    ward.act(ward.newest("SPO2-A1"), { kind: "acknowledge" });
    t = ward.stream("spo2", t, 13 * MIN, 96);
    ward.stream("spo2", t, 8 * MIN, 90);
    expect(ward.story("SPO2")).toEqual([
      "SPO2-A1 alert.raised",
      "SPO2-A1 alert.acknowledged",
      "SPO2-A1 alert.cleared",
      "SPO2-A1 alert.raised",
    ]);
    expect(ward.newest("SPO2-A1")).toMatchObject({ recurrences: 1, version: 4, status: "open", latched: false });
  });

  test("turns stale in silence, stays open, and says so on the live feed alone", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 6 * MIN, 89);
    ward.pass(ward.now + 6 * 60_000);
    expect(ward.newest("SPO2-A1")).toMatchObject({ status: "open", stale: true });
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised", "SPO2-A1 null"]);
  });

  test("reaches a 15-minute hold although the device loses 20 s every 8 min", () => {
    const ward = Ward.standard({ profile: "hypercapnic_target" });
    for (let s = 0; s < 40 * MIN; s++) if (s % 480 < 460) ward.send([sample("spo2", START + s * 1000, 87)]);
    expect(ward.story("SPO2")).toEqual(["SPO2-C3 alert.raised"]);
  });

  test("begins its hold again after more than a minute without data", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 4 * MIN, 90);
    ward.stream("spo2", t + 150_000, 5 * MIN, 90);
    expect(ward.story("SPO2")).toEqual([]);
  });

  test("starts a new hold when a person closes it while it holds", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 6 * MIN, 90);
    ward.act(ward.newest("SPO2-A1"), { kind: "close", disposition: "called" });
    ward.stream("spo2", t, 6 * MIN, 90);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised", "SPO2-A1 alert.closed", "SPO2-A1 alert.raised"]);
    expect(ward.newest("SPO2-A1").version).toBe(1);
  });

  test("does nothing in exercise and ten minutes after it", () => {
    const ward = Ward.standard();
    for (let s = 0; s < 10 * MIN; s++) ward.send([sample("spo2", START + s * 1000, 89, { tags: "context=exercise" })]);
    ward.send([sample("spo2", ward.now + 1000, 89, { tags: "context=rest" })]);
    ward.stream("spo2", ward.now + 1000, 14 * MIN, 89);
    expect(ward.story("SPO2")).toEqual([]);
    ward.stream("spo2", ward.now + 1000, 2 * MIN, 89);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.raised"]);
  });
});

describe("a probe that is off", () => {
  test("never reads as a low value; after 5 min somebody is told that nothing can be measured", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 5 * MIN, 96);
    for (let s = 0; s < 40 * MIN; s++) ward.send([probeOff("spo2", t + s * 1000)]);
    expect(ward.story("SPO2")).toEqual([]);
    expect(ward.story("MEAS")).toEqual(["MEAS-1 alert.raised"]);
    expect(ward.story("DEV-5")).toEqual(["DEV-5 alert.raised"]);
    ward.stream("spo2", ward.now + 1000, 12 * MIN, 96);
    expect(ward.story("MEAS")).toEqual(["MEAS-1 alert.raised", "MEAS-1 alert.cleared"]);
    expect(ward.newest("DEV-5").status).toBe("cleared");
  });

  test("is told at once when the last value was urgent", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 3 * MIN, 89);
    for (let s = 0; s < 30; s++) ward.send([probeOff("spo2", t + s * 1000)]);
    expect(ward.story("MEAS")).toEqual(["MEAS-1 alert.raised"]);
  });
});

describe("old samples", () => {
  test("raise a late alert that a fresh sample makes live with one alert.raised", () => {
    const ward = Ward.standard();
    ward.tick(START + 3_600_000);
    for (let s = 0; s < 3600; s++) ward.send([sample("spo2", START + s * 1000, 89)], START + 3_600_000);
    expect(ward.story("SPO2")).toEqual(["SPO2-A1 alert.late", "SPO2-A1 alert.raised"]);
    expect(ward.newest("SPO2-A1")).toMatchObject({ late: false, version: 2 });
  });

  test("behind the disorder bound decide nothing, and inside it correct the onset", () => {
    const ward = Ward.standard();
    const t = ward.stream("spo2", START, 120, 97);
    ward.send([sample("spo2", START - 61_000, 60)]);
    ward.stream("spo2", t, 120, 97);
    expect(ward.story("SPO2")).toEqual([]);
  });
});

describe("a sample that comes in between", () => {
  test("leaves a raised alert standing and marks its evidence revised when the hold would not have been complete", () => {
    const ward = Ward.standard();
    ward.stream("spo2", START, 341 + 20, 90);
    const raised = ward.newest("SPO2-A1");
    expect(raised.evidence.revised).toBeUndefined();
    const inserted = Array.from({ length: 90 }, (_, index) =>
      sample("spo2", START + 310_000 + Math.floor(index / 3) * 1000 + 250 * (1 + (index % 3)), 92),
    );
    ward.send(inserted, ward.now);
    const revised = ward.newest("SPO2-A1");
    expect(revised).toMatchObject({ id: raised.id, status: "open", evidence: { revised: true } });
    expect(ward.story("SPO2-A1").filter((line) => line.endsWith("raised"))).toHaveLength(1);
  });

  test("at the very beginning does not make a stream pass for single measurements", () => {
    const ward = new Ward();
    ward.enrol();
    ward.device({});
    ward.wear();
    ward.send([sample("spo2", START + 2000, 90)], START + 3000);
    ward.send([sample("spo2", START, 90), sample("spo2", START + 1000, 90)], START + 3000);
    ward.stream("spo2", START + 3000, 120, 90);
    ward.pass(START + 130_000);
    expect(ward.story()).toEqual([]);
  });
});
