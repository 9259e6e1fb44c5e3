/** The queues: episodes of one patient, filters, the ladder as it was climbed, and what a rule asked. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_ALERT_FILTER, isShown, passes } from "../../../dashboards/web/src/data/alert-filter.ts";
import { byCause, episodesOf } from "../../../dashboards/web/src/data/episodes.ts";
import { ladderSteps } from "../../../dashboards/web/src/data/ladder-steps.ts";
import { asksOf } from "../../../dashboards/web/src/data/rule-branch.ts";
import type { AlertStory } from "../../../dashboards/web/src/data/wire.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";
import { MINUTE, NOW, anAlert } from "./dashboard-fixtures.ts";

describe("episodes", () => {
  test("alerts of one patient within 15 minutes are one row under the worst, others stay apart", () => {
    const worst = anAlert({ id: "s1", severity: "S1", raisedAt: NOW });
    const early = anAlert({ id: "s2", raisedAt: NOW - 14 * MINUTE });
    const older = anAlert({ id: "old", raisedAt: NOW - 60 * MINUTE });
    const other = anAlert({ id: "other", patient: "p2", raisedAt: NOW });
    const rows = episodesOf([worst, early, older, other]);
    expect(rows.map(({ head, rest }) => [head.id, ...rest.map(({ id }) => id)])).toEqual([["s1", "s2"], ["old"], ["other"]]);
  });

  test("what concerns no patient belongs to its device, and to itself without one", () => {
    const of = (id: string, device: string | null) => anAlert({ id, patient: null, device, severity: "T", raisedAt: NOW });
    const rows = episodesOf([of("a", "d1"), of("b", "d1"), of("c", "d2"), of("d", null), of("e", null)]);
    expect(rows.map(({ head, rest }) => [head.id, rest.length])).toEqual([
      ["a", 1],
      ["c", 0],
      ["d", 0],
      ["e", 0],
    ]);
  });

  test("every alert stands in exactly one row, rows keep the order they came in, and no row spans more than 15 minutes", () => {
    const one = fc.record({ patient: fc.constantFrom("p1", "p2", "p3"), ago: fc.integer({ min: 0, max: 120 }) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (list) => {
        const alerts = list.map(({ patient, ago }, index) => anAlert({ id: `a${index}`, patient, raisedAt: NOW - ago * MINUTE }));
        const rows = episodesOf(alerts);
        const shown = rows.flatMap(({ head, rest }) => [head, ...rest]);
        expect(shown.map(({ id }) => id).toSorted()).toEqual(alerts.map(({ id }) => id).toSorted());
        const heads = rows.map(({ head }) => alerts.indexOf(head));
        expect(heads).toEqual(heads.toSorted((left, right) => left - right));
        for (const { head, rest } of rows) {
          const times = [head, ...rest].map(({ raisedAt }) => raisedAt);
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(15 * MINUTE);
          expect(rest.every(({ patient }) => patient === head.patient)).toBe(true);
        }
      }),
    );
  });

  test("in a storm every row stands under its cause, the worst row's cause first, and none is left out", () => {
    const rows = episodesOf(
      ["A", "B", "A", "C", "B"].map((id, index) => anAlert({ id: `a${index}`, patient: `p${index}`, rule: { id, version: 1 } })),
    );
    const causes = byCause(rows);
    expect(causes.map(([rule, theirs]) => [rule, theirs.length])).toEqual([
      ["A", 2],
      ["B", 2],
      ["C", 1],
    ]);
  });
});

describe("what the queues show", () => {
  const open = anAlert({ id: "open" });
  const mine = anAlert({ id: "mine", status: "acknowledged", acknowledgedBy: "me" });
  const theirs = anAlert({ id: "theirs", status: "acknowledged", acknowledgedBy: "she" });
  const snoozed = anAlert({ id: "snoozed", status: "snoozed" });
  const latched = anAlert({ id: "latched", status: "cleared", latched: true });
  const ended = anAlert({ id: "ended", status: "cleared", latched: false });
  const closed = anAlert({ id: "closed", status: "closed" });
  const all = [open, mine, theirs, snoozed, latched, ended, closed];
  test("open is whatever waits for a person, closed is the rest, and nothing is in neither", () => {
    const shown = (show: Parameters<typeof isShown>[1]) => all.filter((alert) => isShown(alert, show, "me")).map(({ id }) => id);
    expect(shown("open")).toEqual(["open", "mine", "theirs", "snoozed", "latched"]);
    expect(shown("closed")).toEqual(["ended", "closed"]);
    expect(shown("mine")).toEqual(["mine"]);
    expect(shown("snoozed")).toEqual(["snoozed"]);
  });
  test("tier and rule narrow further", () => {
    expect(passes(open, { ...NO_ALERT_FILTER, tier: "T1", rule: "SPO2-A2" }, "me")).toBe(true);
    expect(passes(open, { ...NO_ALERT_FILTER, tier: "T2" }, "me")).toBe(false);
    expect(passes(open, { ...NO_ALERT_FILTER, rule: "RR-1" }, "me")).toBe(false);
  });
});

describe("the ladder of one alert", () => {
  const past = (type: string, at: number): AlertStory["history"][number] => ({
    at,
    version: 1,
    status: "open",
    severity: "S1",
    late: false,
    stale: false,
    recurrences: 0,
    value: null,
    type,
  });
  test("steps taken carry their own time, the next one its countdown, the others what would follow", () => {
    const raisedAt = NOW - 3 * MINUTE;
    const alert = anAlert({ id: "a", severity: "S1", raisedAt, escalation: { step: 1, nextAt: raisedAt + 5 * MINUTE } });
    const history = [past("alert.raised", raisedAt), past("alert.escalated", raisedAt + 2 * MINUTE + 200)];
    expect(ladderSteps(alert, history, "Asia/Shanghai")).toEqual([
      { step: 0, at: raisedAt, state: "done" },
      { step: 1, at: raisedAt + 2 * MINUTE + 200, state: "done" },
      { step: 2, at: raisedAt + 5 * MINUTE, state: "next" },
      { step: 3, at: raisedAt + 10 * MINUTE, state: "later" },
    ]);
  });
  test("once somebody took it, the steps above are off", () => {
    const alert = anAlert({ id: "a", severity: "S2", status: "acknowledged", escalation: { step: 0, nextAt: null } });
    expect(ladderSteps(alert, [], "Asia/Shanghai").map(({ state }) => state)).toEqual(["done", "off", "off", "off"]);
  });
  test("a ladder that began again counts from there, and a late or technical alert has none", () => {
    const alert = anAlert({ id: "a", severity: "S1", raisedAt: NOW - 60 * MINUTE, escalation: { step: 2, nextAt: NOW + MINUTE } });
    expect(ladderSteps(alert, [], "Asia/Shanghai").at(-1)).toEqual({ step: 3, at: NOW + MINUTE, state: "next" });
    expect(ladderSteps(anAlert({ id: "b", late: true }), [], "UTC")).toHaveLength(1);
    expect(ladderSteps(anAlert({ id: "c", severity: "T" }), [], "UTC")).toHaveLength(1);
  });
});

describe("what a rule asked", () => {
  const rule = (id: string) => {
    const found = shippedRules.find((known) => known.id === id);
    if (found === undefined) throw new Error(id);
    return found;
  };
  test("the branch that fired tells hold, direction, context and valid share", () => {
    expect(asksOf({ severity: "S1", threshold: 88, value: 87 }, rule("SPO2-A1"))).toEqual({
      holdMs: 3 * MINUTE,
      confirmMs: null,
      sign: "≤",
      atRest: true,
      minValid: 0.7,
      clearForMs: 10 * MINUTE,
    });
    expect(asksOf({ severity: "S2", threshold: 40, value: 38 }, rule("HR-1"))).toMatchObject({ holdMs: 5 * MINUTE, sign: "≤" });
    expect(asksOf({ severity: "S2", threshold: 131, value: 140 }, rule("HR-1"))).toMatchObject({ sign: "≥" });
  });
  test("a single measurement and a device's condition ask for no hold", () => {
    expect(asksOf({ severity: "S2", threshold: 39.1, value: 39.4 }, rule("TEMP-1"))).toMatchObject({
      holdMs: null,
      sign: "≥",
      confirmMs: 15 * MINUTE,
    });
    expect(asksOf({ severity: "S2", threshold: 35, value: 34.8 }, rule("TEMP-1"))).toMatchObject({ sign: "≤", confirmMs: null });
    expect(asksOf({ severity: "T", threshold: null, value: null }, rule("DEV-1"))).toMatchObject({ holdMs: null, sign: null });
  });
});
