import { describe, expect, test } from "vitest";
import { risesOf } from "../../../dashboards/web/src/data/counter-rises.ts";
import { foldDays } from "../../../dashboards/web/src/data/day-strip.ts";
import { limitLinesOf, loosenedOf } from "../../../dashboards/web/src/data/limit-lines.ts";
import { axisOf, axisTicks } from "../../../dashboards/web/src/data/metric-view.ts";
import { news2Of } from "../../../dashboards/web/src/data/news2-view.ts";
import { ownRangeOf } from "../../../dashboards/web/src/data/own-range.ts";
import { planPanes } from "../../../dashboards/web/src/data/pane-plan.ts";
import { clusterBy, courseOf, patientEventsOf } from "../../../dashboards/web/src/data/patient-events.ts";
import { ageOf, sexOf } from "../../../dashboards/web/src/data/person.ts";
import type { Streams } from "../../../dashboards/web/src/data/reading-state.ts";
import { sporadicMetrics } from "../../../dashboards/web/src/data/sporadic.ts";
import type { AlertStory, PatientRule, Series } from "../../../dashboards/web/src/data/wire.ts";
import { MINUTE, NOW, aPatient, anAlert } from "./dashboard-fixtures.ts";

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const points = (count: number, everyMs: number, value: (index: number) => number): Series["points"] =>
  Array.from({ length: count }, (_each, index) => ({
    t: NOW - (count - index) * everyMs,
    min: value(index),
    max: value(index),
    mean: value(index),
    last: value(index),
    n: 1,
  }));
const series = (metric: string, list: Series["points"]): Series => ({ metric, unit: null, points: list, gaps: [], resolutionMs: 0 });

describe("panes", () => {
  test("streams come first, then therapy, then what is measured now and then; percent of best and events have no pane", () => {
    const metrics = ["body_temp", "pef", "pef_pct_best", "inhaler_rescue", "oxygen_flow", "resp_rate", "spo2", "news2", "pulse_rate"];
    expect(planPanes(metrics).map(({ metric }) => metric)).toEqual(["spo2", "pulse_rate", "resp_rate", "oxygen_flow", "pef", "body_temp"]);
  });

  test("both pressures of one measurement share a pane; the lower alone has its own", () => {
    expect(planPanes(["diastolic_bp", "systolic_bp"])).toMatchObject([{ metric: "systolic_bp", with: "diastolic_bp" }]);
    expect(planPanes(["diastolic_bp"])).toMatchObject([{ metric: "diastolic_bp", with: null }]);
  });

  test("a condition asks for its own order; what an open alert judges stands above it", () => {
    const metrics = ["spo2", "pulse_rate", "knee_flexion_max", "pain_nrs", "body_temp", "perfusion_index"];
    const facts = { conditions: ["tka"], alarming: [], sporadic: [] };
    const order = (alarming: readonly string[]) => planPanes(metrics, { ...facts, alarming }).map(({ metric }) => metric);
    expect(order([])).toEqual(["knee_flexion_max", "pain_nrs", "body_temp", "pulse_rate", "spo2", "perfusion_index"]);
    expect(order(["spo2"])[0]).toBe("spo2");
  });

  test("what comes only with a walk is dots, a vital sign measured for some hours stays a curve", () => {
    const sporadic = ["cadence", "resp_rate"];
    const plans = planPanes(["cadence", "resp_rate", "spo2"], { conditions: [], alarming: [], sporadic });
    expect(plans.map(({ metric, draw }) => [metric, draw])).toEqual([
      ["spo2", "line"],
      ["resp_rate", "line"],
      ["cadence", "dots"],
    ]);
  });

  test("only a device that says what it sends on time makes the rest sporadic", () => {
    const from = (device: string) => ({ patient: "p1", device, t: NOW, value: 90, quality: "good" as const });
    const streams = {
      cadence: { newest: { metric: "cadence", ...from("gait") }, good: null },
      step_count: { newest: { metric: "step_count", ...from("gait") }, good: null },
      spo2: { newest: { metric: "spo2", ...from("mute") }, good: null },
      gait_speed: { newest: { metric: "gait_speed", ...from("gait") }, good: null },
    } as unknown as Streams;
    const devices: Parameters<typeof sporadicMetrics>[1] = [
      { id: "gait", metrics: { step_count: { everyS: 60 } } },
      { id: "mute", metrics: {} },
    ];
    expect(sporadicMetrics(streams, devices)).toEqual(["cadence"]);
  });

  test("an axis is fixed, widens in whole steps and says so", () => {
    expect(axisOf("spo2", 88, 97)).toEqual({ min: 75, max: 100, widened: false });
    expect(axisOf("spo2", 71, 97)).toEqual({ min: 50, max: 100, widened: true });
    expect(axisOf("pulse_rate", 60, 160)).toEqual({ min: 50, max: 175, widened: true });
  });

  test("peak flow reaches to 1.1 times the best", () => {
    expect(axisOf("pef", 100, 180, 190)).toMatchObject({ min: 0, max: 210, widened: false });
  });

  test("an axis without data is still one", () => {
    const empty = axisOf("knee_flexion_max", Infinity, -Infinity);
    expect(empty).toEqual({ min: 0, max: 140, widened: false });
    expect(axisTicks(empty, 4).every((tick) => tick > 0 && tick < 140)).toBe(true);
  });
});

