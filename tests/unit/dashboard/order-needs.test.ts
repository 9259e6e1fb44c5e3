/** "Needs you" is ordered by risk, state, clock used, wait and code, and never moves under a pointer. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupWard } from "../../../dashboards/web/src/data/group-ward.ts";
import { compareNeeds, holdOrder, orderNeeds, waits } from "../../../dashboards/web/src/data/order-needs.ts";
import { MINUTE, NOW, aPatient, anAlert } from "./dashboard-fixtures.ts";

const need = (over: Parameters<typeof anAlert>[0], code = over.id) => ({ alert: anAlert(over), code });
const ids = (needs: readonly { readonly alert: { readonly id: string } }[]) => needs.map(({ alert }) => alert.id);

describe("the order of needs", () => {
  test("an emergency stands above everything urgent, however long that has waited", () => {
    const old = need({ id: "old", severity: "S2", raisedAt: NOW - 60 * MINUTE });
    const fresh = need({ id: "fresh", severity: "S1", raisedAt: NOW });
    expect(ids(orderNeeds([old, fresh], NOW))).toEqual(["fresh", "old"]);
  });

  test("open stands above acknowledged, and acknowledged above recovered", () => {
    const needs = [
      need({ id: "recovered", status: "cleared" }),
      need({ id: "taken", status: "acknowledged", acknowledgedAt: NOW }),
      need({ id: "open" }),
    ];
    expect(ids(orderNeeds(needs, NOW))).toEqual(["open", "taken", "recovered"]);
  });

  test("an acknowledged emergency without a contact counts as open", () => {
    const taken = need({ id: "taken", severity: "S1", status: "acknowledged", acknowledgedAt: NOW - 9 * MINUTE });
    const contacted = need({ id: "contacted", severity: "S1", status: "acknowledged", acknowledgedAt: NOW - 9 * MINUTE, contactedAt: NOW });
    const open = need({ id: "open", severity: "S1", raisedAt: NOW - 10_000 });
    expect(ids(orderNeeds([contacted, open, taken], NOW))).toEqual(["taken", "open", "contacted"]);
  });

  test("of two in the same state the one that used more of its clock stands first, then the longer wait, then the code", () => {
    const half = need({ id: "half", raisedAt: NOW - 7 * MINUTE });
    const most = need({ id: "most", raisedAt: NOW - 14 * MINUTE });
    expect(ids(orderNeeds([half, most], NOW))).toEqual(["most", "half"]);
    const left = need({ id: "left", status: "cleared", raisedAt: NOW - MINUTE }, "B");
    const right = need({ id: "right", status: "cleared", raisedAt: NOW - MINUTE }, "A");
    expect(ids(orderNeeds([left, right], NOW))).toEqual(["right", "left"]);
  });

  test("it is a total order: the same for every order of arrival", () => {
    const one = fc.record({
      severity: fc.constantFrom("S1" as const, "S2" as const),
      status: fc.constantFrom("open" as const, "acknowledged" as const, "cleared" as const),
      raisedAt: fc.integer({ min: NOW - 100 * MINUTE, max: NOW }),
      contactedAt: fc.constantFrom(null, NOW),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (list) => {
        const needs = list.map((over, index) => need({ id: `a${String(index).padStart(2, "0")}`, acknowledgedAt: over.raisedAt, ...over }));
        const forward = ids(orderNeeds(needs, NOW));
        expect(ids(orderNeeds(needs.toReversed(), NOW))).toEqual(forward);
        for (const left of needs)
          for (const right of needs) expect(Math.sign(compareNeeds(NOW)(left, right)) + Math.sign(compareNeeds(NOW)(right, left))).toBe(0);
      }),
    );
  });
});

describe("the order shown under a pointer", () => {
  test("rows stay, new ones come below, gone ones go, and what waits is counted", () => {
    expect(holdOrder(["a", "b", "c"], ["d", "c", "a"])).toEqual({ order: ["a", "c", "d"], moved: 2 });
    expect(holdOrder(["a", "b"], ["a", "b"])).toEqual({ order: ["a", "b"], moved: 0 });
  });
});

describe("the three rooms of the ward", () => {
  const patients = ["p1", "p2", "p3", "p4"].map((id) => aPatient({ id }));
  test("each patient stands in one room, and a silent one is never steady", () => {
    const alerts = [anAlert({ id: "a", patient: "p1" }), anAlert({ id: "b", patient: "p2", severity: "S3" })];
    const groups = groupWard(patients, alerts, ({ id }) => (id === "p3" ? "silent" : "live"), NOW);
    expect(ids(groups.needs)).toEqual(["a"]);
    expect(groups.today.map(({ id }) => id)).toEqual(["p2", "p3"]);
    expect(groups.steady.map(({ id }) => id)).toEqual(["p4"]);
  });
  test("a replaced alert is spoken for by the worse one only as long as that one waits", () => {
    const replaced = anAlert({ id: "a", supersededBy: "b" });
    expect(ids(groupWard(patients, [replaced, anAlert({ id: "b", severity: "S1" })], () => "live", NOW).needs)).toEqual(["b"]);
    expect(ids(groupWard(patients, [replaced], () => "live", NOW).needs)).toEqual(["a"]);
  });
  test("a recovered alert waits only while it latches", () => {
    expect(waits({ status: "cleared", latched: true })).toBe(true);
    expect(waits({ status: "cleared", latched: false })).toBe(false);
    expect(waits({ status: "closed", latched: true })).toBe(false);
  });
});
