/** What is said about a value: silence never looks like health, and the cause is named, not the symptom. */
import { describe, expect, test } from "vitest";
import { patienceOf, tileStateOf, valueStateOf, type Stream, type TileFacts } from "../../../dashboards/web/src/data/reading-state.ts";
import type { Reading } from "../../../dashboards/web/src/data/wire.ts";
import { MINUTE, NOW, aPatient, anAlert } from "./dashboard-fixtures.ts";

const stream = (over: Partial<Reading> = {}): Stream => {
  const newest: Reading = { patient: "p1", metric: "spo2", t: NOW - 1_000, value: 95, quality: "good", ...over };
  return { newest, good: newest };
};
const device = (online: boolean | null) => ({
  id: "d1",
  kind: "oximeter",
  site: "s",
  online,
  seenAt: null,
  battery: null,
  from: 0,
  to: null,
});
const state = (over: Partial<TileFacts>): string =>
  tileStateOf({
    patient: aPatient({ id: "p1", devices: [device(true)] }),
    streams: { spo2: stream() },
    alerts: [],
    everyS: () => 1,
    now: NOW,
    ...over,
  });

describe("one value", () => {
  const patience = patienceOf("spo2", 1);
  test("is live while it is fresh and good", () => expect(valueStateOf(stream(), NOW, patience)).toBe("live"));
  test("says a poor signal", () => expect(valueStateOf(stream({ quality: "degraded" }), NOW, patience)).toBe("degraded"));
  test("turns stale after two intervals, at the earliest after half a minute", () => {
    expect(valueStateOf(stream({ t: NOW - 30_000 }), NOW, patience)).toBe("live");
    expect(valueStateOf(stream({ t: NOW - 30_001 }), NOW, patience)).toBe("stale");
    expect(valueStateOf(stream({ t: NOW - 119_000 }), NOW, patienceOf("spo2", 60))).toBe("live");
  });
  test("is never shown as a number when the sensor was off or the signal unusable", () => {
    expect(valueStateOf(stream({ value: null, quality: "bad" }), NOW, patience)).toBe("off_body");
    expect(valueStateOf(stream({ quality: "bad" }), NOW, patience)).toBe("unusable");
    expect(valueStateOf(undefined, NOW, patience)).toBe("missing");
  });
  test("that is taken now and then never turns stale", () =>
    expect(valueStateOf(stream({ metric: "body_temp", t: NOW - 5 * 86_400_000 }), NOW, patienceOf("body_temp"))).toBe("live"));
});

describe("one patient", () => {
  test("who sends good values is live", () => expect(state({})).toBe("live"));
  test("whose device said nothing about itself and sends is live all the same", () =>
    expect(state({ patient: aPatient({ id: "p1", devices: [device(null)] }) })).toBe("live"));
  test("whose device is gone is silent, not stale", () =>
    expect(state({ patient: aPatient({ id: "p1", devices: [device(false)] }), streams: { spo2: stream({ t: NOW - 20 * MINUTE }) } })).toBe(
      "silent",
    ));
  test("with an open silence alert is silent, whatever the last value", () =>
    expect(state({ alerts: [anAlert({ id: "a", severity: "T", rule: { id: "DEV-1", version: 1 } })] })).toBe("silent"));
  test("another device's silence does not hide the value that leads", () => {
    const silence = anAlert({ id: "a", severity: "T", device: "gait", rule: { id: "DEV-1", version: 1 } });
    const facts = { alerts: [silence], leading: "spo2" };
    expect(state({ ...facts, streams: { spo2: stream({ device: "ox" }) } })).toBe("live");
    expect(state({ ...facts, streams: { spo2: stream({ device: "gait" }) } })).toBe("silent");
  });
  test("who wears nothing is off body before anything is called stale", () =>
    expect(
      state({
        streams: { spo2: stream({ value: null, quality: "bad" }), pulse_rate: stream({ metric: "pulse_rate", t: NOW - 20 * MINUTE }) },
      }),
    ).toBe("off_body"));
  test("who never sent anything has never started", () =>
    expect(state({ streams: {}, patient: aPatient({ id: "p1", devices: [device(null)] }) })).toBe("never_started"));
  test("who paused is paused until the end, and not a moment longer", () => {
    const pause = { from: NOW - MINUTE, untilAt: NOW + MINUTE, reason: "bath" };
    const patient = aPatient({ id: "p1", devices: [device(true)], pause });
    expect(state({ patient })).toBe("paused");
    expect(state({ patient, now: NOW + MINUTE, streams: { spo2: stream({ t: NOW + MINUTE }) } })).toBe("live");
  });
  test("whose values stand still is frozen while that alert holds", () =>
    expect(state({ alerts: [anAlert({ id: "a", severity: "T", rule: { id: "DEV-7", version: 1 } })] })).toBe("frozen"));
  test("whose battery speaks while the sensor is quiet is still stale", () =>
    expect(state({ streams: { spo2: stream({ t: NOW - 3 * MINUTE }), battery_level: stream({ metric: "battery_level" }) } })).toBe(
      "stale",
    ));
});