describe("a person's own range", () => {
  test("needs ten days with data", () => {
    expect(ownRangeOf("spo2", { points: points(8 * 24, HOUR, () => 91) })).toBeNull();
    expect(ownRangeOf("spo2", { points: points(12 * 24, HOUR, () => 91) })).toMatchObject({ low: 89, high: 93 });
  });

  test("is not moved by a bad night", () => {
    const calm = ownRangeOf("spo2", { points: points(14 * 24, HOUR, (index) => 91 + (index % 3) - 1) });
    const night = ownRangeOf("spo2", { points: points(14 * 24, HOUR, (index) => (index > 14 * 24 - 8 ? 80 : 91 + (index % 3) - 1)) });
    expect(Math.abs((calm?.low ?? 0) - (night?.low ?? 0))).toBeLessThan(1);
  });
});

describe("fourteen days", () => {
  const at = { dayOf: (t: number) => String(Math.floor(t / DAY)), hourOf: (t: number) => Math.floor((t % DAY) / HOUR) };
  const days = [String(Math.floor(NOW / DAY) - 1), String(Math.floor(NOW / DAY))];

  test("a day without data stays empty", () => {
    const today = { t: Math.floor(NOW / DAY) * DAY + 8 * HOUR, min: 90, max: 92, mean: 91, last: 91, n: 4 };
    expect(foldDays({ points: [today] }, "mean", days, at)).toEqual([null, { day: days[1], low: 90, middle: 91, high: 92 }]);
  });

  test("puffs are summed by how many each point holds; nights end at six", () => {
    const start = Math.floor(NOW / DAY) * DAY;
    const list = [3, 9].map((hour) => ({ t: start + hour * HOUR, min: 1, max: 2, mean: 1.5, last: 2, n: 2 }));
    expect(foldDays({ points: list }, "sum", days, at)[1]).toMatchObject({ middle: 6 });
    expect(foldDays({ points: list }, "night", days, at)[1]).toMatchObject({ low: 1, high: 2 });
    expect(foldDays({ points: list.slice(1) }, "night", days, at)[1]).toBeNull();
  });
});

describe("a counter", () => {
  test("is told by what it rose in each stretch, also when it began again", () => {
    const start = Math.floor(NOW / DAY) * DAY;
    const at = (minute: number, last: number) => ({ t: start + minute * MINUTE, min: last, max: last, mean: last, last, n: 1 });
    const read = series("step_count", [at(5, 100), at(10, 130), at(70, 130), at(75, 12), at(80, 20)]);
    expect(risesOf(read, HOUR).points.map(({ t, last }) => [(t - start) / MINUTE, last])).toEqual([
      [30, 30],
      [90, 20],
    ]);
  });

  test("after a long silence tells nothing of when it rose", () => {
    const [first, later] = points(2, DAY / 2, (index) => 100 + index * 900);
    expect(
      risesOf(
        series(
          "step_count",
          [first, later].filter((point) => point !== undefined),
        ),
        HOUR,
      ).points,
    ).toEqual([]);
  });
});

const aRule = (over: Partial<PatientRule> & { readonly id: string }): PatientRule => ({
  version: 1,
  family: "RR",
  kind: "threshold",
  enabled: true,
  metric: "resp_rate",
  severity: "S2",
  tier: "T2",
  threshold: 25,
  clear: 22,
  profile: null,
  conditions: [],
  parameters: {},
  summary: { en: "", zh: "" },
  action: { en: "", zh: "" },
  source: "",
  approvedBy: null,
  approvedAt: null,
  patient: "p1",
  limits: null,
  bounds: null,
  loosened: false,
  ...over,
});

describe("limits", () => {
  const rules = [
    aRule({ id: "RR-1" }),
    aRule({ id: "RR-2", threshold: 23, limits: { threshold: 23, reason: "own", since: NOW - HOUR }, loosened: true }),
  ];
  const evidence = { metric: "resp_rate", from: NOW, to: NOW, points: [] };

  test("of an alert hold from its onset until it ended", () => {
    const open = anAlert({ id: "a", rule: { id: "RR-1", version: 1 }, threshold: 25, evidence });
    const over = anAlert({ id: "b", rule: { id: "RR-1", version: 1 }, threshold: 25, evidence, status: "closed", updatedAt: NOW });
    expect(limitLinesOf("resp_rate", [open, over], [], undefined)).toMatchObject([
      { key: "a", from: open.onsetAt, to: null },
      { key: "b", to: NOW },
    ]);
  });

  test("of the patient hold since they were set, and a loosened one stays named", () => {
    expect(limitLinesOf("resp_rate", [], rules, undefined)).toEqual([
      { key: "RR-2", value: 23, from: NOW - HOUR, to: null, side: "high", severity: "S2", own: true, loosened: true },
    ]);
    expect(loosenedOf(rules).map(({ id }) => id)).toEqual(["RR-2"]);
  });

  test("in percent of the best stand on the peak-flow axis in litres a minute", () => {
    const zone = anAlert({ id: "z", unit: "%", value: 60, threshold: 79, evidence: { ...evidence, metric: "pef" } });
    expect(limitLinesOf("pef", [zone], [], 200)[0]?.value).toBeCloseTo(158);
  });
});

