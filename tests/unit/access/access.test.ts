/** Roles, visibility and the bounds of limits, as pure functions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundsOf, isLoosened, judgeLimits } from "#core/access/limit-bounds.ts";
import { isClinical, mayActOn, mayDo, PERMISSIONS, PERMISSIONS_OF, permissionsOf, type Permission } from "#core/access/permissions.ts";
import { ROLES, rolesOfTier } from "#core/access/roles.ts";
import { sightOfAlert, sightOfPatient, visiblePatients, type Grant, type Viewer, type VisibilityWorld } from "#core/access/visibility.ts";
import type { AlertId, InstitutionId, PatientId, UserId } from "#core/ids.ts";
import type { Tier } from "#core/people.ts";
import { shippedRules } from "#core/rules/catalogue/shipped-rules.ts";

const institutions: Readonly<Record<string, { readonly tier: Tier; readonly alliance: string }>> = {
  a1: { tier: "T1", alliance: "a" },
  a2: { tier: "T2", alliance: "a" },
  a3: { tier: "T3", alliance: "a" },
  b1: { tier: "T1", alliance: "b" },
  b2: { tier: "T2", alliance: "b" },
};
const world = (grants: readonly Grant[]): VisibilityWorld => ({ institution: (id) => institutions[id] ?? null, grants: () => grants });
const viewer = (institution: string, ...roles: string[]): Viewer => ({
  user: "u" as UserId,
  institution: institution as InstitutionId,
  roles,
});
const patient = (id: string, institution: string) => ({ id: id as PatientId, institution: institution as InstitutionId });
const grant = (more: Partial<Grant> = {}): Grant => ({
  patient: "p" as PatientId,
  tier: "T2",
  alert: "al" as AlertId,
  ground: "urgent_care",
  from: 100,
  to: 200,
  ...more,
});

describe("permissions", () => {
  test("are granted by known roles alone", () => {
    for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
      expect(mayDo([], permission)).toBe(false);
      expect(mayDo(["superuser", "constructor", "__proto__", "Administrator"], permission)).toBe(false);
      expect(mayDo([...ROLES], permission)).toBe(true);
    }
  });
  test("of several roles add up", () => {
    expect(permissionsOf(["public_health", "administrator"])).toEqual(
      (Object.keys(PERMISSIONS) as Permission[]).filter(
        (permission) => PERMISSIONS_OF.public_health.includes(permission) || PERMISSIONS_OF.administrator.includes(permission),
      ),
    );
  });
  test("let no role that enrols also silence, and nobody at home see others", () => {
    expect(mayDo(["administrator"], "alerts.act")).toBe(false);
    // Nobody else sees an unknown device's alert: theirs is what concerns no patient, and nothing more.
    expect(mayActOn(["administrator"], { patient: null, severity: "T" })).toBe(true);
    expect(mayActOn(["administrator"], { patient: "p", severity: "T" })).toBe(false);
    expect(mayActOn(["public_health"], { patient: null, severity: "T" })).toBe(false);
    expect(mayActOn(["community_nurse"], { patient: "p", severity: "S1" })).toBe(true);
    for (const role of ["patient", "carer", "emergency"]) expect(permissionsOf([role])).toEqual([]);
    expect(isClinical(["administrator"])).toBe(false);
    expect(isClinical(["administrator", "community_nurse"])).toBe(true);
  });
  test("cover every tier's clinicians", () => {
    for (const tier of ["T1", "T2", "T3"] as const) {
      expect(rolesOfTier(tier)).toContain("administrator");
      expect(mayDo(rolesOfTier(tier), "alerts.act")).toBe(true);
    }
  });
});

describe("visibility", () => {
  test("of one's own institution needs no grant", () => {
    expect(sightOfPatient(viewer("a1", "public_health"), patient("p", "a1"), world([]), 0)).toEqual({ relation: "own" });
    expect(sightOfPatient(viewer("a2", "physician_t2"), patient("p", "a1"), world([]), 0)).toBeNull();
  });
  test.each([
    ["staff of the tier in the alliance", viewer("a2", "physician_t2"), 150, true],
    ["from its first moment", viewer("a2", "physician_t2"), 100, true],
    ["not before it", viewer("a2", "physician_t2"), 99, false],
    ["not at its end", viewer("a2", "physician_t2"), 200, false],
    ["not another tier", viewer("a3", "specialist_t3"), 150, false],
    ["not the same tier of another alliance", viewer("b2", "physician_t2"), 150, false],
    ["not an administrator alone", viewer("a2", "administrator"), 150, false],
    ["not an unknown institution", viewer("zz", "physician_t2"), 150, false],
  ])("by a grant: %s", (_what, who, now, sees) => {
    expect(sightOfPatient(who, patient("p", "a1"), world([grant()]), now) !== null).toBe(sees);
  });
  test("of an alert is that of its patient, or of its institution when it has none", () => {
    const find = (id: PatientId) => (id === "p" ? patient("p", "a1") : null);
    const alertOf = (who: string | null, institution: string | null) => ({
      patient: who as PatientId | null,
      institution: institution as InstitutionId | null,
    });
    expect(sightOfAlert(viewer("a1"), alertOf("p", "b1"), find, world([]), 0)).toEqual({ relation: "own" });
    expect(sightOfAlert(viewer("b1"), alertOf("p", "b1"), find, world([]), 0)).toBeNull();
    expect(sightOfAlert(viewer("b1"), alertOf(null, "b1"), find, world([]), 0)).toEqual({ relation: "own" });
    expect(sightOfAlert(viewer("b1"), alertOf(null, null), find, world([]), 0)).toBeNull();
    expect(sightOfAlert({ ...viewer("b1"), roles: ["administrator"] }, alertOf(null, null), find, world([]), 0)).toEqual({
      relation: "own",
    });
    expect(sightOfAlert(viewer("a1"), alertOf("gone", "a1"), find, world([]), 0)).toBeNull();
  });
  test("in a list agrees with visibility one by one", () => {
    const names = fc.constantFrom(...Object.keys(institutions), "zz");
    const someGrant = fc.record({
      patient: fc.constantFrom("p0", "p1", "p2") as fc.Arbitrary<PatientId>,
      tier: fc.constantFrom<Tier>("T1", "T2", "T3"),
      alert: fc.constant(null),
      ground: fc.constantFrom<Grant["ground"]>("urgent_care", "referral"),
      from: fc.integer({ min: 0, max: 10 }),
      to: fc.option(fc.integer({ min: 0, max: 10 })),
    });
    fc.assert(
      fc.property(
        names,
        fc.subarray([...ROLES]),
        fc.array(names, { maxLength: 3 }),
        fc.array(someGrant, { maxLength: 6 }),
        fc.integer({ min: 0, max: 10 }),
        (home, roles, homes, grants, now) => {
          const who = viewer(home, ...roles);
          const patients = homes.map((institution, index) => patient(`p${String(index)}`, institution));
          const listed = visiblePatients(who, patients, world(grants), now);
          const single = patients.flatMap((one) => {
            const sight = sightOfPatient(who, one, world(grants), now);
            return sight === null ? [] : [{ patient: one, sight }];
          });
          expect(listed).toEqual(single);
        },
      ),
    );
  });
});

describe("a patient's own limits", () => {
  const rule = (id: string) => {
    const found = shippedRules.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no rule ${id}`);
    return found;
  };
  test("never switch off what sees an emergency, nor the urgent oxygen rules", () => {
    for (const one of shippedRules) {
      const urgent = one.severity === "S1" || (one.metric === "spo2" && one.severity === "S2");
      if (urgent) expect(judgeLimits(one, { enabled: false }), one.id).toEqual({ ok: false, problem: { kind: "cannot_disable" } });
    }
    expect(judgeLimits(rule("RR-1"), { enabled: false }).ok).toBe(false);
    expect(judgeLimits(rule("SPO2-A2"), { enabled: false }).ok).toBe(true);
  });
  test("stay in sight of danger", () => {
    expect(judgeLimits(rule("SPO2-A1"), { threshold: 88 }).ok).toBe(true);
    expect(judgeLimits(rule("SPO2-A1"), { threshold: 70 })).toEqual({ ok: false, problem: { kind: "out_of_bounds", from: 87, to: 97 } });
    expect(judgeLimits(rule("RR-1"), { threshold: 99 }).ok).toBe(false);
  });
  test("may always be the rule's own, for every rule of the catalogue that has one", () => {
    for (const one of shippedRules) {
      if (one.threshold === null) expect(judgeLimits(one, { threshold: 1 })).toEqual({ ok: false, problem: { kind: "no_threshold" } });
      else expect(judgeLimits(one, { threshold: one.threshold }), one.id).toEqual({ ok: true, value: null });
    }
  });
  test("are called loosened when the rule would fire later", () => {
    expect(isLoosened(rule("SPO2-A1"), { threshold: 89 })).toBe(true);
    expect(isLoosened(rule("SPO2-A1"), { threshold: 93 })).toBe(false);
    expect(isLoosened(rule("RR-1"), { threshold: 30 })).toBe(true);
    expect(isLoosened(rule("SPO2-A2"), { enabled: false })).toBe(true);
    expect(boundsOf(rule("SPO2-A1"))).toEqual({ from: 87, to: 97 });
  });
});
