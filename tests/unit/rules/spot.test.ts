/** Single measurements: repeats, confirmation, absence of a repeat, zones of the peak flow (semantics 5.9, 5.10). */
import { describe, expect, test } from "vitest";
import { sample, START, Ward } from "./ward.ts";

const MIN = 60_000;
const HOUR = 60 * MIN;

const spot = (config = {}): Ward => Ward.standard(config, { spo2: 14_400, body_temp: 43_200, systolic_bp: 43_200, pef: 43_200 });

describe("a low single saturation", () => {
  test("is S2 when the repeat confirms it, and clears with a safe value", () => {
    const ward = spot();
    ward.send([sample("spo2", START, 90)]);
    expect(ward.story("SPO2")).toEqual([]);
    ward.send([sample("spo2", START + 5 * MIN, 91)]);
    expect(ward.story("SPO2")).toEqual(["SPO2-S1 alert.raised"]);
    expect(ward.newest("SPO2-S1")).toMatchObject({ severity: "S2", onsetAt: START, value: 91, threshold: 91 });
    ward.send([sample("spo2", START + 4 * HOUR, 95)]);
    expect(ward.newest("SPO2-S1")).toMatchObject({ status: "cleared", latched: true });
  });

  test("is dismissed by a good repeat", () => {
    const ward = spot();
    ward.send([sample("spo2", START, 90)]);
    ward.send([sample("spo2", START + 5 * MIN, 96)]);
    ward.pass(START + HOUR);
    expect(ward.story("SPO2")).toEqual([]);
  });

  test("is S2 when nobody repeats it within 15 min", () => {
    const ward = spot();
    ward.send([sample("spo2", START, 90)]);
    ward.pass(START + 16 * MIN);
    expect(ward.story("SPO2")).toEqual(["SPO2-S1 alert.raised"]);
    expect(ward.newest("SPO2-S1").raisedAt).toBe(START + 15 * MIN);
  });

  test("is S2 at once at 85 or below", () => {
    const ward = spot();
    ward.send([sample("spo2", START, 85)]);
    expect(ward.story("SPO2")).toEqual(["SPO2-S1 alert.raised"]);
    expect(ward.newest("SPO2-S1")).toMatchObject({ severity: "S2", threshold: 85 });
  });

  test("follows the target of 88–92", () => {
    const ward = spot({ profile: "hypercapnic_target" });
    ward.send([sample("spo2", START, 88)]);
    ward.pass(START + HOUR);
    expect(ward.story("SPO2")).toEqual([]);
  });
});

describe("peak flow", () => {
  test("is red and S1 with a second set within 10 min, S2 without one", () => {
    const confirmed = spot({ baseline: { pef: 500 } });
    confirmed.send([sample("pef", START, 240)]);
    confirmed.send([sample("pef", START + 6 * MIN, 235)]);
    expect(confirmed.newest("ASTH-1")).toMatchObject({ severity: "S1", unit: "%", value: 47, threshold: 50 });
    const alone = spot({ baseline: { pef_predicted: 500 } });
    alone.send([sample("pef", START, 240)]);
    alone.pass(START + 11 * MIN);
    expect(alone.newest("ASTH-1").severity).toBe("S2");
    alone.send([sample("pef", START + 30 * MIN, 230)]);
    expect(alone.newest("ASTH-1")).toMatchObject({ severity: "S1", recurrences: 0 });
  });

  test("is yellow with two sets, S2 below 60 %, and red absorbs it", () => {
    const ward = spot({ baseline: { pef: 500 } });
    ward.send([sample("pef", START, 390)]);
    ward.send([sample("pef", START + 12 * HOUR, 380)]);
    expect(ward.newest("ASTH-2")).toMatchObject({ severity: "S3", threshold: 79 });
    ward.send([sample("pef", START + 24 * HOUR, 290)]);
    expect(ward.newest("ASTH-2")).toMatchObject({ severity: "S2", threshold: 60 });
    ward.send([sample("pef", START + 36 * HOUR, 200)]);
    ward.send([sample("pef", START + 36 * HOUR + MIN, 210)]);
    expect(ward.newest("ASTH-2")).toMatchObject({ disposition: "superseded" });
  });

  test("has no rule without a reference, and the patient is told so", () => {
    const ward = spot({ conditions: ["asthma"] });
    ward.send([sample("pef", START, 100)]);
    ward.pass(START + HOUR);
    expect(ward.story("ASTH")).toEqual([]);
    expect(ward.events.some((event) => event.kind === "rule-note" && event.rule === "ASTH-1" && event.note === "no_baseline")).toBe(true);
  });
});

describe("temperature and pressure", () => {
  test("a fever is confirmed within 15 min and clears below 38.5", () => {
    const ward = spot();
    ward.send([sample("body_temp", START, 39.3)]);
    ward.send([sample("body_temp", START + 10 * MIN, 39.2)]);
    expect(ward.newest("TEMP-1")).toMatchObject({ severity: "S2", threshold: 39.1 });
    ward.send([sample("body_temp", START + 2 * HOUR, 38.5)]);
    expect(ward.newest("TEMP-1").status).toBe("open");
    ward.send([sample("body_temp", START + 4 * HOUR, 38.4)]);
    expect(ward.newest("TEMP-1").status).toBe("cleared");
  });

  test("a body too cold is S2 at once and names the limit it fell to", () => {
    const ward = spot();
    ward.send([sample("body_temp", START, 35)]);
    expect(ward.newest("TEMP-1")).toMatchObject({ severity: "S2", threshold: 35, value: 35 });
  });

  test("a pressure repeated too soon proves nothing; after 5 min it does", () => {
    const ward = spot();
    ward.send([sample("systolic_bp", START, 88)]);
    ward.send([sample("systolic_bp", START + MIN, 120)]);
    ward.send([sample("systolic_bp", START + 6 * MIN, 86)]);
    expect(ward.story("BP")).toEqual(["BP-1 alert.raised"]);
    ward.send([sample("systolic_bp", START + 30 * MIN, 78)]);
    expect(ward.newest("BP-1")).toMatchObject({ severity: "S1", threshold: 80 });
  });
});