const aStory = (over: Partial<AlertStory> & { readonly id: string }): AlertStory => ({
  ...anAlert({ id: over.id }),
  acts: [],
  history: [],
  ...over,
});

describe("events and course", () => {
  test("puffs, sessions, acts and devices stand in order of time; a session begins before it is reported", () => {
    const story = aStory({
      id: "a",
      acts: [{ at: NOW - MINUTE, by: "u1", name: "Nurse 01", institution: "i1", roles: [], act: { kind: "contact" } }],
    });
    const patient = aPatient({
      id: "p1",
      devices: [{ id: "ox", kind: "oximeter", site: "s1", online: true, seenAt: NOW, battery: 80, from: NOW - DAY, to: null }],
    });
    const found = new Map([
      [
        "session_duration",
        series(
          "session_duration",
          points(1, 10 * MINUTE, () => 20),
        ),
      ],
      [
        "inhaler_rescue",
        series(
          "inhaler_rescue",
          points(1, 5 * MINUTE, () => 2),
        ),
      ],
    ]);
    expect(patientEventsOf(patient, found, [story]).map(({ kind, count }) => [kind, count])).toEqual([
      ["device", null],
      ["session", 20],
      ["reliever", 2],
      ["act", null],
    ]);
  });

  test("the course tells an acknowledgement once, by who did it", () => {
    const version = {
      version: 2,
      status: "acknowledged" as const,
      severity: "S2" as const,
      late: false,
      stale: false,
      recurrences: 0,
      value: 90,
    };
    const story = aStory({
      id: "a",
      history: [
        { ...version, at: NOW - 2 * MINUTE, version: 1, status: "open", type: "alert.raised" },
        { ...version, at: NOW - MINUTE, type: "alert.acknowledged" },
      ],
      acts: [{ at: NOW - MINUTE, by: "u1", name: "Nurse 01", institution: "i1", roles: [], act: { kind: "acknowledge" } }],
    });
    expect(courseOf([story]).map(({ line }) => (line.kind === "act" ? line.name : line.type))).toEqual(["Nurse 01", "alert.raised"]);
  });

  test("what would overlap is put into one", () => {
    expect(clusterBy([30, 0, 5, 31, 90], (place) => place, 18)).toEqual([[0, 5], [30, 31], [90]]);
  });
});

describe("the early-warning score", () => {
  const stream = (value: number, t: number): Streams[string] => {
    const newest = { patient: "p1", metric: "x", t, value, quality: "good" as const };
    return { newest, good: newest };
  };
  const vitals = { resp_rate: stream(20, NOW), spo2: stream(90, NOW), pulse_rate: stream(90, NOW) };

  test("is shown as the server gives it, a partial one with what is missing", () => {
    expect(news2Of({ ...vitals, news2_partial: stream(6, NOW) }, NOW)).toEqual({
      kind: "partial",
      score: "6",
      t: NOW,
      missing: ["systolic_bp", "consciousness_acvpu", "body_temp"],
    });
    expect(news2Of({ ...vitals, news2: stream(7, NOW), news2_partial: stream(6, NOW - HOUR) }, NOW)).toMatchObject({
      kind: "full",
      missing: [],
    });
  });

  test("is never made up", () => {
    expect(news2Of(vitals, NOW)).toMatchObject({ kind: "none", score: null });
  });
});

describe("who it is", () => {
  test("age in whole years, unknown without a birth date", () => {
    const born = (birthDate: string) => aPatient({ id: "p1", identity: { birthDate } });
    expect(ageOf(born("1952-03-11"), Date.UTC(2026, 2, 10))).toBe(73);
    expect(ageOf(born("1952-03-11"), Date.UTC(2026, 2, 11))).toBe(74);
    expect(ageOf(aPatient({ id: "p1" }), NOW)).toBeNull();
  });

  test("sex only where an identity number says it", () => {
    expect(sexOf(aPatient({ id: "p1", identity: { nationalId: "11010119520311001X" } }))).toBe("male");
    expect(sexOf(aPatient({ id: "p1", identity: { nationalId: "110101195203110028" } }))).toBe("female");
    expect(sexOf(aPatient({ id: "p1", identity: { nationalId: "P1234567" } }))).toBeNull();
  });
});
